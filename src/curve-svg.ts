import type {AnyActivation} from './activation-types.js';
import {evaluateAtMany} from './formula/index.js';
import type {Expression} from './formula/index.js';
import {linearAxis} from './monitor/reporters/html/axis.js';
import {markup} from './monitor/reporters/html/markup.js';
import type {Markup} from './monitor/reporters/html/markup.js';
import {DARK, LIGHT} from './monitor/reporters/html/palette.js';
import type {Palette} from './monitor/reporters/html/palette.js';
import {startingValues} from './starting-value.js';

type ManyValues = (xs: readonly number[]) => number[];
type Point = readonly [x: number, y: number];

const WIDTH = 520;
const HEIGHT = 220;
const PANEL = {width: 212, height: 160, top: 32, lefts: [34, 294]} as const;

/** Inputs are drawn from −4 to 4, … */
const USUAL_REACH = 4;
/** … but from −8 to 8 where the slope is another there, … */
const WIDE_REACH = 8;
const SETTLED = 0.06;
/** … and nearer to 0 where the curve turns more often than this. */
const MOST_TURNS = 8;

const SAMPLES = 801;
/** In pixels: by less than this a line may leave the curve. */
const ACCURACY = 0.08;
/** Shares of the height by which a curve jumps, and does not. */
const JUMP = 0.02;
const MARGIN = 0.06;

/**
 * An activation at its defaults, and beside it its slope, as an SVG image with axes: 520 by 220, in
 * the colours of the viewer's scheme. Weights that start random have the values that stand for them.
 */
export function curveSvg(activation: AnyActivation): string {
  const {name, definition, formula, derivative} = activation;
  const weights = startingValues(definition);
  const valuesOf =
    (expression: Expression): ManyValues =>
    xs => [...evaluateAtMany(expression, Float64Array.from(xs), weights)];
  const value = valuesOf(formula);
  const slope = valuesOf(derivative);
  const reach = reachOf(value, slope);
  const panels = [
    panel(`${name}(x)`, 'value', value, reach, PANEL.lefts[0]),
    panel('its derivative by x', 'slope', slope, reach, PANEL.lefts[1]),
  ];
  return markup`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-label="${name} and its derivative from ${-reach} to ${reach}">
<style>${style(LIGHT)}@media(prefers-color-scheme:dark){${style(DARK)}}</style>
<rect class="surface" width="${WIDTH}" height="${HEIGHT}" rx="6"/>
${panels}</svg>
`.text;
}

function style({surface, text, muted, line, accent, second}: Palette): string {
  return (
    `.surface{fill:${surface}}text{font:11px system-ui,sans-serif;fill:${muted}}` +
    `.title{font-size:13px;fill:${text}}path{fill:none;stroke:${line}}.zero{stroke:${muted}}` +
    `.value,.slope{stroke-width:2;stroke-linejoin:round;stroke-linecap:round}` +
    `.value{stroke:${accent}}.slope{stroke:${second}}`
  );
}

function panel(title: string, kind: string, f: ManyValues, reach: number, left: number): Markup {
  const {width, height, top} = PANEL;
  const xs = spaced(-reach, reach);
  const [least, greatest] = shownRange(f, xs, reach);
  const horizontal = linearAxis('x', [-reach, reach]);
  const vertical = linearAxis('y', [least, greatest]);
  const toX = (at: number): number => left + ((at + reach) / (2 * reach)) * width;
  const toY = (at: number): number => top + ((greatest - at) / (greatest - least)) * height;
  const x = (at: number): number => round(toX(at));
  const y = (at: number): number => round(toY(at));
  const grid = [
    ...horizontal.ticks.map(({at}) => `M${x(at)} ${top}v${height}`),
    ...vertical.ticks.map(({at}) => `M${left} ${y(at)}h${width}`),
  ];
  const zeros = [
    `M${x(0)} ${top}v${height}`,
    ...(least < 0 && greatest > 0 ? [`M${left} ${y(0)}h${width}`] : []),
  ];
  const columns = horizontal.ticks.map(
    ({at, label}) =>
      markup`<text x="${x(at)}" y="${top + height + 15}" text-anchor="middle">${label}</text>`,
  );
  const rows = vertical.ticks.map(
    ({at, label}) =>
      markup`<text x="${left - 5}" y="${round(y(at) + 4)}" text-anchor="end">${label}</text>`,
  );
  const clip = `${kind}-area`;
  return markup`<text class="title" x="${left}" y="20">${title}</text>
<clipPath id="${clip}"><rect x="${left}" y="${top - 1}" width="${width}" height="${height + 2}"/></clipPath>
<path d="${grid.join('')}"/><path class="zero" d="${zeros.join('')}"/>
<path class="${kind}" clip-path="url(#${clip})" d="${pathOf(f, xs, [least, greatest], toX, toY)}"/>
${columns}
${rows}
`;
}

