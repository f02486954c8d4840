import * as tf from '@tensorflow/tfjs';
import type {ActivationDefinition} from '../activation-types.js';
import type {Values} from '../formula/index.js';
import {variablesOf} from './graph.js';
import type {Layer, WeightVariable} from './graph.js';

const INTERVALS = 1000;

/** How far the points go towards 0, and how many there are on the way to a tenth. */
const DECADES = 8;
const STEPS = 8;

/** The weights of an activation's layer, unit by unit. */
export interface Units {
  /** The shape of the weights, without that of vectors of coefficients; [] where there are none. */
  readonly shape: readonly number[];
  /** Those that differ; one where there are no weights. */
  readonly distinct: readonly Values[];
  /** For each unit, which of the distinct ones it has. */
  readonly indices: readonly number[];
}

/** The weights of a layer as they are, read with `dataSync`. */
export function unitsOf(layer: Layer, {weights = {}}: ActivationDefinition): Units {
  const variables = variablesOf(layer);
  const entries = Object.entries(weights);
  if (entries.length === 0) return {shape: [], distinct: [{}], indices: [0]};
  const shape = entries.reduce<number[]>(
    (joint, [, {length}], index) =>
      tf.broadcast_util.assertAndGetBroadcastShape(joint, outerShape(variables[index], length)),
    [],
  );
  const columns = entries.map(([weight, {length}], index) => {
    const full = length === undefined ? shape : [...shape, length];
    const values = tf.tidy(() => tf.broadcastTo(variables[index].val, full).dataSync());
    return {weight, length, values};
  });
  const distinct = new Map<string, number>();
  const all: Values[] = [];
  const indices = Array.from({length: tf.util.sizeFromShape(shape as number[])}, (_, unit) => {
    const own = columns.map(({weight, length, values}) => [
      weight,
      length === undefined ? values[unit] : [...values.slice(unit * length, (unit + 1) * length)],
    ]);
    const key = JSON.stringify(own);
    const index = distinct.get(key) ?? all.push(Object.fromEntries(own) as Values) - 1;
    distinct.set(key, index);
    return index;
  });
  return {shape, distinct: all, indices};
}

/** The shape of a weight, without that of its coefficients. */
export function outerShape({shape}: WeightVariable, length: number | undefined): number[] {
  return length === undefined ? shape : shape.slice(0, -1);
}

/** The largest difference of two functions at the points at which both were evaluated. */
export function largestDifference(first: Float64Array, second: Float64Array): number {
  return first.reduce((largest, value, index) => {
    const difference = value === second[index] ? 0 : Math.abs(value - second[index]);
    // NaN is the largest of all.
    return difference <= largest ? largest : difference;
  }, 0);
}

/** Points of an interval, both ends included: evenly spaced, and close together around 0. */
export function pointsOf([low, high]: readonly [number, number]): Float64Array {
  const even = Array.from(
    {length: INTERVALS + 1},
    (_, index) => low + ((high - low) * index) / INTERVALS,
  );
  const small = Array.from({length: DECADES * STEPS}, (_, index) => 10 ** (-(index + 1) / STEPS));
  const near = small.flatMap(x => [-x, x]).filter(x => low < x && x < high);
  return Float64Array.from([...even, ...near]);
}
