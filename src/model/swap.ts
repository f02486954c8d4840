import * as tf from '@tensorflow/tfjs';
import {activationOfLayer} from '../activation-of-layer.js';
import type {ActivationDefinition, AnyActivation, SharedAxes} from '../activation-types.js';
import {checkDomain} from '../check-definition.js';
import {checkKnown, checkObject, describe, messageOf} from '../errors.js';
import {ActivationLayer} from '../layers/activation-layer.js';
import {resolveSharedAxes} from '../layers/shared-axes.js';
import {nameWithoutSlope} from '../monitor/find-layers.js';
import {defaultOptions} from '../options.js';
import type {Options} from '../options.js';
import {activationNamed} from '../registry.js';
import {copyLayerWithin} from './copy-layer.js';
import {copyModel} from './copy-model.js';
import type {Replacement} from './copy-model.js';
import {findActivations, hasFormula} from './find-activations.js';
import type {FoundPlace} from './find-activations.js';
import {freeName, variablesOf} from './graph.js';
import type {Layer} from './graph.js';
import type {FunctionMatcher} from './match-function.js';
import {preserveFunction} from './preserve-function.js';
import type {Preserved} from './preserve-function.js';
import {OWNER, decisionsOf, makerOf} from './swap-rules.js';
import type {Decisions, LayerArguments, SwapRules, SwapTarget} from './swap-rules.js';

export interface SwapOptions {
  /** Whether new activations start as the functions that they replace. Default: false. */
  readonly preserve?: boolean;
  /**
   * The inputs on which a function that cannot be the same is fitted; what comes of others is not looked
   * at. Default: that of the new activation, [−3, 3] for most.
   */
  readonly domain?: readonly [low: number, high: number];
}

export interface ActivationChange {
  /** The name of the layer; in a nested model `outer/inner`. */
  readonly layer: string;
  /** The name of the layer that applies the new activation. */
  readonly newLayer: string;
  readonly from: string;
  readonly to: string;
  /**
   * With `preserve`, the largest difference of the new function from the old one on `domain`, as
   * float64 has it; null where the old or the new layer computes no function of one number. A `domain`
   * of [−10, 10] that was not asked for says that it is the same function, and beyond as well.
   */
  readonly error?: number | null;
  readonly domain?: readonly [low: number, high: number];
}

export interface SwapResult<M extends tf.LayersModel = tf.LayersModel> {
  readonly model: M;
  readonly changes: readonly ActivationChange[];
  /** Activations that a rule asked for and that cannot be replaced. */
  readonly refused: Decisions['refused'];
}

/**
 * A copy of a model with other activations, everything else as it was: the graph, names, weights,
 * shared layers, loss and metrics, the optimizer's settings and what it keeps for weights that stay.
 * The model itself is not changed.
 *
 * ```ts
 * const {model: learned, changes} = swapActivations(
 *   model, {from: 'relu', to: layers.prelu, args: {sharedAxes: 'spatial'}}, {preserve: true});
 * ```
 *
 * The first rule that asks for an activation decides. A function decides for itself: it is called with
 * each place, and returns what to put there. An activation within a Dense or convolutional layer is
 * replaced there where it is one that a name says; else the layer becomes linear, and a layer named
 * `<layer>_<activation>` follows it. TimeDistributed layers and nested models are looked into;
 * the activations of recurrent cells cannot be replaced.
 *
 * Softmax and its like, which are no function of one number, are replaced, too, and put in place; so are
 * activations of one's own. Nothing of them is preserved, and each change says `error: null`.
 *
 * New weights are shared as those that they replace; else as the layer's default says, but PReLU's,
 * whose default is a weight for each element, over all axes but that of the channels.
 *
 * With `preserve`, weights are found with which the new formula is the old one: exactly where there
 * are any (ReLU is PReLU at alpha 0), else by least squares over `domain`. What is the same in a limit
 * alone (ReLU as Swish of a huge beta) comes close to it, with weights that then hardly learn. Weights
 * are read with `dataSync`, which the webgpu backend cannot.
 * @throws if the model is not built or is disposed, a layer cannot be copied, a rule or an option is
 * not understood, a new layer changes the shape, or a rule matches nothing; then nothing is made.
 */
export function swapActivations<M extends tf.LayersModel>(
  model: M,
  rules: SwapRules,
  options: SwapOptions = {},
): SwapResult<M> {
  checkOptions(options);
  const {decided, refused} = decisionsOf(rules, model, findActivations(OWNER, model));
  const planned = [...decided].map(([found, {to, args}]) => plan(found, to, args));
  const matches = new Map<Planned, Preserved>();
  const copy = copyModel(
    OWNER,
    model,
    new Map(planned.map(({found, replacement}) => [found.layer, replacement])),
    () => {
      if (!options.preserve) return;
      const matchers = new Map<string, FunctionMatcher>();
      for (const each of planned) {
        matches.set(each, preserved(each, options.domain, matchers));
      }
    },
  );
  const changes = planned.map(each => ({
    layer: each.found.name,
    newLayer: besides(each.found, each.newName),
    from: each.found.kind,
    to: each.target.name,
    ...matches.get(each),
  }));
  return {model: copy, changes, refused};
}

/** The full name of a layer that stands in the same model. */
function besides({name, layer}: FoundPlace, other: string): string {
  return name.slice(0, name.length - layer.name.length) + other;
}

