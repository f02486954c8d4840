import type {Axis} from './axis.js';
import {markup} from './markup.js';
import type {Markup} from './markup.js';

/** Charts are this wide in their own units, which are about pixels on a phone. */
const WIDTH = 360;
const LEFT = 56;
const RIGHT = 12;
const TOP = 20;
const BOTTOM = 36;

/** Where the area inside the axes is, and where a place on them lies. */
export interface Area {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  x(value: number): number;
  y(value: number): number;
}

export interface ChartOptions {
  readonly title: string;
  /** What the picture shows, in words, for those who cannot see it. */
  readonly description: string;
  readonly x: Axis;
  readonly y: Axis;
  /** Height of the area inside the axes. */
  readonly height?: number;
  /** Explains colours and lines, below the picture. */
  readonly legend?: Markup;
  readonly draw: (area: Area) => Markup;
}

/** A titled picture with two axes. */
export function chart(options: ChartOptions): Markup {
  const {title, description, x, y, height = 170, legend, draw} = options;
  const width = WIDTH - LEFT - RIGHT;
  const area: Area = {
    left: LEFT,
    top: TOP,
    width,
    height,
    x: value => round(LEFT + shareOf(value, x) * width),
    y: value => round(TOP + (1 - shareOf(value, y)) * height),
  };
  const bottom = TOP + height;
  const rows = y.ticks.map(({at, label}) => {
    const place = area.y(at);
    return markup`<path class="grid" d="M${LEFT} ${place}h${width}" />
      <text x="${LEFT - 6}" y="${place + 3.5}" text-anchor="end">${label}</text>`;
  });
  const columns = x.ticks.map(({at, label}) => {
    const place = area.x(at);
    return markup`<path class="tick" d="M${place} ${bottom}v4" />
      <text x="${place}" y="${bottom + 15}" text-anchor="middle">${label}</text>`;
  });
  return markup`<figure>
    <figcaption>${title}</figcaption>
    <svg role="img" aria-label="${description}" viewBox="0 0 ${WIDTH} ${bottom + BOTTOM}">
      <text x="0" y="10">${y.title}</text>
      ${rows}
      <path class="axis" d="M${LEFT} ${TOP}v${height}h${width}" />
      ${draw(area)}
      ${columns}
      <text x="${LEFT + width / 2}" y="${bottom + 30}" text-anchor="middle">${x.title}</text>
    </svg>
    ${legend}
  </figure>`;
}

function shareOf(value: number, {domain: [from, to]}: Axis): number {
  return (value - from) / (to - from);
}

function round(value: number): number {
  return Number(value.toFixed(1));
}
