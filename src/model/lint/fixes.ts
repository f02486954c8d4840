import {normalizeBeforeActivation} from '../../monitor/fixes.js';
import {activationCode, initializersOf, layerCode} from '../../monitor/layer-code.js';
import type {Subject} from '../../monitor/layer-code.js';
import {optimizerCode} from '../../monitor/optimizer-code.js';
import {activationLayerOf} from './chains.js';
import type {Fix} from '../../monitor/fixes.js';
import type {LintedLayer, LintedModel, LintedOutput} from './types.js';

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

/** Compiles the model with another loss for one of its outputs; the others keep theirs. */
export function useLoss(
  {outputs, optimizer, isCompiled}: LintedModel,
  of: LintedOutput,
  loss: string,
): Fix {
  const isOne = outputs.length === 1;
  const title = `Use the loss ${loss.replaceAll("'", '')}${isOne ? '' : ` for ${of.name}`}`;
  const losses = outputs.map(each => [each.name, each === of ? loss : each.loss?.code] as const);
  if (losses.some(([, code]) => code === undefined)) return {title};
  const all = isOne
    ? loss
    : `{${losses.map(([name, code]) => `${keyCode(name)}: ${code}`).join(', ')}}`;
  if (isCompiled) {
    return {
      title,
      code: `const {optimizer, metrics} = model;\nmodel.compile({optimizer, loss: ${all}, metrics});`,
    };
  }
  const made = (optimizer && optimizerCode(optimizer, optimizer.learningRate)) ?? "'adam'";
  return {title, code: `model.compile({optimizer: ${made}, loss: ${all}});`};
}

function keyCode(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : `'${name}'`;
}

/** Gives the kernel of a layer another initializer, by its code. */
export function useInitializer(layer: LintedLayer, initializer: string, title: string): Fix {
  const {activation, role} = layer;
  const hasOwn = role === 'kernel' && activation && !activation.traits?.isLinear;
  const given = {
    ...(hasOwn && {activation: `'${activation.name}'`}),
    ...initializersOf(layer, initializer),
  };
  return {title, code: `${layerCode(layer, given)};`};
}

/** Normalizes between a layer and its activation. */
export function normalize(layer: LintedLayer): Fix {
  return normalizeBeforeActivation(subjectOf(activationLayerOf(layer)));
}

/** A fix of each of some layers, told once where it is the same. */
export function ofEach(layers: readonly LintedLayer[], fix: (layer: LintedLayer) => Fix): Fix {
  const fixes = layers.map(fix);
  const [{title}] = fixes;
  const code = [...new Set(fixes.map(each => each.code))].join('\n');
  return {
    title: layers.length === 1 ? title : `${title}, in each of ${layers.length} layers`,
    code,
  };
}

/** Adds a layer of the same activation, with some arguments. */
export function addActivation(
  layer: LintedLayer,
  title: string,
  given: Readonly<Record<string, string>> = {},
): Fix {
  return {title, code: `model.add(${activationCode(subjectOf(layer), given)});`};
}

/** Starts the kernel of a layer at the scale that its activation asks for. */
export function startAtScale(layer: LintedLayer): Fix {
  const acting = activationLayerOf(layer);
  const traits = acting.activation?.traits;
  const fits = traits && !traits.isLinear && Number.isFinite(traits.kernelScale);
  const usual = layer.isOutput ? "'glorotNormal'" : "'heNormal'";
  const title = 'Start the kernel at the scale of the activation';
  return useInitializer(layer, fits ? initializerCode(acting) : usual, title);
}

/** Code of the initializer that an activation asks for. */
function initializerCode(layer: LintedLayer): string {
  const {name, arguments: own} = layer.activation!;
  const isDefault = Object.keys(own).every(argument => argument === 'sharedAxes');
  return `initializerFor(${isDefault ? `'${name}'` : activationCode(subjectOf(layer))})`;
}

/** A value as code: `'same'`, `[2, 2]`. */
export function toCode(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  return Array.isArray(value) ? `[${value.map(toCode).join(', ')}]` : String(value);
}

function subjectOf(layer: LintedLayer): Subject {
  const {activation} = layer;
  if (!activation || activation.traits?.isLinear) return {...layer, activation: undefined};
  return {
    ...layer,
    activation: activation.name,
    slope: activation.traits ? [] : null,
    activationArguments: activation.arguments,
  };
}
