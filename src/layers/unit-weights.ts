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
  const names = definitionsOf(layer).map(([weight, {length}]) => ({weight, length}));
  const tensors = layer.getWeights();
  const shapes = names.map(({length}, index) => outerShape(tensors[index], length));
  const outer = shapes.reduce(
    (joint, shape) => tf.broadcast_util.assertAndGetBroadcastShape(joint, shape),
    [],
  );
  const columns = names.map(({weight, length}, index) => {
    const inner = length === undefined ? [] : [length];
    const all = tf.tidy(() => tf.broadcastTo(tensors[index], [...outer, ...inner]).dataSync());
    return {weight, length, all};
  });
  const count = tf.util.sizeFromShape(outer);
  const chosen = Math.min(count, MOST_UNITS);
  return Array.from({length: chosen}, (_, index) => {
    const unit = Math.floor((index * count) / chosen);
    const values = columns.map(({weight, length, all}) => [
      weight,
      length === undefined ? all[unit] : [...all.slice(unit * length, (unit + 1) * length)],
    ]);
    return Object.fromEntries(values) as Values;
  });
}

function outerShape({shape}: Tensor, length: number | undefined): number[] {
  return length === undefined ? shape : shape.slice(0, -1);
}

function definitionsOf({activation}: ActivationLayer): [string, WeightDefinition][] {
  return Object.entries(activation.definition.weights ?? {});
}
