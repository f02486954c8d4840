import * as tf from '@tensorflow/tfjs';
import type {AppliedActivation} from '../activation-of-layer.js';
import {defaultOptions} from '../options.js';
import type {Layer} from './graph.js';

/**
 * What stock tfjs knows by name and loads again. ('gelu_new' it saves under a name that it does not
 * know.)
 */
const NAMES: readonly string[] = [
  'elu',
  'gelu',
  'hardSigmoid',
  'linear',
  'mish',
  'relu',
  'relu6',
  'selu',
  'sigmoid',
  'softplus',
  'softsign',
  'swish',
  'tanh',
];

/** Its layers, each with the options that it heeds. */
const CLASSES: Readonly<Record<string, readonly string[]>> = {
  ReLU: ['maxValue'],
  LeakyReLU: ['alpha'],
  ThresholdedReLU: ['theta'],
};

/** A layer of a fixed activation that stock tfjs loads, too, where there is one. */
export function stockLayer(
  {activation, options}: AppliedActivation,
  name: string,
): Layer | undefined {
  const defaults = defaultOptions(activation.definition);
  const changed = Object.keys(options).filter(option => options[option] !== defaults[option]);
  if (changed.length === 0 && NAMES.includes(activation.name)) {
    return tf.layers.activation({activation: activation.name as 'relu', name});
  }
  const heeded = Object.hasOwn(CLASSES, activation.className)
    ? CLASSES[activation.className]
    : undefined;
  if (!heeded || changed.some(option => !heeded.includes(option))) return undefined;
  return activation.layer({...options, name} as never);
}
