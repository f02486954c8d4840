import type * as tf from '@tensorflow/tfjs';
import type {Values} from '../../formula/index.js';
import {weightsAtStart} from '../../layers/unit-weights.js';
import {ActivationLayer} from '../../layers/activation-layer.js';
import {MixingLayer} from '../../layers/mixing/mixing-layer.js';
import type {MixingLayerClass} from '../../layers/mixing/mixing-layer.js';
import {activationOfLayer} from '../../activation-of-layer.js';
import type {AppliedActivation} from '../../activation-of-layer.js';
import {nameWithoutSlope} from '../../monitor/find-layers.js';
import type {ActivationDefinition} from '../../activation-types.js';
import {defaultOptions} from '../../options.js';
import type {Options} from '../../options.js';
import {activationNamed} from '../../registry.js';
import {startingValues} from '../../starting-value.js';
import {registeredClasses} from '../../tfjs-classes.js';
import type {StringActivation} from '../../tfjs-classes.js';
import {traitsOf} from './activation-traits.js';
import {toCode} from './fixes.js';
import type {LintedActivation} from './types.js';

type Layer = tf.layers.Layer;

/** The activation that a layer is, or has; null where there is none. */
export function activationOf(layer: Layer): LintedActivation | null {
  const whole = activationOfLayer(layer);
  if (whole) return describe(whole, layer);
  const mixing = nameWithoutSlope(layer);
  if (mixing !== undefined) return ofName(mixing);
  const {activation} = layer as {activation?: Partial<StringActivation> | null};
  return activation ? ofString(activation) : null;
}

/** The activation behind `activation: '…'`. */
export function ofString(activation: Partial<StringActivation>): LintedActivation {
  const name = activation.getClassName?.() ?? 'a function';
  return ofName(name);
}

function ofName(name: string): LintedActivation {
  const activation = activationNamed(name);
  if (activation) return describe({activation, options: defaultOptions(activation.definition)});
  const gives = mixingClassNamed(name)?.gives;
  return {name, arguments: {}, traits: null, ...(gives && {gives})};
}

/** The class of the layer that mixes units under this name, of those that tfjs can load. */
function mixingClassNamed(name: string): MixingLayerClass | undefined {
  const classes = Object.values(registeredClasses()).map(
    registered => (registered as readonly unknown[])[0] as MixingLayerClass,
  );
  return classes.find(
    each => each.prototype instanceof MixingLayer && each.activationName === name,
  );
}

function describe({activation, options}: AppliedActivation, layer?: Layer): LintedActivation {
  const {name, definition} = activation;
  const args = layer ? argumentsOf(layer, definition, options) : {};
  const {kernelScale} = definition;
  let weights: Values;
  try {
    weights =
      layer instanceof ActivationLayer
        ? weightsAtStart(layer, layer.name)
        : startingValues(definition);
  } catch {
    // A weight that starts at random has no single curve.
    return {name, arguments: args, traits: null};
  }
  const ownScale = kernelScale?.({...options, ...weights} as never);
  return {
    name,
    arguments: args,
    traits: traitsOf(activation.instance(options), weights, ownScale),
  };
}

/** What a layer of an activation was made with, as code, where that is not the default. */
function argumentsOf(
  layer: Layer,
  definition: ActivationDefinition,
  options: Options,
): Record<string, string> {
  const defaults = {...defaultOptions(definition), ...definition.layerOptions};
  const changed = Object.entries(options).filter(([option, value]) => value !== defaults[option]);
  const {sharedAxes} = layer.getConfig();
  return {
    ...Object.fromEntries(changed.map(([option, value]) => [option, toCode(value)])),
    ...(Array.isArray(sharedAxes) && sharedAxes.length > 0 && {sharedAxes: toCode(sharedAxes)}),
  };
}
