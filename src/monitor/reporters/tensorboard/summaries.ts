import {HISTOGRAM_BINS} from '../../histogram-bins.js';
import {meanOfKnown} from '../../mean.js';
import type {Revived, SkippedUnits} from '../../revival.js';
import {deadUnits, saturatedUnits} from '../../rules/index.js';
import {plural, ranges} from '../../text.js';
import {ENOUGH_SAMPLES} from '../../types.js';
import type {
  Finding,
  LayerSnapshot,
  Snapshot,
  UnitStatistics,
  WeightSnapshot,
} from '../../types.js';
import type {Histogram, Summary} from './event.js';

/** Buckets of the histogram of a learned weight, as TensorBoard has by default. */
const WEIGHT_BUCKETS = 30;

/** What TensorBoard shows of a snapshot. */
export function summariesOf({layers, weights, logs = {}}: Snapshot): Summary[] {
  return [
    ...Object.entries(logs).map(([name, value]) => scalar(tagOfLog(name), value)),
    ...layers.flatMap(layerSummaries),
    ...weights.flatMap(weightSummaries),
  ];
}

/**
 * What TensorBoard shows of a finding. The tag names the layer too: of two texts of one step and tag
 * TensorBoard shows one.
 */
export function summaryOfFinding(finding: Finding): Summary {
  const {rule, layer, severity, message, units, fixes, link} = finding;
  const markdown = [
    `**${severity}**: ${message}`,
    ...(units ? [`Units: ${ranges(units)}`] : []),
    fixes.map(({title, code}) => `- ${title}${code ? `: \`${code}\`` : ''}`).join('\n'),
    ...(link ? [`<${link}>`] : []),
  ].join('\n\n');
  return {kind: 'text', tag: `findings/${rule}/${layer}`, markdown};
}

/** What TensorBoard shows of units that were started anew, and of those of a layer that could not be. */
export function summaryOfRevival({layer, units, producer, consumers}: Revived): Summary {
  const markdown =
    `${plural(units.length, 'unit')} started anew: ${ranges(units)}\n\n` +
    `Drawn in ${producer}, 0 in ${consumers.join(', ')}`;
  return {kind: 'text', tag: `revived/${layer}`, markdown};
}

export function summaryOfSkipped({layer, units, reason}: SkippedUnits): Summary {
  const markdown = `${plural(units.length, 'unit')} not revived: ${ranges(units)}\n\n${reason}`;
  return {kind: 'text', tag: `not_revived/${layer}`, markdown};
}

function scalar(tag: string, value: number): Summary {
  return {kind: 'scalar', tag, value};
}

function tagOfLog(name: string): string {
  return name.startsWith('val_') ? `validation/${name.slice('val_'.length)}` : `train/${name}`;
}

function layerSummaries(layer: LayerSnapshot): Summary[] {
  const {name, gradient, slope, samples, validation, weights = {}} = layer;
  const hasVerdict = slope !== null && samples >= ENOUGH_SAMPLES;
  const outputs = outputsOf(layer);
  return [
    ...(hasVerdict ? [scalar(`${name}/dead`, deadUnits(layer).length)] : []),
    ...(hasVerdict ? [scalar(`${name}/saturated`, saturatedUnits(layer).length)] : []),
    ...statisticsSummaries(name, layer),
    ...meanSummary(`${name}/gradient`, gradient),
    ...(outputs ? [{kind: 'histogram', tag: `${name}/outputs`, histogram: outputs} as const] : []),
    ...Object.entries(weights).flatMap(([weight, values]) => {
      const histogram = histogramOf(values.filter(Number.isFinite));
      return histogram
        ? [{kind: 'histogram', tag: `${name}/${weight}/values`, histogram} as const]
        : [];
    }),
    ...(validation ? statisticsSummaries(`${name}/validation`, validation) : []),
  ];
}

function statisticsSummaries(
  tag: string,
  {mean, std, zeroShare, slope, firingRate}: UnitStatistics,
): Summary[] {
  return [
    ...meanSummary(`${tag}/mean`, mean),
    ...meanSummary(`${tag}/std`, std),
    ...meanSummary(`${tag}/zero_share`, zeroShare),
    ...meanSummary(`${tag}/slope`, slope),
    ...meanSummary(`${tag}/firing_rate`, firingRate),
  ];
}

/** The mean over the units, where any has a value. */
function meanSummary(tag: string, values: readonly number[] | null): Summary[] {
  const mean = meanOfKnown(values ?? []);
  return Number.isNaN(mean) ? [] : [scalar(tag, mean)];
}

function weightSummaries({layer, name, magnitude, update, gradient}: WeightSnapshot): Summary[] {
  const tag = `${layer}/${name}`;
  const ratio = Math.log10(update / magnitude);
  return [
    scalar(`${tag}/magnitude`, magnitude),
    scalar(`${tag}/update`, update),
    scalar(`${tag}/gradient`, gradient),
    ...(Number.isFinite(ratio) ? [scalar(`${tag}/log10_update_ratio`, ratio)] : []),
  ];
}

/**
 * The finite outputs of a layer; undefined where there are none. Between the bins next to zero, zero
 * has a bucket of its own. Every unit had about as many outputs, so sums follow from the means.
 */
function outputsOf({histogram, mean, std, min, max}: LayerSnapshot): Histogram | undefined {
  const buckets = HISTOGRAM_BINS.flatMap(({kind, high}, index) => {
    const count = histogram[index] ?? 0;
    if (kind === 'number') return [{limit: high, count}];
    return kind === 'zero' ? [{limit: HISTOGRAM_BINS[index + 1].low, count}] : [];
  });
  const count = buckets.reduce((sum, bucket) => sum + bucket.count, 0);
  if (count === 0) return undefined;
  const squares = mean.map((value, unit) => value ** 2 + std[unit] ** 2);
  return {
    min: Math.min(...min.filter(Number.isFinite)),
    max: Math.max(...max.filter(Number.isFinite)),
    count,
    sum: count * meanOfKnown(mean),
    sumOfSquares: count * meanOfKnown(squares),
    buckets: withoutEmptyEnds(buckets),
  };
}

/** TensorBoard takes `min` for the start of the first bucket, and `max` for the end of the last. */
function withoutEmptyEnds(buckets: Histogram['buckets']): Histogram['buckets'] {
  const isFilled = buckets.map(({count}) => count > 0);
  return buckets.slice(isFilled.indexOf(true), isFilled.lastIndexOf(true) + 1);
}

function histogramOf(values: readonly number[]): Histogram | undefined {
  if (values.length === 0) return undefined;
  const min = values.reduce((least, value) => Math.min(least, value));
  const max = values.reduce((largest, value) => Math.max(largest, value));
  const width = (max - min) / WEIGHT_BUCKETS;
  const counts = Array<number>(width > 0 ? WEIGHT_BUCKETS : 1).fill(0);
  for (const value of values) {
    const bucket = width > 0 ? Math.floor((value - min) / width) : 0;
    counts[Math.min(bucket, counts.length - 1)]++;
  }
  return {
    min,
    max,
    count: values.length,
    sum: values.reduce((sum, value) => sum + value, 0),
    sumOfSquares: values.reduce((sum, value) => sum + value ** 2, 0),
    buckets: counts.map((count, index) => ({limit: min + (index + 1) * width, count})),
  };
}
