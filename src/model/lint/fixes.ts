import {normalizeBeforeActivation} from '../../monitor/fixes.js';
import {activationCode, layerCode} from '../../monitor/layer-code.js';
import type {Subject} from '../../monitor/layer-code.js';
import {activationLayerOf} from './chains.js';
import type {Fix} from '../../monitor/fixes.js';
import type {LintedLayer} from './types.js';

export type {Fix} from '../../monitor/fixes.js';

/** Gives the layer another activation; for one that is an activation, another in its place. */
export function useActivation(layer: LintedLayer, activation: string, title?: string): Fix {
  const given = {activation: `'${activation}'`};
  const code =
    layer.role === 'kernel' || layer.role === 'recurrent'
      ? layerCode(layer, given)
      : `tf.layers.activation({activation: '${activation}'})`;
  return {title: title ?? `Use ${activation} there`, code: `${code};`};
}

/** Compiles the model with another loss. */
export function useLoss(loss: string): Fix {
  return {
    title: `Use the loss ${loss.replaceAll("'", '')}`,
    code: `const {optimizer, metrics} = model;\nmodel.compile({optimizer, loss: ${loss}, metrics});`,
  };
}

/** Gives the kernel of a layer another initializer, by its code. */
export function useInitializer(layer: LintedLayer, initializer: string, title: string): Fix {
  const argument = layer.kernel?.argument ?? 'kernelInitializer';
  const {activation, role} = layer;
  const hasOwn = role === 'kernel' && activation?.traits && !activation.traits.isLinear;
  const given = {...(hasOwn && {activation: `'${activation.name}'`}), [argument]: initializer};
  return {title, code: `${layerCode(layer, given)};`};
}

/** Normalizes between a layer and its activation. */
export function normalize(layer: LintedLayer): Fix {
  return normalizeBeforeActivation(subjectOf(activationLayerOf(layer)));
}

/** Adds a layer of the same activation, with some arguments. */
export function addActivation(
  layer: LintedLayer,
  title: string,
  given: Readonly<Record<string, string>> = {},
): Fix {
  return {title, code: `model.add(${activationCode(subjectOf(layer), given)});`};
}

function subjectOf(layer: LintedLayer): Subject {
  const {activation} = layer;
  if (!activation || activation.traits?.isLinear) return {...layer, activation: undefined};
  return {...layer, activation: activation.name, slope: activation.traits ? [] : null};
}
