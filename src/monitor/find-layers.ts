import * as tf from '@tensorflow/tfjs';
import type {Tensor} from '@tensorflow/tfjs';
import type {AnyActivation} from '../activation-types.js';
import {checkKnown} from '../errors.js';
import type {ActivationInstance} from '../instance.js';
import {ActivationLayer} from '../layers/activation-layer.js';
import {defaultOptions, optionNames, resolveOptions} from '../options.js';
import type {Options} from '../options.js';
import {activationNamed, activationOfClass} from '../registry.js';
import type {StringActivation} from '../tfjs-classes.js';
import {flowsOf, graphOf, nodesOf} from './flow.js';
import type {Flow, Layer} from './flow.js';
import type {Report} from './types.js';

/** A layer that applies an activation, once or several times in each forward pass. */
export interface WatchedLayer {
  readonly layer: Layer;
  readonly name: string;
  readonly activationName: string;
  /** The formula of the activation; without it, no slope can be told. */
  readonly instance?: ActivationInstance;
  /** The names of the activation's own weights, in the order of the layer's. */
  readonly weightNames: readonly string[];
  /** Whether it is the `activation` of a layer that does more: then it is tapped there. */
  readonly isInner: boolean;
  /** How often one forward pass calls it. */
  readonly calls: number;
  /** Whether a mask may reach it: any other that tfjs passes was meant for another layer. */
  readonly isMasked: boolean;
  /** Whether its units are on axis 1; else they are on the last. */
  readonly isChannelsFirst: boolean;
}

export type NotWatched = Report['notWatched'][number];

type Found = Omit<WatchedLayer, 'calls' | 'isMasked' | 'isChannelsFirst'>;
type Reason = Omit<NotWatched, 'name'>;

/** Stock layers that are activations, but no function of one number: only outputs can be told. */
const WITHOUT_SLOPE: Readonly<Record<string, string>> = {Softmax: 'softmax'};

/** Finds what can be watched in a model, nested ones included, and why the rest cannot. */
export function findLayers(model: tf.LayersModel): {
  watched: WatchedLayer[];
  notWatched: NotWatched[];
} {
  const watched = new Map<Layer, WatchedLayer>();
  const notWatched = new Map<Layer, NotWatched>();
  visit(model, {prefix: '', times: 1, isOuter: true, entering: []}, watched, notWatched);
  return {watched: [...watched.values()], notWatched: [...notWatched.values()]};
}

/**
 * As `findLayers`, for the layers of the given names alone; without names, for all.
 * @throws if there is no such layer, or it cannot be watched.
 */
export function chooseLayers(
  model: tf.LayersModel,
  names: readonly string[] | undefined,
): {watched: WatchedLayer[]; notWatched: NotWatched[]} {
  const {watched, notWatched} = findLayers(model);
  if (!names) return {watched, notWatched};
  const accepted = watched.map(({name}) => name);
  for (const {name, reason} of notWatched) {
    if (!names.includes(name) || accepted.includes(name)) continue;
    const list = accepted.join(', ') || 'none';
    throw new Error(
      `ActivationMonitor: the layer '${name}' cannot be watched: ${reason}; accepted: ${list}`,
    );
  }
  checkKnown('ActivationMonitor', 'layer', names, accepted);
  const isChosen = ({name}: WatchedLayer): boolean => names.includes(name);
  const others = watched.filter(layer => !isChosen(layer));
  return {
    watched: watched.filter(isChosen),
    notWatched: [
      ...notWatched,
      ...others.map(({name}) => ({name, reason: 'not chosen', hasActivation: true})),
    ],
  };
}

interface Place {
  /** What the names of the model's layers begin with. */
  readonly prefix: string;
  /** How often the outermost model calls the model. */
  readonly times: number;
  /** Whether the outputs of the model are those of the outermost. */
  readonly isOuter: boolean;
  /** What flows into the model. */
  readonly entering: readonly Flow[];
}

