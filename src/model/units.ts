import * as tf from '@tensorflow/tfjs';
import type {ActivationDefinition} from '../activation-types.js';
import type {Values} from '../formula/index.js';
import {readUnits} from '../layers/unit-weights.js';
import type {ManyValues} from '../range.js';
import {variablesOf} from './graph.js';
import type {Layer} from './graph.js';

/** Where activations are compared. */
export const COMPARED: readonly [number, number] = [-10, 10];

/** Beyond it, on either side: where one bends no more, another may. */
const FAR = [12, 15, 20, 30, 50, 100, 300, 1000, 10_000];

const INTERVALS = 1000;

/** How far the points go towards 0, and how many there are on the way to a tenth. */
const DECADES = 8;
const STEPS = 8;

const EVERYWHERE = Float64Array.from([...pointsOf(COMPARED), ...FAR.flatMap(x => [-x, x])]);

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
    const difference = differenceOf(value, second[index]);
    // NaN is the largest of all.
    return difference <= largest || Number.isNaN(largest) ? largest : difference;
  }, 0);
}

/** Not a number in both is the same, too. */
function differenceOf(first: number, second: number): number {
  const isSame = first === second || (Number.isNaN(first) && Number.isNaN(second));
  return isSame ? 0 : Math.abs(first - second);
}

/**
 * How far functions are from this one: the largest difference on [−10, 10] or, beyond, in proportion
 * to the input or to what this one gives, where that is larger.
 */
export function distanceTo(target: ManyValues): (other: ManyValues) => number {
  const wanted = target(EVERYWHERE);
  const scales = EVERYWHERE.map((x, index) => {
    const size = Math.abs(x) / COMPARED[1];
    return size <= 1 ? 1 : Math.max(size, Math.abs(wanted[index]) || 0);
  });
  const scaled = (values: Float64Array): Float64Array =>
    values.map((value, index) => (Number.isFinite(value) ? value / scales[index] : value));
  return other => largestDifference(scaled(other(EVERYWHERE)), scaled(wanted));
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
