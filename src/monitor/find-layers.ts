import * as tf from '@tensorflow/tfjs';
import type {Tensor} from '@tensorflow/tfjs';
import {activationOfLayer} from '../activation-of-layer.js';
import type {AppliedActivation} from '../activation-of-layer.js';
import {checkKnown} from '../errors.js';
import type {ActivationInstance} from '../instance.js';
import {MixingLayer} from '../layers/mixing/mixing-layer.js';
import type {MixingLayerClass} from '../layers/mixing/mixing-layer.js';
import {defaultOptions} from '../options.js';
import {activationNamed} from '../registry.js';
import type {StringActivation} from '../tfjs-classes.js';
import {flowsOf, graphOf, nodesOf, outputLayersOf} from './flow.js';
import type {Flow, Graph, GraphNode, Layer} from './flow.js';
import {hasUnits} from './layer-code.js';
import type {LayerClass, Report} from './types.js';

/** How a layer applies an activation: what to look at while it is called. */
export type Applied =
  /** It is one: the call itself. */
  | {readonly by: 'call'}
  /** By its `activation`. */
  | {readonly by: 'activation'}
  /** By a layer that it applies at each time step, which is an activation or has one. */
  | {readonly by: 'inner layer'; readonly inner: Layer; readonly isWhole: boolean}
  /** By an activation of its cell, which each time step applies for several uses, in order. */
  | {
      readonly by: 'gate';
      readonly cell: object;
      readonly field: string;
      readonly uses: number;
      readonly use: number;
    };

/** An activation that a layer applies, once or several times in each forward pass. */
export interface WatchedLayer {
  /** The layer whose calls tell of it. */
  readonly layer: Layer;
  readonly classes: LayerClass;
  readonly applied: Applied;
  /** Whether a call has a part for each time step, and in which order. */
  readonly steps: 'none' | 'forwards' | 'backwards';
  /** The name of the layer, and what tells it from others that the layer applies. */
  readonly layerName: string;
  readonly name: string;
  readonly activationName: string;
  /** The formula of the activation; without it, no slope can be told. */
  readonly instance?: ActivationInstance;
  /** The names of the activation's own weights, in the order of the layer's. */
  readonly weightNames: readonly string[];
  /** How often one forward pass calls it. */
  readonly calls: number;
  /** Whether a mask may reach it: any other that tfjs passes was meant for another layer. */
  readonly isMasked: boolean;
  /** Whether its units are on axis 1; else they are on the last. */
  readonly isChannelsFirst: boolean;
  /** Whether the model gives it as an output. */
  readonly isOutput: boolean;
}

export type NotWatched = Report['notWatched'][number];

/** What is known of an activation in itself. */
type Described = Pick<WatchedLayer, 'activationName' | 'instance' | 'weightNames'>;
type Found = Omit<
  WatchedLayer,
  'layerName' | 'classes' | 'calls' | 'isMasked' | 'isChannelsFirst' | 'isOutput'
>;
type Reason = Omit<NotWatched, 'name'>;

/** Stock layers that are activations, but no function of one number: only outputs can be told. */
const WITHOUT_SLOPE: Readonly<Record<string, string>> = {Softmax: 'softmax'};

/** The name of an activation that is no function of one number, for the layer that applies it. */
export function nameWithoutSlope(layer: Layer): string | undefined {
  if (layer instanceof MixingLayer) {
    return (layer.constructor as unknown as MixingLayerClass).activationName;
  }
  const className = layer.getClassName();
  return Object.hasOwn(WITHOUT_SLOPE, className) ? WITHOUT_SLOPE[className] : undefined;
}

/** Stock layers that apply no activation; what those of others do is not known. */
export const WITHOUT_ACTIVATION: ReadonlySet<string> = new Set([
  'Add',
  'AlphaDropout',
  'Average',
  'AveragePooling1D',
  'AveragePooling2D',
  'AveragePooling3D',
  'BatchNormalization',
  'CategoryEncoding',
  'CenterCrop',
  'Concatenate',
  'Cropping2D',
  'Dot',
  'Dropout',
  'Embedding',
  'Flatten',
  'GaussianDropout',
  'GaussianNoise',
  'GlobalAveragePooling1D',
  'GlobalAveragePooling2D',
  'GlobalMaxPooling1D',
  'GlobalMaxPooling2D',
  'InputLayer',
  'LayerNormalization',
  'Masking',
  'MaxPooling1D',
  'MaxPooling2D',
  'MaxPooling3D',
  'Maximum',
  'Minimum',
  'Multiply',
  'Normalization',
  'Permute',
  'RandomWidth',
  'RepeatVector',
  'Rescaling',
  'Reshape',
  'Resizing',
  'SpatialDropout1D',
  'UpSampling2D',
  'ZeroPadding2D',
]);

