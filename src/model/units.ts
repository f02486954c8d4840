import * as tf from '@tensorflow/tfjs';
import type {ActivationDefinition} from '../activation-types.js';
import type {Values} from '../formula/index.js';
import {readUnits} from '../layers/unit-weights.js';
import {variablesOf} from './graph.js';
import type {Layer} from './graph.js';

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
  const tensors = variablesOf(layer).map(({val}) => val);
  const {shape, valuesOf} = readUnits(Object.entries(weights), tensors);
  const known = new Map<string, number>();
  const distinct: Values[] = [];
  const indices = Array.from({length: tf.util.sizeFromShape([...shape])}, (_, unit) => {
    const values = valuesOf(unit);
    const key = JSON.stringify(values);
    const index = known.get(key) ?? distinct.push(values) - 1;
    known.set(key, index);
    return index;
  });
  return {shape, distinct, indices};
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
