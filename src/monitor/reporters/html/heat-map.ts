import type {LayerReport} from '../../types.js';
import {plural, ranges} from '../../text.js';
import {roundStride, timeAxis} from './axis.js';
import type {Axis} from './axis.js';
import {chart} from './chart.js';
import type {Area} from './chart.js';
import {markup} from './markup.js';
import type {Markup} from './markup.js';
import {formatShare, isKnown} from './numbers.js';
import {levelOf} from './palette.js';
import {fine, outline, rampLegend, raster, stretch} from './raster.js';
import {unitsPerRow} from './record.js';
import type {LayerRecord, Shares, SnapshotRecord} from './record.js';

/** What can be shown of a unit, the most telling first. */
const MEASURES: readonly {readonly name: keyof Shares; readonly title: string}[] = [
  {name: 'slope', title: 'mean slope ÷ the largest'},
  {name: 'firingRate', title: 'firing rate'},
  {name: 'nonZero', title: 'share of outputs that are not 0'},
];

/** From this share of a row's units on, the row is hatched as dead. */
const HATCHED_SHARE = 0.5;

/** Every unit of a layer over the snapshots; nothing where it is in none, or shows nothing. */
export function heatMap(
  {name, units, dead}: LayerReport,
  records: readonly SnapshotRecord[],
  id: string,
): Markup | null {
  const layers = records.map(record => record.layers.get(name));
  const measure = MEASURES.find(each =>
    layers.some(layer => layer?.rows[each.name]?.some(isKnown)),
  );
  if (measure === undefined) return null;
  const isFull = (layer: LayerRecord | undefined): boolean =>
    layer === undefined || layer.rows.nonZero.every(share => !(share < 1));
  if (measure.name === 'nonZero' && layers.every(isFull)) return null;
  const size = unitsPerRow(units);
  const rows = Math.ceil(units / size);
  const shares = Array.from({length: rows}, (_, row) =>
    layers.map(layer => layer?.rows[measure.name]?.[row]),
  );
  const deadShares = Array.from({length: rows}, (_, row) =>
    layers.map(layer => layer?.deadShare[row] ?? 0),
  );
  const isHatched = deadShares.map(row => row.map(share => Number(share >= HATCHED_SHARE)));
  const cells = shares.map(row => row.map(share => (isKnown(share) ? levelOf(share) : -1)));
  const described = dead.length > 0 ? `Dead at the end: ${ranges(dead, 20)}.` : 'None is dead.';
  return chart({
    title: size === 1 ? 'Units over time' : `Units over time, ${size} in a row`,
    description:
      `Heat map of ${plural(units, 'unit')} of ${name} over ${plural(records.length, 'snapshot')}: ` +
      `${measure.title}. ${described}`,
    x: timeAxis(records),
    y: unitAxis(rows, size),
    height: Math.round(Math.max(90, Math.min(240, rows * 14))),
    legend: markup`<ul class="legend">
      <li>${measure.title}:</li>
      ${rampLegend('0', '100 %')}
      ${isHatched.flat().some(Boolean) && deadLegend(id)}
    </ul>`,
    draw: area =>
      markup`${raster(cells, area)}
        ${hatching(isHatched, area, id)}
        ${hints(shares, deadShares, size, area)}`,
  });
}

function unitAxis(rows: number, size: number): Axis {
  const stride = roundStride(rows / 6);
  const ticks = Array.from({length: Math.ceil(rows / stride)}, (_, index) => ({
    at: index * stride + 0.5,
    label: String(index * stride * size),
  }));
  return {title: 'unit', domain: [rows, 0], ticks};
}

/** Dead cells are told by lines across them, not by their colour alone. */
function hatching(isHatched: readonly number[][], area: Area, id: string): Markup {
  const path = outline(isHatched);
  if (path === '') return markup``;
  const [rows, columns] = [isHatched.length, isHatched[0].length];
  const pattern = hatch(id, columns / area.width, rows / area.height);
  return markup`<g transform="${stretch(area, rows, columns)}">
    ${pattern}
    <path fill="url(#${id})" d="${path}" />
  </g>`;
}

function hatch(id: string, scaleX: number, scaleY: number): Markup {
  const transform = `scale(${fine(scaleX)} ${fine(scaleY)}) rotate(45)`;
  return markup`<pattern id="${id}" width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="${transform}">
    <path class="hatch" d="M1 0v4" />
  </pattern>`;
}

function deadLegend(id: string): Markup {
  const pattern = `${id}-legend`;
  return markup`<li>
    <svg class="swatch" aria-hidden="true" viewBox="0 0 16 10">
      ${hatch(pattern, 1, 1)}
      <rect class="level-0" width="16" height="10" />
      <rect fill="url(#${pattern})" width="16" height="10" />
    </svg>
    dead
  </li>`;
}

/** What a pointer is told of the row that it rests on. */
function hints(
  shares: readonly (readonly (number | undefined)[])[],
  deadShares: readonly number[][],
  size: number,
  area: Area,
): Markup {
  const columns = shares[0].length;
  const rows = shares.map((row, index) => {
    const unit = index * size;
    const deadAtEnd = deadShares[index][columns - 1] > 0;
    const title =
      `${size === 1 ? `unit ${unit}` : `units from ${unit}`}: ` +
      `${formatShare(row[0])} → ${formatShare(row[columns - 1])}${deadAtEnd ? ', dead' : ''}`;
    return markup`<rect y="${index}" width="${columns}" height="1"><title>${title}</title></rect>`;
  });
  return markup`<g class="hints" transform="${stretch(area, shares.length, columns)}">${rows}</g>`;
}