function checkOptions(options: SwapOptions): void {
  checkObject(OWNER, 'the options', options);
  checkKnown(OWNER, 'option', Object.keys(options), ['preserve', 'domain']);
  const {preserve: isPreserved = false, domain} = options;
  if (typeof isPreserved !== 'boolean') {
    throw new Error(`${OWNER}: preserve must be true or false, got ${describe(isPreserved)}`);
  }
  if (domain !== undefined) checkDomain(OWNER, domain);
}

/** A replacement that is decided on, not yet built. */
interface Planned {
  readonly found: FoundPlace;
  readonly replacement: Replacement;
  readonly newName: string;
  readonly target: Target;
}

/** What a layer that is put in place applies. */
interface Target {
  readonly name: string;
  readonly applied?: {readonly activation: AnyActivation; readonly options: Options};
  /** The layer that has its weights, if there is one. */
  readonly holder?: Layer;
}

function plan(found: FoundPlace, to: SwapTarget, args: LayerArguments): Planned {
  const {layer, holder, isFused, takenNames, kind, shape} = found;
  const make = makerOf(to);
  const probe = checkLayer(make({...args, name: holder.name}), to);
  const applied = activationOfLayer(probe);
  const name = applied?.activation.name ?? nameWithoutSlope(probe) ?? probe.getClassName();
  if (isFused && applied && isNamed(applied)) {
    const copy = copyLayerWithin(OWNER, layer, config => ({...config, activation: name}));
    const replacement = {layers: [copy], heir: copy};
    return {found, replacement, newName: layer.name, target: {name, applied}};
  }
  const isWithin = !isFused && holder !== layer;
  const newName = isFused ? freeName(`${layer.name}_${name}`, takenNames) : holder.name;
  const own = isWithin ? [shape[0], ...shape.slice(2)] : shape;
  const sharing = to instanceof tf.layers.Layer ? {} : sharingFor(found, probe, own.length);
  const training = isFused || holder.trainable ? {} : {trainable: false};
  const made = make({...sharing, ...training, ...args, name: newName});
  const given = made.computeOutputShape(own) as tf.Shape;
  if (String(given) !== String(own)) {
    throw new Error(
      `${OWNER}: the layer '${found.name}' gives shape [${own}], and ${name} in place of ` +
        `${kind} would make it [${given}]; only layers that keep the shape can be swapped in`,
    );
  }
  const target = {name, applied, holder: made};
  if (isFused) {
    const linear = copyLayerWithin(OWNER, layer, config => ({...config, activation: 'linear'}));
    return {found, replacement: {layers: [linear, made], heir: linear}, newName, target};
  }
  const replacement = {
    layers: [isWithin ? tf.layers.timeDistributed({layer: made, name: layer.name}) : made],
  };
  return {found, replacement, newName: layer.name, target};
}

function checkLayer(made: unknown, to: SwapTarget): Layer {
  if (made instanceof tf.layers.Layer) return made;
  throw new Error(`${OWNER}: to must make a layer, got ${describe(made)} of ${describe(to)}`);
}

/** Whether a name says all of an activation. */
function isNamed({activation, options}: {activation: AnyActivation; options: Options}): boolean {
  const {name, definition} = activation;
  return (
    activationNamed(name) === activation &&
    Object.keys(definition.weights ?? {}).length === 0 &&
    JSON.stringify(options) === JSON.stringify(defaultOptions(definition))
  );
}

/** The arguments that say which axes of so many share the new weights. */
function sharingFor(found: FoundPlace, layer: Layer, rank: number): LayerArguments {
  const dataFormat = found.isChannelsFirst ? 'channelsFirst' : 'channelsLast';
  if (!(layer instanceof ActivationLayer)) {
    if (!('sharedAxes' in layer.getConfig())) return {};
    return {sharedAxes: axesBefore(found) ?? resolveSharedAxes(OWNER, 'spatial', rank, dataFormat)};
  }
  const {definition} = layer.activation;
  if (Object.keys(definition.weights ?? {}).length === 0) return {};
  const sharedAxes = axesBefore(found) ?? (isOneForEach(definition) ? 'spatial' : undefined);
  return {
    ...(found.isChannelsFirst ? {dataFormat} : {}),
    ...(sharedAxes === undefined ? {} : {sharedAxes}),
  };
}

/** Those that share the weights of a learned activation. */
function axesBefore({holder, isFused}: FoundPlace): SharedAxes | undefined {
  const {sharedAxes} = holder.getConfig();
  if (isFused || variablesOf(holder).length === 0 || sharedAxes === undefined) return undefined;
  return (sharedAxes as SharedAxes | null) ?? [];
}

function isOneForEach({sharedAxes}: ActivationDefinition): boolean {
  return Array.isArray(sharedAxes) && sharedAxes.length === 0;
}

function preserved(
  {found, target}: Planned,
  domain: SwapOptions['domain'],
  matchers: Map<string, FunctionMatcher>,
): Preserved {
  const {applied, holder} = target;
  if (!applied || !hasFormula(found)) return {error: null};
  const {activation, options} = applied;
  try {
    return preserveFunction(found, {activation, options, holder}, domain, matchers);
  } catch (error) {
    throw new Error(
      `${OWNER}: ${activation.name} cannot be fitted to what the layer '${found.name}' computes: ` +
        messageOf(error),
      {cause: error},
    );
  }
}
