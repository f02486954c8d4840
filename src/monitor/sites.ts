import * as tf from '@tensorflow/tfjs';
import type {Tensor} from '@tensorflow/tfjs';
import type {AnyActivation} from '../activation-types.js';
import type {ActivationInstance} from '../instance.js';
import {ActivationLayer} from '../layers/activation-layer.js';
import {defaultOptions, optionNames, resolveOptions} from '../options.js';
import type {Options} from '../options.js';
import {activationNamed, activationOfClass} from '../registry.js';
import type {StringActivation} from '../tfjs-classes.js';

export type Layer = tf.layers.Layer;

/** A layer that applies an activation, once or several times in each forward pass. */
export interface WatchedLayer {
  readonly layer: Layer;
  readonly name: string;
  readonly activationName: string;
  /** The activation as a formula; without it, no slope can be told. */
  readonly activation?: AnyActivation;
  readonly instance?: ActivationInstance;
  readonly options: Options;
  /** The activation's own weights. */
  readonly weights: () => Tensor[];
  /** Whether it is the `activation` of a layer that does more: then it is tapped there. */
  readonly isInner: boolean;
  /** How often one forward pass calls it. */
  readonly calls: number;
}

export interface NotWatched {
  readonly name: string;
  readonly reason: string;
  /** False where there is nothing to watch: no activation, or a linear one. */
  readonly hasActivation: boolean;
}

type Reason = Omit<NotWatched, 'name'>;

interface Graph {
  readonly layers: Layer[];
  readonly nodesByDepth: Readonly<Record<string, readonly {readonly outboundLayer: Layer}[]>>;
  readonly outputLayers: Layer[];
}

/** The graph of a model; a Sequential keeps it in an inner model. */
export function graphOf(model: tf.LayersModel): Graph & tf.LayersModel {
  const inner = (model as unknown as {model?: tf.LayersModel}).model;
  return (inner ?? model) as unknown as Graph & tf.LayersModel;
}

/** Finds what can be watched in a model, nested ones included, and why the rest cannot. */
export function findLayers(model: tf.LayersModel): {
  watched: WatchedLayer[];
  notWatched: NotWatched[];
} {
  const watched = new Map<Layer, WatchedLayer>();
  const notWatched = new Map<Layer, NotWatched>();
  visit(model, '', 1, true, watched, notWatched);
  return {watched: [...watched.values()], notWatched: [...notWatched.values()]};
}

function visit(
  model: tf.LayersModel,
  prefix: string,
  times: number,
  isOuter: boolean,
  watched: Map<Layer, WatchedLayer>,
  notWatched: Map<Layer, NotWatched>,
): void {
  const graph = graphOf(model);
  const nodes = Object.values(graph.nodesByDepth).flat();
  for (const layer of graph.layers) {
    const name = prefix + layer.name;
    const calls = times * nodes.filter(node => node.outboundLayer === layer).length;
    const isOutput = isOuter && graph.outputLayers.includes(layer);
    if (layer instanceof tf.LayersModel) {
      visit(layer, `${name}/`, calls, isOutput, watched, notWatched);
      continue;
    }
    const found = describeLayer(layer, name, isOutput);
    const known = watched.get(layer);
    if ('reason' in found) notWatched.set(layer, {name, ...found});
    else
      watched.set(layer, {...found, name: known?.name ?? name, calls: calls + (known?.calls ?? 0)});
  }
}

/** How to watch a layer, or why it is not watched. */
function describeLayer(
  layer: Layer,
  name: string,
  isOutput: boolean,
): Omit<WatchedLayer, 'calls'> | Reason {
  const weights = (): Tensor[] => layer.weights.map(weight => weight.read());
  if (layer instanceof ActivationLayer) {
    const {activation, options} = layer;
    const instance = activation.instance(options);
    return {
      layer,
      name,
      activationName: activation.name,
      activation,
      instance,
      options,
      weights,
      isInner: false,
    };
  }
  const stock = activationOfClass(layer.getClassName());
  if (stock) {
    const options = optionsOf(stock, layer);
    const instance = stock.instance(options);
    return {
      layer,
      name,
      activationName: stock.name,
      activation: stock,
      instance,
      options,
      weights,
      isInner: false,
    };
  }
  if (layer instanceof tf.RNN) {
    return {
      reason: 'a recurrent layer applies its activations inside its cell',
      hasActivation: true,
    };
  }
  if ('layer' in layer) {
    return {reason: `${layer.getClassName()} applies a layer of its own`, hasActivation: true};
  }
  const inner = (layer as unknown as {activation?: StringActivation | null}).activation;
  if (!inner || typeof inner.apply !== 'function') {
    return {reason: 'has no activation', hasActivation: false};
  }
  const activationName = inner.getClassName();
  const activation = activationNamed(activationName);
  if (activation?.formula.operation === 'input' && !isOutput) {
    return {reason: 'linear, and not an output', hasActivation: false};
  }
  const options = activation ? defaultOptions(activation.definition) : {};
  const instance = activation?.instance(options);
  return {
    layer,
    name,
    activationName,
    activation,
    instance,
    options,
    weights: () => [],
    isInner: true,
  };
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
