import type {AnyActivation} from './activation-types.js';
import {describe} from './errors.js';
import {kernelInitializer} from './kernel-initializer.js';
import {ActivationLayer} from './layers/activation-layer.js';
import {MixingLayer} from './layers/mixing/mixing-layer.js';
import {unitsOf} from './layers/unit-weights.js';
import {activationNamed} from './registry.js';
import type {Initializer} from './tfjs-classes.js';

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
  if (activation instanceof MixingLayer) {
    throw new Error(
      `initializerFor: ${activation.getClassName()} '${activation.name}' mixes units or is random, so ` +
        `that no gain follows from a formula; choose an initializer of tf.initializers`,
    );
  }
  throw new Error(
    `initializerFor: expected an activation such as activations.mish, its name, or its layer, ` +
      `got ${describe(activation)}`,
  );
}

function ofLayer(layer: ActivationLayer): Initializer {
  const {activation, options} = layer;
  const {className, definition} = activation;
  const owner = `${className} '${layer.name}'`;
  const {formula} = activation.instance(options);
  return kernelInitializer(owner, definition, formula, options, unitsOf(layer, owner));
}
