import {SEVERITIES} from './types.js';
import type {Finding, LayerSnapshot, Snapshot} from './types.js';

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

/** Whether every output of a unit so far was a number. */
export function isFiniteUnit(layer: LayerSnapshot, unit: number): boolean {
  return layer.nonFinite[unit] === 0 && Number.isFinite(layer.min[unit] + layer.max[unit]);
}

/** Whether a layer gives what the model does: what it is may be what the task asks for. */
export function isOutput(layer: LayerSnapshot, {layers}: Snapshot): boolean {
  return layer.isOutput ?? layer === layers[layers.length - 1];
}

/** The mean of the values; NaN of none. */
export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The root of the mean of the squares; NaN of none. */
export function rootMeanSquare(values: readonly number[]): number {
  return Math.sqrt(meanOf(values.map(value => value ** 2)));
}

/** The most severe of some findings' severities. */
export function mostSevere(severities: readonly Finding['severity'][]): Finding['severity'] {
  return SEVERITIES[Math.max(...severities.map(each => SEVERITIES.indexOf(each)))];
}
