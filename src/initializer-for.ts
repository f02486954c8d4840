import * as tf from '@tensorflow/tfjs';
import type {Tensor} from '@tensorflow/tfjs';
import type {AnyActivation, WeightDefinition} from './activation-types.js';
import {describe} from './errors.js';
import type {Values} from './formula/index.js';
import {kernelInitializer} from './kernel-initializer.js';
import {ActivationLayer} from './layers/activation-layer.js';
import {activationNamed} from './registry.js';
import {initialValue, startingValue} from './starting-value.js';
import type {Initializer} from './tfjs-classes.js';

/** More units than these are represented by some of them, evenly spaced. */
const MOST_UNITS = 256;

/**
 * The recommended initializer of the kernels between layers of an activation: `varianceScaling` with
 * the square of its gain, or the rule that its paper gives.
 *
 * ```ts
 * const kernelInitializer = initializerFor('mish');
 * tf.layers.dense({units: 256, activation: 'mish', kernelInitializer});
 * ```
 *
 * Of a layer it goes by the layer's options and by its weights as they are now, or as they start where
 * it is not built: the mean over its units, or over 256 of them, evenly spaced. Weights are read
 * with `dataSync`, which the webgpu backend cannot: there, choose before training.
 * @throws if `activation` is no activation, no layer of one, and no name of one; if no kernel keeps the
 * size of signals, since the activation is 0 everywhere.
 */
export function initializerFor(activation: AnyActivation | ActivationLayer | string): Initializer {
  if (activation instanceof ActivationLayer) return ofLayer(activation);
  const found = typeof activation === 'string' ? activationNamed(activation) : activation;
  if (typeof found === 'function' && 'formula' in found) return found.initializer;
  throw new Error(
    `initializerFor: expected an activation such as activations.mish, its name, or its layer, ` +
      `got ${describe(activation)}`,
  );
}

function ofLayer(layer: ActivationLayer): Initializer {
  const {activation, options} = layer;
  const {className, definition} = activation;
  const owner = `${className} '${layer.name}'`;
  const units = layer.built ? currentWeights(layer) : [weightsAtStart(layer, owner)];
  const {formula} = activation.instance(options);
  return kernelInitializer(owner, definition, formula, options, units);
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