/** How far from 0 an activation is drawn. */
function reachOf(value: ManyValues, slope: ManyValues): number {
  for (const reach of [USUAL_REACH, WIDE_REACH]) {
    const [left, right, farLeft, farRight] = slope([-reach, reach, -3 * reach, 3 * reach]);
    const isSettled = Math.abs(farLeft - left) < SETTLED && Math.abs(farRight - right) < SETTLED;
    if (isSettled) return reach;
  }
  let reach = USUAL_REACH;
  while (turnsOf(value(spaced(-reach, reach))) > MOST_TURNS) reach /= 2;
  return reach;
}

/** How often values go from rising to falling, or back. */
function turnsOf(values: readonly number[]): number {
  const signs = values
    .slice(1)
    .map((value, index) => Math.sign(value - values[index]))
    .filter(sign => sign !== 0);
  return signs.filter((sign, index) => index > 0 && sign !== signs[index - 1]).length;
}

/** What fits a panel: all of the inner half, and of the rest what is no larger than the inputs are. */
function shownRange(f: ManyValues, xs: readonly number[], reach: number): Point {
  const values = f(xs);
  const inner = values.filter((_, index) => Math.abs(xs[index]) <= reach / 2);
  const limit = Math.max(reach, ...inner.map(Math.abs));
  const shown = values.map(value => Math.min(Math.max(value, -limit), limit));
  const [least, greatest] = [Math.min(...shown, 0), Math.max(...shown, 0)];
  const margin = (greatest - least || 1) * MARGIN;
  return [least - margin, greatest + margin];
}

/** The path of a curve, broken where it jumps, with as few points as show it. */
function pathOf(
  f: ManyValues,
  xs: readonly number[],
  [least, greatest]: Point,
  x: (at: number) => number,
  y: (at: number) => number,
): string {
  const height = greatest - least;
  const values = f(xs);
  const pieces: Point[][] = [[]];
  for (const [index, at] of xs.entries()) {
    const last = values[index - 1];
    if (Math.abs(values[index] - last) > JUMP * height) {
      const jump = jumpBetween(f, xs[index - 1], at, JUMP * height);
      if (jump) {
        const [before, after] = f(jump);
        pieces[pieces.length - 1].push([jump[0], before]);
        pieces.push([[jump[1], after]]);
      }
    }
    pieces[pieces.length - 1].push([at, values[index]]);
  }
  // Far outside of the panel, a coordinate says no more than nearby.
  const visible = (value: number): number =>
    Math.min(Math.max(value, least - height), greatest + height);
  return pieces
    .map(piece => fewest(piece.map(([at, value]) => [x(at), y(visible(value))])))
    .map(points => `M${points.map(point => point.map(round).join(' ')).join('L')}`)
    .join('');
}

/** The two sides of a jump between two inputs; undefined where the curve is steep, but whole. */
function jumpBetween(f: ManyValues, from: number, to: number, size: number): Point | undefined {
  let [low, high] = [from, to];
  for (let halving = 0; halving < 30; halving++) {
    const middle = (low + high) / 2;
    const [atLow, atMiddle, atHigh] = f([low, middle, high]);
    if (Math.abs(atHigh - atLow) < size) return undefined;
    if (Math.abs(atMiddle - atLow) > Math.abs(atHigh - atMiddle)) high = middle;
    else low = middle;
  }
  return [low, high];
}

/** The points of a line without those that lie on it anyway (Ramer, Douglas and Peucker). */
function fewest(points: readonly Point[]): readonly Point[] {
  const [first, last] = [points[0], points[points.length - 1]];
  const [dx, dy] = [last[0] - first[0], last[1] - first[1]];
  const length = Math.hypot(dx, dy) || 1;
  const distances = points.map(
    ([px, py]) => Math.abs(dx * (py - first[1]) - dy * (px - first[0])) / length,
  );
  const farthest = distances.indexOf(Math.max(...distances));
  if (distances[farthest] <= ACCURACY) return points.length > 1 ? [first, last] : points;
  return [...fewest(points.slice(0, farthest + 1)).slice(0, -1), ...fewest(points.slice(farthest))];
}

function spaced(low: number, high: number): number[] {
  return Array.from({length: SAMPLES}, (_, index) => low + ((high - low) * index) / (SAMPLES - 1));
}

function round(value: number): number {
  return Number(value.toFixed(1));
}