/** Finds what can be watched in a model, nested ones included, and why the rest cannot. */
export function findLayers(model: tf.LayersModel): {
  watched: WatchedLayer[];
  notWatched: NotWatched[];
} {
  const watched = new Map<string, WatchedLayer>();
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
  watched: Map<string, WatchedLayer>,
  notWatched: Map<Layer, NotWatched>,
): void {
  const graph = graphOf(model);
  const {into, outOf} = flowsOf(graph, entering);
  const outputs = outputLayersOf(graph);
  for (const layer of graph.layers) {
    const name = prefix + layer.name;
    const nodes = nodesOf(graph).filter(node => node.outboundLayer === layer);
    const calls = times * nodes.length;
    const isOutput = isOuter && outputs.has(layer);
    if (layer instanceof tf.LayersModel) {
      const place = {prefix: `${name}/`, times: calls, isOuter: isOutput};
      visit(layer, {...place, entering: into.get(nodes[0])!}, watched, notWatched);
      continue;
    }
    const {isChannelsFirst} = outOf.get(nodes[0])!;
    const shapes = nodes.map(node => node.outputTensors[0].shape);
    const found = describeLayer(layer, name, isOutput);
    const reason = Array.isArray(found) ? varyingUnits(shapes, isChannelsFirst) : found;
    if (reason) {
      notWatched.set(layer, {name, ...reason});
      continue;
    }
    const isMasked = nodes.some(node => into.get(node)![0]?.isMasked);
    const producer = isWhole(layer) ? producerOf(graph, nodes[0]) : {};
    const classes = {...classesOf(layer), ...producer};
    for (const each of found as Found[]) {
      const key = `${layer.id} ${each.name.slice(name.length)}`;
      const known = watched.get(key);
      watched.set(key, {
        ...each,
        layerName: known?.layerName ?? name,
        name: known?.name ?? each.name,
        classes,
        calls: calls + (known?.calls ?? 0),
        isOutput: isOutput || (known?.isOutput ?? false),
        isMasked: isMasked || (known?.isMasked ?? false),
        isChannelsFirst: known?.isChannelsFirst ?? isChannelsFirst,
      });
    }
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

/** The activations of a layer and how to watch them, or why it is not watched. */
function describeLayer(layer: Layer, name: string, isOutput: boolean): Found[] | Reason {
  const {layer: inner, forwardLayer, backwardLayer} = layer as Wrapper;
  if (layer instanceof tf.RNN) return describeCells(layer, name);
  if (forwardLayer && backwardLayer) {
    const both = [forwardLayer, backwardLayer].map(each =>
      describeCells(each, `${name}/${each.name}`),
    );
    const found = both.filter(each => Array.isArray(each)).flat();
    return found.length > 0 ? found : both[0];
  }
  if (inner) return describeInner(layer, inner, `${name}/${inner.name}`, isOutput);
  const described = describeActivationOf(layer, isOutput);
  if ('reason' in described) return described;
  const applied = {by: isWhole(layer) ? 'call' : 'activation'} as const;
  return [{...described, layer, name, applied, steps: 'none'}];
}

/** Layers that apply others. */
interface Wrapper {
  readonly layer?: Layer;
  readonly forwardLayer?: Layer;
  readonly backwardLayer?: Layer;
}

/** The class of a layer, or of the one within it; of an `RNN`, that of its first cell. */
export function classesOf(layer: Layer): LayerClass {
  const className = layer.getClassName();
  const {layer: inner, forwardLayer} = layer as Wrapper;
  const wrapped = inner ?? forwardLayer ?? (className === 'RNN' ? cellsOf(layer)[0] : undefined);
  if (!(wrapped instanceof tf.layers.Layer)) return {layerClass: className};
  return {wrapperClass: className, ...classesOf(wrapped)};
}

/** The class of the layer with units that the inputs of an activation come from, if one is found. */
function producerOf(graph: Graph, node: GraphNode): Pick<LayerClass, 'producerClass'> {
  let source = node.inputTensors[0]?.sourceLayer;
  for (const before of nodesOf(graph).reverse()) {
    if (before.outboundLayer !== source) continue;
    const className = source.getClassName();
    if (hasUnits(className)) return {producerClass: className};
    source = before.inputTensors[0]?.sourceLayer;
  }
  return {};
}

/** A layer that another applies at each time step. */
function describeInner(
  layer: Layer,
  inner: Layer,
  name: string,
  isOutput: boolean,
): Found[] | Reason {
  const className = layer.getClassName();
  const {layer: innermost} = inner as Wrapper;
  if (className !== 'TimeDistributed' || inner instanceof tf.LayersModel || innermost) {
    return {reason: `${className} applies a layer of its own`, hasActivation: true};
  }
  if (inner instanceof tf.RNN) {
    return {reason: `${className} applies a recurrent layer`, hasActivation: true};
  }
  const described = describeActivationOf(inner, isOutput);
  if ('reason' in described) return described;
  const applied = {by: 'inner layer', inner, isWhole: isWhole(inner)} as const;
  return [{...described, layer, name, applied, steps: 'forwards'}];
}

const GRU_GATES = {recurrentActivation: ['update_gate', 'reset_gate'], activation: ['candidate']};

/** What recurrent cells apply their activations for, in order. */
const GATES: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  SimpleRNNCell: {activation: ['output']},
  GRUCell: GRU_GATES,
  GRUResetAfterCell: GRU_GATES,
  LSTMCell: {
    recurrentActivation: ['input_gate', 'forget_gate', 'output_gate'],
    activation: ['candidate', 'output'],
  },
};

/** What a recurrent layer applies at each time step: its cell, or several one after the other. */
interface Recurrent {
  readonly cell: Layer & {readonly cells?: readonly Layer[]};
  readonly goBackwards?: boolean;
}

function cellsOf(layer: Layer): readonly Layer[] {
  const {cell} = layer as unknown as Recurrent;
  return cell.cells ?? [cell];
}

/** The activations of a recurrent layer's cells. */
function describeCells(layer: Layer, name: string): Found[] | Reason {
  const {cell, goBackwards} = layer as unknown as Recurrent;
  const isKnown = (each: Layer): boolean => Object.hasOwn(GATES, each.getClassName());
  const all = cellsOf(layer);
  const unknown = all.find(each => !isKnown(each));
  if (unknown) {
    return notKnown(unknown.getClassName());
  }
  const steps = goBackwards ? 'backwards' : 'forwards';
  return all.flatMap((each, index) => {
    const prefix = cell.cells ? `${name}/cell_${index}` : name;
    const fields = Object.entries(GATES[each.getClassName()]);
    return fields.flatMap(([field, uses]) => {
      const activation = (each as unknown as Record<string, StringActivation>)[field];
      const described = describeString(activation.getClassName());
      return uses.map((gate, use): Found => {
        const applied = {by: 'gate', cell: each, field, uses: uses.length, use} as const;
        return {...described, layer, name: `${prefix}/${gate}`, applied, steps};
      });
    });
  });
}

function notKnown(className: string): Reason {
  return {reason: `what a ${className} applies is not known`, hasActivation: true};
}

function describeString(activationName: string): Described {
  const activation = activationNamed(activationName);
  if (!activation) return {activationName, weightNames: []};
  const options = defaultOptions(activation.definition);
  return {...describeActivation({activation, options}), activationName};
}

/** The activation that a layer is or has, or why it cannot be watched. */
function describeActivationOf(layer: Layer, isOutput: boolean): Described | Reason {
  const whole = activationOfLayer(layer);
  if (whole) return describeActivation(whole);
  const withoutSlope = nameWithoutSlope(layer);
  if (withoutSlope) return {activationName: withoutSlope, weightNames: []};
  const className = layer.getClassName();
  const {activation: inner} = layer as {activation?: Partial<StringActivation> | null};
  if (!inner) {
    return WITHOUT_ACTIVATION.has(className)
      ? {reason: 'has no activation', hasActivation: false}
      : notKnown(className);
  }
  if (typeof inner.apply !== 'function' || typeof inner.getClassName !== 'function') {
    return {reason: 'its activation is no Activation of tfjs', hasActivation: true};
  }
  if (!Object.getOwnPropertyDescriptor(layer, 'activation')?.writable) {
    return {reason: 'its activation cannot be replaced for a look', hasActivation: true};
  }
  const described = describeString(inner.getClassName());
  if (described.instance?.formula.operation === 'input' && !isOutput) {
    return {reason: 'linear, and not an output', hasActivation: false};
  }
  return described;
}

/** Whether all weights of a layer are those of an elementwise activation. */
export function isOfActivation(layer: Layer): boolean {
  return activationOfLayer((layer as Wrapper).layer ?? layer) !== undefined;
}

/** Whether a layer does nothing but apply an elementwise activation, by its class or by a name. */
export function isElementwise(layer: Layer): boolean {
  if (activationOfLayer(layer)) return true;
  const {activation} = layer as {activation?: StringActivation};
  return (
    layer.getClassName() === 'Activation' &&
    activation !== undefined &&
    activationNamed(activation.getClassName()) !== undefined
  );
}

/** Whether a layer does nothing but apply an activation. */
export function isWhole(layer: Layer): boolean {
  return activationOfLayer(layer) !== undefined || nameWithoutSlope(layer) !== undefined;
}

function describeActivation({activation, options, hasOwnStart}: AppliedActivation): Described {
  const weightNames = Object.keys(activation.definition.weights ?? {});
  const defined = activation.instance(options);
  const instance = hasOwnStart ? {...defined, domain: undefined} : defined;
  return {activationName: activation.name, instance, weightNames};
}

/** The activation's own weights, by name; none where the layer's have been disposed. */
export function weightsOf({layer, applied, weightNames}: WatchedLayer): Record<string, Tensor> {
  if (weightNames.length === 0) return {};
  const owner = applied.by === 'inner layer' ? applied.inner : layer;
  const variables = owner.weights as unknown as readonly {val: tf.Variable}[];
  const tensors = variables.map(({val}) => val);
  if (tensors.some(tensor => tensor.isDisposed)) return {};
  return Object.fromEntries(weightNames.map((weight, index) => [weight, tensors[index]]));
}
