import {HISTOGRAM_BINS} from '../../histogram-bins.js';
import type {HistogramBin} from '../../histogram-bins.js';
import {plural} from '../../text.js';
import {timeAxis} from './axis.js';
import type {Tick} from './axis.js';
import {chart} from './chart.js';
import {markup} from './markup.js';
import type {Markup} from './markup.js';
import {formatNumber, isKnown} from './numbers.js';
import {LEVELS} from './palette.js';
import {rampLegend, raster} from './raster.js';
import type {SnapshotRecord} from './record.js';

/** How many powers of two are shown on either side of 0; what is smaller counts in the smallest. */
const SHOWN_POWERS = 16;

/** A bin with this share of the outputs has the lowest colour. */
const LEAST_SHARE = 1e-4;

/** Labels stand at least so far from each other. */
const LABEL_HEIGHT = 14;

interface Row {
  readonly kind: HistogramBin['kind'];
  /** Of a number: the power of two that bounds it away from 0, negative numbers included. */
  readonly bound: number;
  /** The places in a histogram that it draws together. */
  readonly bins: readonly number[];
}

/** The outputs of a layer by magnitude over the snapshots; nothing where none was counted. */
export function histogramOverTime(name: string, records: readonly SnapshotRecord[]): Markup | null {
  const histograms = records.map(record => record.layers.get(name)?.histogram ?? []);
  const isUsed = HISTOGRAM_BINS.map((_, bin) => histograms.some(counts => counts[bin] > 0));
  if (!isUsed.some(Boolean)) return null;
  const rows = rowsOf(isUsed);
  const totals = histograms.map(counts => counts.reduce((sum, count) => sum + count, 0));
  const cells = rows.map(({bins}) =>
    histograms.map((counts, column) => {
      const count = bins.reduce((sum, bin) => sum + (counts[bin] ?? 0), 0);
      return levelOfShare(count / totals[column]);
    }),
  );
  const height = Math.max(120, Math.min(240, rows.length * 9));
  const odd = rows.filter(({kind}) => kind === 'nan' || kind === 'infinite');
  return chart({
    title: 'Outputs over time',
    description:
      `Histogram of the outputs of ${name} in ${plural(records.length, 'snapshot')}, by powers of two: ` +
      (odd.length > 0
        ? `some were ${[...new Set(odd.map(labelOf))].join(' or ')}.`
        : 'all were finite.'),
    x: timeAxis(records),
    y: {title: 'output', domain: [rows.length, 0], ticks: ticksOf(rows, height / rows.length)},
    height,
    legend: markup`<ul class="legend">
      <li>share of outputs (logarithmic):</li>
      ${rampLegend('0.01 %', '100 %')}
    </ul>`,
    draw: area => raster(cells, area),
  });
}

/**
 * From the largest at the top down to −∞, then NaN. What is not finite is there where it occurred; it
 * and 0 take two rows, so that their labels have room.
 */
function rowsOf(isUsed: readonly boolean[]): Row[] {
  const numbers = HISTOGRAM_BINS.flatMap((bin, index) =>
    bin.kind === 'number'
      ? [{index, exponent: exponentOf(bin), sign: Math.sign(bin.low + bin.high)}]
      : [],
  );
  const used = numbers.filter(({index}) => isUsed[index]).map(({exponent}) => exponent);
  const largest = Math.max(...used);
  const smallest = Math.max(Math.min(...used), largest - SHOWN_POWERS + 1);
  const signs = [1, -1].map(sign => {
    const ofSign = numbers.filter(each => each.sign === sign);
    if (!ofSign.some(({index}) => isUsed[index])) return [];
    return Array.from({length: largest - smallest + 1}, (_, place): Row => {
      const exponent = largest - place;
      const bins = ofSign.filter(each => Math.max(each.exponent, smallest) === exponent);
      return {
        kind: 'number',
        bound: sign * 2 ** (exponent + 1),
        bins: bins.map(({index}) => index),
      };
    });
  });
  const special = (kind: Row['kind'], bound: number): Row[] =>
    HISTOGRAM_BINS.flatMap((bin, index) =>
      bin.kind === kind && Object.is(bin.low, bound) && (kind === 'zero' || isUsed[index])
        ? [{kind, bound, bins: [index]}]
        : [],
    );
  const rows = [
    ...special('infinite', Infinity),
    ...signs[0],
    ...special('zero', 0),
    ...signs[1].reverse(),
    ...special('infinite', -Infinity),
    ...special('nan', NaN),
  ];
  return rows.flatMap(row => (row.kind === 'number' ? [row] : [row, row]));
}

/** The n of 2ⁿ at the end of a bin that is nearer to 0. */
function exponentOf({low, high}: HistogramBin): number {
  return Math.round(Math.log2(Math.min(Math.abs(low), Math.abs(high))));
}

/** At 0 and what is not finite, and at powers of two as far as there is room. */
function ticksOf(rows: readonly Row[], rowHeight: number): Tick[] {
  const isSpecial = ({kind}: Row): boolean => kind !== 'number';
  const special = rows.flatMap((row, index) =>
    isSpecial(row) && row !== rows[index - 1] ? [{at: index + 1, label: labelOf(row)}] : [],
  );
  const powers = [1, 2, 4].find(each => each * rowHeight >= LABEL_HEIGHT) ?? 8;
  const numbers = rows.flatMap((row, index) => {
    if (isSpecial(row) || Math.log2(Math.abs(row.bound)) % powers !== 0) return [];
    const at = row.bound > 0 ? index : index + 1;
    const isFree = special.every(other => Math.abs(other.at - at) * rowHeight >= LABEL_HEIGHT);
    return isFree ? [{at, label: labelOf(row)}] : [];
  });
  return [...special, ...numbers];
}

function labelOf({kind, bound}: Row): string {
  if (kind === 'nan') return 'NaN';
  if (kind === 'infinite') return bound > 0 ? '+∞' : '−∞';
  return formatNumber(Number(bound.toPrecision(2)));
}

/** On a logarithmic scale; what never occurred stays empty. */
function levelOfShare(share: number): number {
  if (!isKnown(share) || share <= 0) return -1;
  const place = 1 - Math.log10(share) / Math.log10(LEAST_SHARE);
  return Math.max(0, Math.min(LEVELS - 1, Math.round(place * (LEVELS - 1))));
}
