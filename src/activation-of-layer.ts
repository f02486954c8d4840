import type * as tf from '@tensorflow/tfjs';
import type {AnyActivation} from './activation-types.js';
import {ActivationLayer} from './layers/activation-layer.js';
import {defaultOptions, optionNames, resolveOptions} from './options.js';
import type {Options} from './options.js';
import {activationOfClass} from './registry.js';

/** An activation as a layer applies it. */
export interface AppliedActivation {
  readonly activation: AnyActivation;
  /** Complete. */
  readonly options: Options;
  /** Whether its coefficients start as a fit for other inputs than those of the definition. */
  readonly hasOwnStart?: boolean;
}

/** The activation of a layer that does nothing else, one of stock tfjs included. */
export function activationOfLayer(layer: tf.layers.Layer): AppliedActivation | undefined {
  if (layer instanceof ActivationLayer) return layer;
  const activation = activationOfClass(layer.getClassName());
  return activation && {activation, options: optionsOf(activation, layer)};
}

function optionsOf(activation: AnyActivation, layer: tf.layers.Layer): Options {
  const {definition} = activation;
  const config = Object.entries(layer.getConfig());
  const names = optionNames(definition);
  const given = config.filter(([name, value]) => names.has(name) && value !== null);
  return resolveOptions(
    layer.name,
    definition,
    Object.fromEntries(given),
    defaultOptions(definition),
  );
}
