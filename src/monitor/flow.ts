import * as tf from '@tensorflow/tfjs';
import {ActivationLayer} from '../layers/activation-layer.js';

export type Layer = tf.layers.Layer;

/** One call of a layer in a model's graph. */
export interface GraphNode {
  readonly outboundLayer: Layer;
  readonly inputTensors: readonly tf.SymbolicTensor[];
  readonly outputTensors: readonly tf.SymbolicTensor[];
}

/** The graph of a model, as tfjs keeps it. */
export interface Graph {
  readonly layers: readonly Layer[];
  readonly nodesByDepth: Readonly<Record<string, readonly GraphNode[]>>;
  readonly inputs: readonly tf.SymbolicTensor[];
  readonly outputs: readonly tf.SymbolicTensor[];
  readonly outputLayers: readonly Layer[];
}

/** What travels with a tensor through the graph. */
export interface Flow {
  /** Whether it may have a mask. */
  readonly isMasked: boolean;
  /** Whether its channels are on axis 1. */
  readonly isChannelsFirst: boolean;
}

const PLAIN: Flow = {isMasked: false, isChannelsFirst: false};

/** Layers whose last axis is that of the units, wherever the channels were before. */
const UNITS_LAST = ['Dense', 'Permute', 'Reshape', 'Embedding'];

/**
 * The graph of a model. A Sequential keeps it in an inner model, which is made on first use.
 * @throws if it is no model, or has no layers.
 */
export function graphOf(model: tf.LayersModel): Graph {
  if (!(model instanceof tf.LayersModel)) {
    throw new Error(
      `ActivationMonitor: it needs a model of tfjs layers, got ${typeof model}; a model of another ` +
        `copy of @tensorflow/tfjs will not do`,
    );
  }
  if (model.layers.length === 0) {
    throw new Error(`ActivationMonitor: the model '${model.name}' has no layers; add them first`);
  }
  if (!(model instanceof tf.Sequential)) return model as unknown as Graph;
  const owner = model as unknown as {model?: Graph};
  if (!owner.model) model.build();
  return owner.model!;
}

/** The calls of layers in a graph, from its inputs to its outputs. */
export function nodesOf({nodesByDepth}: Graph): GraphNode[] {
  const depths = Object.keys(nodesByDepth).map(Number);
  return depths.sort((first, second) => second - first).flatMap(depth => nodesByDepth[depth]);
}

/** Layers that only move, repeat or leave out the numbers that they are given. */
const MOVING_LAYERS = [
  'Cropping2D',
  'Dropout',
  'Flatten',
  'Permute',
  'RepeatVector',
  'Reshape',
  'UpSampling2D',
  'ZeroPadding2D',
];

/** The layers whose numbers a graph gives: the last ones, and those before layers that only move them. */
export function outputLayersOf(graph: Graph): ReadonlySet<Layer> {
  const nodes = nodesOf(graph);
  const found = new Set(graph.outputLayers);
  for (const layer of found) {
    if (!MOVING_LAYERS.includes(layer.getClassName())) continue;
    for (const {outboundLayer, inputTensors} of nodes) {
      if (outboundLayer !== layer) continue;
      for (const {sourceLayer} of inputTensors) found.add(sourceLayer);
    }
  }
  return found;
}

/**
 * What flows into and out of each node of a graph, and out of its end, where `entering` flows into
 * its inputs. (What tfjs passes to a layer as its mask may be one that it gave to another before.)
 */
export function flowsOf(
  graph: Graph,
  entering: readonly Flow[] = [],
): {into: Map<GraphNode, readonly Flow[]>; outOf: Map<GraphNode, Flow>; leaving: Flow[]} {
  const at = new Map(graph.inputs.map((tensor, index) => [tensor, entering[index] ?? PLAIN]));
  const into = new Map<GraphNode, readonly Flow[]>();
  const outOf = new Map<GraphNode, Flow>();
  const flowAt = (tensor: tf.SymbolicTensor): Flow => at.get(tensor) ?? PLAIN;
  for (const node of nodesOf(graph)) {
    const flows = node.inputTensors.map(flowAt);
    const results = flowsThrough(node, flows);
    into.set(node, flows);
    outOf.set(node, results[0]);
    node.outputTensors.forEach((tensor, index) => at.set(tensor, results[index] ?? results[0]));
  }
  return {into, outOf, leaving: graph.outputs.map(flowAt)};
}

function flowsThrough(node: GraphNode, flows: readonly Flow[]): Flow[] {
  const {outboundLayer: layer} = node;
  if (layer instanceof tf.LayersModel) {
    const {leaving} = flowsOf(graphOf(layer), flows);
    return leaving.map(flow => ({...flow, isMasked: layer.supportsMasking && flow.isMasked}));
  }
  if (node.inputTensors.includes(node.outputTensors[0])) return [...flows];
  return [
    {
      isMasked: passesMask(layer, flows),
      isChannelsFirst: isChannelsFirst(node, flows[0] ?? PLAIN),
    },
  ];
}

function passesMask(layer: Layer, flows: readonly Flow[]): boolean {
  const {maskZero, returnSequences} = layer as {maskZero?: boolean; returnSequences?: boolean};
  if (!layer.supportsMasking || returnSequences === false) return false;
  const makesMask = layer.getClassName() === 'Masking' || maskZero === true;
  return makesMask || flows.some(({isMasked}) => isMasked);
}

function isChannelsFirst(node: GraphNode, flow: Flow): boolean {
  const {outboundLayer: layer, inputTensors, outputTensors} = node;
  const {dataFormat} = layer as {dataFormat?: string};
  // The layer of an activation says where its channels are only if its weights ask.
  if (dataFormat && !(layer instanceof ActivationLayer && dataFormat === 'channelsLast')) {
    return dataFormat === 'channelsFirst';
  }
  const keepsRank = inputTensors[0]?.shape.length === outputTensors[0].shape.length;
  return flow.isChannelsFirst && keepsRank && !UNITS_LAST.includes(layer.getClassName());
}
