import {logarithmicAxis, roundAxis} from './axis.js';
import type {Axis} from './axis.js';
import {chart} from './chart.js';
import type {Area} from './chart.js';
import {markup} from './markup.js';
import type {Markup} from './markup.js';
import {extent, isKnown} from './numbers.js';
import type {Figure} from './numbers.js';

/** How a line looks. Each differs from the others by more than its colour. */
export type LineKind = 'first' | 'second' | 'before' | 'after';

export interface Series {
  readonly name: string;
  readonly kind: LineKind;
  readonly x: readonly number[];
  readonly y: readonly Figure[];
}

export interface LineChartOptions {
  readonly title: string;
  readonly description: string;
  readonly x: Axis;
  /** An axis of its own; otherwise one from the least number to the greatest. */
  readonly y?: Axis;
  readonly yTitle?: string;
  readonly scale?: 'linear' | 'logarithmic';
  /** The first is drawn on top. Those of one name and kind share their entry in the legend. */
  readonly series: readonly Series[];
}

/** A chart of lines; nothing where no series has a number. */
export function lineChart(options: LineChartOptions): Markup | null {
  const {title, description, x, yTitle = '', scale = 'linear'} = options;
  const isLogarithmic = scale === 'logarithmic';
  const series = options.series
    .filter(({y}) => y.some(isKnown))
    .map(each => (isLogarithmic ? onLogarithms(each) : each));
  const range = extent(series.flatMap(({y}) => y));
  if (range === null) return null;
  return chart({
    title,
    description,
    x,
    y: options.y ?? (isLogarithmic ? logarithmicAxis(yTitle, range) : roundAxis(yTitle, range)),
    legend: legendOf(series),
    draw: area => markup`${series.map(each => lineOf(each, area)).reverse()}`,
  });
}

/** What is 0 throughout has no place on such a scale, and is told in the legend. */
function onLogarithms(series: Series): Series {
  const y = series.y.map(logarithm);
  return y.some(isKnown) ? {...series, y} : {...series, y, name: `${series.name}: 0 throughout`};
}

function logarithm(value: Figure): number {
  return isKnown(value) && value > 0 ? Math.log10(value) : NaN;
}

/** A path through what is known; a number between two that are not is a dot. */
function lineOf({kind, x, y}: Series, area: Area): Markup {
  let isDrawing = false;
  const path = y.map((value, index) => {
    if (!isKnown(value)) {
      isDrawing = false;
      return '';
    }
    const place = `${area.x(x[index])} ${area.y(value)}`;
    const part = isDrawing ? `L${place}` : `M${place}h0`;
    isDrawing = true;
    return part;
  });
  return markup`<path class="line ${kind}" d="${path.join('')}" />`;
}

function legendOf(series: readonly Series[]): Markup | undefined {
  const entries = new Map(series.map(({name, kind}) => [name, kind]));
  if (entries.size < 2) return undefined;
  const items = [...entries].map(
    ([name, kind]) =>
      markup`<li>
        <svg aria-hidden="true" viewBox="0 0 24 8"><path class="line ${kind}" d="M2 4h20" /></svg>
        ${name}
      </li>`,
  );
  return markup`<ul class="legend">${items}</ul>`;
}
