import {meanOf} from './mean.js';
import {ENOUGH_SAMPLES, SEVERITIES} from './types.js';
import type {Finding, LayerSnapshot, Snapshot} from './types.js';

/** How many samples a rule asks for before it judges a unit. */
export const SAMPLES_NEEDED = {
  default: ENOUGH_SAMPLES,
  minimum: 1,
  description: 'Samples that a judgement needs',
} as const;

/**
 * What is so in half of a layer hurts it, in fewer units it is a curiosity: networks that learn well
 * often have a third of their units dead. (SageMaker's rules too ask for half of a layer.)
 */
export const LAYER_SHARE = {
  default: 0.5,
  description: 'Share of a layer from which it is a warning',
} as const;

/** The units of a layer of which `holds` is true. */
export function unitsWhere(layer: LayerSnapshot, holds: (unit: number) => boolean): number[] {
  return Array.from({length: layer.units}, (_, unit) => unit).filter(holds);
}

/** The units whose value is far below the mean of their layer. */
export interface UnitsBelow {
  readonly units: number[];
  /** For each of them, its value ÷ the mean. */
  readonly scores: number[];
  readonly mean: number;
  /** Their share of the layer. */
  readonly share: number;
}

/** The units of a layer whose value ÷ the mean of all is at most `limit`; none where that is not above 0. */
export function unitsBelow(
  layer: LayerSnapshot,
  values: readonly number[],
  limit: number,
  others: ReadonlySet<number>,
): UnitsBelow {
  const mean = meanOf(values);
  const score = (unit: number): number => values[unit] / mean;
  const isJudged = mean > 0 && Number.isFinite(mean);
  const units = unitsWhere(layer, unit => isJudged && score(unit) <= limit && !others.has(unit));
  return {units, scores: units.map(score), mean, share: units.length / layer.units};
}

/** Whether every output of a unit so far was a number. */
export function isFiniteUnit(layer: LayerSnapshot, unit: number): boolean {
  return layer.nonFinite[unit] === 0 && Number.isFinite(layer.min[unit] + layer.max[unit]);
}

/** Whether a layer gives what the model does: what it is may be what the task asks for. */
export function isOutput(layer: LayerSnapshot, {layers}: Snapshot): boolean {
  return layer.isOutput ?? layer === layers[layers.length - 1];
}

/** The hidden layers whose statistics rest on enough samples. */
export function hiddenLayers(snapshot: Snapshot, samples: number): LayerSnapshot[] {
  return snapshot.layers.filter(layer => layer.samples >= samples && !isOutput(layer, snapshot));
}

/** The root of the mean of the squares; NaN of none. */
export function rootMeanSquare(values: readonly number[]): number {
  return Math.sqrt(meanOf(values.map(value => value ** 2)));
}

/** The most severe of some findings' severities. */
export function mostSevere(severities: readonly Finding['severity'][]): Finding['severity'] {
  return SEVERITIES[Math.max(...severities.map(each => SEVERITIES.indexOf(each)))];
}
