import {layerCode} from '../../monitor/layer-code.js';
import type {Fix} from '../../monitor/fixes.js';
import type {LintedLayer} from './types.js';

export type {Fix} from '../../monitor/fixes.js';

/** Code that makes a layer like one, of its size, with some arguments. */
export function likeCode(layer: LintedLayer, given: Readonly<Record<string, string>> = {}): string {
  return layerCode(layer, {...layer.arguments, ...given});
}

/** Gives the layer another activation; for one that is an activation, another in its place. */
export function useActivation(layer: LintedLayer, activation: string, title?: string): Fix {
  const given = {activation: `'${activation}'`};
  const code =
    layer.role === 'kernel'
      ? likeCode(layer, given)
      : `tf.layers.activation({activation: '${activation}'})`;
  return {title: title ?? `Use ${activation} there`, code: `${code};`};
}

/** Compiles the model with another loss. */
export function useLoss(loss: string): Fix {
  return {
    title: `Or use the loss ${loss.replaceAll("'", '')}`,
    code: `const {optimizer, metrics} = model;\nmodel.compile({optimizer, loss: ${loss}, metrics});`,
  };
}

/** Gives the kernel of a layer another initializer, by its code. */
export function useInitializer(layer: LintedLayer, initializer: string, title: string): Fix {
  const argument = layer.kernel?.argument ?? 'kernelInitializer';
  const {activation, role} = layer;
  const hasOwn = role === 'kernel' && activation?.traits && !activation.traits.isLinear;
  const given = {...(hasOwn && {activation: `'${activation.name}'`}), [argument]: initializer};
  return {title, code: `${likeCode(layer, given)};`};
}
