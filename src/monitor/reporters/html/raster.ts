import type {Area} from './chart.js';
import {markup} from './markup.js';
import type {Markup} from './markup.js';
import {LEVELS} from './palette.js';

/** The level of each cell, by row and column; −1 leaves it empty. */
export type Cells = readonly (readonly number[])[];

/** Places what is measured in columns and rows upon the area of a chart. */
export function stretch({left, top, width, height}: Area, rows: number, columns: number): string {
  return `translate(${left} ${top}) scale(${fine(width / columns)} ${fine(height / rows)})`;
}

/** Coloured cells: one path for each colour, in which equal neighbours are one rectangle. */
export function raster(cells: Cells, area: Area): Markup {
  const paths = Array.from({length: LEVELS}, () => '');
  for (const [row, levels] of cells.entries()) {
    for (const {level, start, length} of runsOf(levels)) {
      if (level >= 0) paths[level] += rectangle(start, row, length);
    }
  }
  const drawn = paths.map(
    (path, level) => path && markup`<path class="level-${level}" d="${path}" />`,
  );
  const columns = cells[0]?.length ?? 1;
  return markup`<g class="raster" transform="${stretch(area, cells.length, columns)}">${drawn}</g>`;
}

/** The cells whose level is above 0, as one path in columns and rows. */
export function outline(cells: Cells): string {
  return cells
    .flatMap((levels, row) =>
      runsOf(levels).map(({level, start, length}) =>
        level > 0 ? rectangle(start, row, length) : '',
      ),
    )
    .join('');
}

function rectangle(column: number, row: number, width: number): string {
  return `M${column} ${row}h${width}v1h-${width}z`;
}

interface Run {
  readonly level: number;
  readonly start: number;
  readonly length: number;
}

function runsOf(levels: readonly number[]): Run[] {
  const starts = levels.flatMap((level, index) => (level === levels[index - 1] ? [] : [index]));
  return starts.map((start, index) => ({
    level: levels[start],
    start,
    length: (starts[index + 1] ?? levels.length) - start,
  }));
}

/** The scale of colours, from `from` to `to`. */
export function rampLegend(from: string, to: string): Markup {
  const steps = Array.from(
    {length: LEVELS},
    (_, level) => markup`<path class="level-${level}" d="M${level} 0h1v1h-1z" />`,
  );
  return markup`<li>
    ${from}
    <svg class="ramp" aria-hidden="true" viewBox="0 0 ${LEVELS} 1" preserveAspectRatio="none">${steps}</svg>
    ${to}
  </li>`;
}

export function fine(value: number): number {
  return Number(value.toPrecision(6));
}
