import * as tf from '@tensorflow/tfjs';
import type {Tensor} from '@tensorflow/tfjs';
import type {WeightDefinition} from '../activation-types.js';
import type {Values} from '../formula/index.js';
import {initialValue, startingValue} from '../starting-value.js';
import type {ActivationLayer} from './activation-layer.js';

/** More units than these are represented by some of them, evenly spaced. */
const MOST_UNITS = 256;

/**
 * The weights of each unit of a layer, or of some, as they are now; as they start where it is not
 * built. `owner` names the layer in errors.
 * @throws if they start random, and no value stands for them.
 */
export function unitsOf(layer: ActivationLayer, owner: string): Values[] {
  return layer.built ? currentWeights(layer) : [weightsAtStart(layer, owner)];
}

/**
 * What the weights of a layer start as; `owner` names it in errors.
 * @throws if one is random, and no value stands for it.
 */
export function weightsAtStart(layer: ActivationLayer, owner: string): Values {
  const config = layer.getConfig();
  const values = definitionsOf(layer).map(([weight, definition]) => {
    const initializer = config[`${weight}Initializer`] as WeightDefinition['initializer'];
    const own = initialValue(owner, weight, {length: definition.length, initializer});
    return [weight, own ?? startingValue(owner, weight, definition)];
  });
  return Object.fromEntries(values) as Values;
}

/** The weights of each unit, or of some. */
function currentWeights(layer: ActivationLayer): Values[] {
  const {shape, valuesOf} = readUnits(definitionsOf(layer), layer.getWeights());
  const count = tf.util.sizeFromShape([...shape]);
  const chosen = Math.min(count, MOST_UNITS);
  return Array.from({length: chosen}, (_, index) => valuesOf(Math.floor((index * count) / chosen)));
}

/** The weights of units, as read at once. */
interface ReadUnits {
  /** The shape of the weights, without that of vectors of coefficients; [] where there are none. */
  readonly shape: readonly number[];
  /** Those of one unit. */
  valuesOf(unit: number): Values;
}

/** Reads weights unit by unit, with `dataSync`; `tensors` are theirs, in order. */
export function readUnits(
  weights: readonly (readonly [string, WeightDefinition])[],
  tensors: readonly Tensor[],
): ReadUnits {
  const shape = weights.reduce<number[]>(
    (joint, [, {length}], index) =>
      tf.broadcast_util.assertAndGetBroadcastShape(joint, outerShape(tensors[index], length)),
    [],
  );
  const columns = weights.map(([weight, {length}], index) => {
    const full = length === undefined ? shape : [...shape, length];
    const all = tf.tidy(() => tf.broadcastTo(tensors[index], full).dataSync());
    return {weight, length, all};
  });
  const valuesOf = (unit: number): Values => {
    const values = columns.map(({weight, length, all}) => [
      weight,
      length === undefined ? all[unit] : [...all.slice(unit * length, (unit + 1) * length)],
    ]);
    return Object.fromEntries(values) as Values;
  };
  return {shape, valuesOf};
}

/** The shape of a weight, without that of its coefficients. */
export function outerShape(
  {shape}: {readonly shape: number[]},
  length: number | undefined,
): number[] {
  return length === undefined ? shape : shape.slice(0, -1);
}

function definitionsOf({activation}: ActivationLayer): [string, WeightDefinition][] {
  return Object.entries(activation.definition.weights ?? {});
}