function visit(
  model: tf.LayersModel,
  {prefix, times, isOuter, entering}: Place,
  watched: Map<Layer, WatchedLayer>,
  notWatched: Map<Layer, NotWatched>,
): void {
  const graph = graphOf(model);
  const {into, outOf} = flowsOf(graph, entering);
  for (const layer of graph.layers) {
    const name = prefix + layer.name;
    const nodes = nodesOf(graph).filter(node => node.outboundLayer === layer);
    const calls = times * nodes.length;
    const isOutput = isOuter && graph.outputLayers.includes(layer);
    if (layer instanceof tf.LayersModel) {
      const place = {prefix: `${name}/`, times: calls, isOuter: isOutput};
      visit(layer, {...place, entering: into.get(nodes[0])!}, watched, notWatched);
      continue;
    }
    const {isChannelsFirst} = outOf.get(nodes[0])!;
    const shapes = nodes.map(node => node.outputTensors[0].shape);
    const found = describeLayer(layer, name, isOutput);
    const reason = 'reason' in found ? found : varyingUnits(shapes, isChannelsFirst);
    if (reason) {
      notWatched.set(layer, {name, ...reason});
      continue;
    }
    const known = watched.get(layer);
    const isMasked = nodes.some(node => into.get(node)![0]?.isMasked);
    watched.set(layer, {
      ...(found as Found),
      name: known?.name ?? name,
      calls: calls + (known?.calls ?? 0),
      isMasked: isMasked || (known?.isMasked ?? false),
      isChannelsFirst: known?.isChannelsFirst ?? isChannelsFirst,
    });
  }
}

/** The axis of the units in an output of the given rank. */
export function channelAxis(isChannelsFirst: boolean, rank: number): number {
  return isChannelsFirst && rank > 2 ? 1 : rank - 1;
}

function varyingUnits(shapes: readonly tf.Shape[], isChannelsFirst: boolean): Reason | undefined {
  const isVarying = shapes.some(
    shape => shape[channelAxis(isChannelsFirst, shape.length)] === null,
  );
  return isVarying ? {reason: 'the number of units varies', hasActivation: true} : undefined;
}

/** How to watch a layer, or why it is not watched. */
function describeLayer(layer: Layer, name: string, isOutput: boolean): Found | Reason {
  const whole = wholeActivation(layer);
  if (whole) return describeActivation(layer, name, false, whole);
  const className = layer.getClassName();
  if (Object.hasOwn(WITHOUT_SLOPE, className)) {
    const activationName = WITHOUT_SLOPE[className];
    return {layer, name, activationName, weightNames: [], isInner: false};
  }
  if (layer instanceof tf.RNN) {
    return {
      reason: 'a recurrent layer applies its activations inside its cell',
      hasActivation: true,
    };
  }
  if ('layer' in layer) {
    return {reason: `${className} applies a layer of its own`, hasActivation: true};
  }
  const {activation: inner} = layer as {activation?: Partial<StringActivation> | null};
  if (!inner) return {reason: 'has no activation', hasActivation: false};
  if (typeof inner.apply !== 'function' || typeof inner.getClassName !== 'function') {
    return {reason: 'its activation is no Activation of tfjs', hasActivation: true};
  }
  if (!Object.getOwnPropertyDescriptor(layer, 'activation')?.writable) {
    return {reason: 'its activation cannot be replaced for a look', hasActivation: true};
  }
  const activationName = inner.getClassName();
  const activation = activationNamed(activationName);
  if (!activation) return {layer, name, activationName, weightNames: [], isInner: true};
  if (activation.formula.operation === 'input' && !isOutput) {
    return {reason: 'linear, and not an output', hasActivation: false};
  }
  const options = defaultOptions(activation.definition);
  return {...describeActivation(layer, name, true, {activation, options}), activationName};
}

interface Applied {
  readonly activation: AnyActivation;
  readonly options: Options;
}

/** The activation of a layer that does nothing else. */
function wholeActivation(layer: Layer): Applied | undefined {
  if (layer instanceof ActivationLayer) return layer;
  const activation = activationOfClass(layer.getClassName());
  return activation && {activation, options: optionsOf(activation, layer)};
}

function describeActivation(
  layer: Layer,
  name: string,
  isInner: boolean,
  {activation, options}: Applied,
): Found {
  const weightNames = Object.keys(activation.definition.weights ?? {});
  const instance = activation.instance(options);
  return {layer, name, activationName: activation.name, instance, weightNames, isInner};
}

/** The activation's own weights, by name; none where the layer's have been disposed. */
export function weightsOf({layer, weightNames}: WatchedLayer): Record<string, Tensor> {
  if (weightNames.length === 0) return {};
  const variables = layer.weights as unknown as readonly {val: tf.Variable}[];
  const tensors = variables.map(({val}) => val);
  if (tensors.some(tensor => tensor.isDisposed)) return {};
  return Object.fromEntries(weightNames.map((weight, index) => [weight, tensors[index]]));
}

function optionsOf(activation: AnyActivation, layer: Layer): Options {
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
