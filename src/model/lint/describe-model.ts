import * as tf from '@tensorflow/tfjs';
import {graphOf, nodesOf} from '../../monitor/flow.js';
import type {GraphNode, Layer} from '../../monitor/flow.js';
import {activationOfLayer} from '../../activation-of-layer.js';
import {channelAxis, classesOf, isWhole} from '../../monitor/find-layers.js';
import {hasUnits} from '../../monitor/layer-code.js';
import {outerShape} from '../../layers/unit-weights.js';
import type {Initializer} from '../../tfjs-classes.js';
import {variablesOf} from '../graph.js';
import type {WeightVariable} from '../graph.js';
import {activationOf, ofString} from './describe-activation.js';
import {toCode} from './fixes.js';
import {kernelOf, uniformValueOf} from './initial-kernel.js';
import type {LintedLayer, LintedWeight, Role} from './types.js';

/** What layers of tfjs do that have neither a kernel nor an activation. */
const ROLES: Readonly<Record<string, Role>> = {
  BatchNormalization: 'batch normalization',
  LayerNormalization: 'normalization',
  Dropout: 'dropout',
  SpatialDropout1D: 'dropout',
  GaussianDropout: 'dropout',
  AlphaDropout: 'dropout',
  Cropping2D: 'moving',
  Masking: 'moving',
  Flatten: 'moving',
  Permute: 'moving',
  RepeatVector: 'moving',
  Reshape: 'moving',
  UpSampling2D: 'moving',
  ZeroPadding2D: 'moving',
  AveragePooling1D: 'averaging',
  AveragePooling2D: 'averaging',
  AveragePooling3D: 'averaging',
  GlobalAveragePooling1D: 'averaging',
  GlobalAveragePooling2D: 'averaging',
  MaxPooling1D: 'selecting',
  MaxPooling2D: 'selecting',
  MaxPooling3D: 'selecting',
  GlobalMaxPooling1D: 'selecting',
  GlobalMaxPooling2D: 'selecting',
};

/** The arguments that layers with units cannot be made without. */
const NEEDED = ['units', 'filters', 'kernelSize', 'depthMultiplier'];

/** Those that say which shape comes out, with their defaults. */
const SHAPING: Readonly<Record<string, unknown>> = {
  strides: 1,
  padding: 'valid',
  dilationRate: 1,
  dataFormat: 'channelsLast',
  returnSequences: false,
  returnState: false,
  goBackwards: false,
  useBias: true,
};

/** Those that say what layers drop. */
const RATES = ['rate', 'dropout', 'recurrentDropout'];

/** Layers that drop in a way that keeps mean and variance. */
const MOMENTS_KEPT = ['AlphaDropout'];

type Building = {
  -readonly [K in keyof LintedLayer]: LintedLayer[K] extends readonly LintedLayer[]
    ? LintedLayer[]
    : LintedLayer[K];
};

/** An input of the model: the layers that are given it. */
class Entry {
  readonly after: LintedLayer[] = [];
}

/** What gives a tensor: the call of a layer, or an input of the model. */
type Source = Building | Entry;

export interface DescribedModel {
  /** For each input, the layers that are given it. */
  readonly inputs: readonly (readonly LintedLayer[])[];
  readonly layers: readonly LintedLayer[];
  /** What gives each output. */
  readonly outputs: readonly (LintedLayer | null)[];
}

/** Every call of a layer in a model, those within nested models included, and how they hang together. */
export function describeModel(model: tf.LayersModel): DescribedModel {
  const layers: Building[] = [];
  const entries = model.inputs.map(() => new Entry());
  const outputs = visit(model, '', entries, !model.trainable, layers).map(layerOf);
  for (const output of outputs) markOutput(output);
  return {inputs: entries.map(({after}) => after), layers, outputs};
}

function layerOf(source: Source): Building | null {
  return source instanceof Entry ? null : source;
}

function visit(
  model: tf.LayersModel,
  prefix: string,
  entering: readonly Source[],
  isFrozen: boolean,
  found: Building[],
): Source[] {
  const graph = graphOf(model);
  const sources = new Map<tf.SymbolicTensor, Source>(
    graph.inputs.map((tensor, index) => [tensor, entering[index]]),
  );
  for (const node of nodesOf(graph)) {
    const {outboundLayer: layer, inputTensors, outputTensors} = node;
    if (outputTensors.every(tensor => sources.has(tensor))) continue;
    const before = inputTensors.map(tensor => sources.get(tensor)!);
    const name = prefix + layer.name;
    const {layer: inner} = layer as {layer?: Layer};
    const nested = [layer, inner].find(each => each instanceof tf.LayersModel);
    // tfjs goes by the flags of both the models and the weights within.
    const isFrozenHere =
      isFrozen || !layer.trainable || (nested ? !nested.trainable : isAtRest(layer));
    const after = nested
      ? visit(nested, `${name}/`, before, isFrozenHere, found)
      : [describeCall(node, name, before, isFrozenHere, found)];
    outputTensors.forEach((tensor, index) => sources.set(tensor, after[index] ?? after[0]));
  }
  return graph.outputs.map(tensor => sources.get(tensor)!);
}

function describeCall(
  {outboundLayer, inputTensors, outputTensors}: GraphNode,
  name: string,
  before: readonly Source[],
  isFrozen: boolean,
  found: Building[],
): Building {
  const {layer: inner, forwardLayer} = outboundLayer as {layer?: Layer; forwardLayer?: Layer};
  const layer = inner ?? forwardLayer ?? outboundLayer;
  const sources = [...new Set(before)];
  const isRecurrent = layer instanceof tf.RNN;
  const [input] = inputTensors;
  const [output] = outputTensors;
  const described: Building = {
    ...classesOf(outboundLayer),
    name: layer === outboundLayer ? name : `${name}/${layer.name}`,
    role: roleOf(layer),
    before: sources.map(layerOf).filter(source => source !== null),
    after: [],
    isJoining: before.length > 1,
    inputs: input ? channelsOf(input.shape, layer) : null,
    units: channelsOf(output.shape, layer),
    activation: isRecurrent ? cellActivation(layer) : activationOf(layer),
    kernel: isRecurrent || isFrozen ? null : kernelOf(layer),
    hasBias: (layer as {useBias?: boolean}).useBias === true,
    initialBias: isFrozen ? null : biasOf(layer),
    dropout: ratesOf(layer),
    keepsMoments: MOMENTS_KEPT.includes(layer.getClassName()),
    weights: weightsOf(layer),
    arguments: argumentsOf(layer),
    wrapperArguments: wrapperArgumentsOf(outboundLayer),
    keepsState: isRecurrent && keepsState(layer),
    isOutput: false,
  };
  for (const source of sources) source.after.push(described);
  if (described.role === 'activation') Object.assign(described, producerOf(described));
  found.push(described);
  return described;
}

function channelsOf(shape: tf.Shape, layer: Layer): number | null {
  const isFirst = (layer as {dataFormat?: string}).dataFormat === 'channelsFirst';
  return shape[channelAxis(isFirst, shape.length)];
}

function roleOf(layer: Layer): Role {
  const className = layer.getClassName();
  if (layer instanceof tf.RNN) return 'recurrent';
  if (Object.hasOwn(ROLES, className)) return ROLES[className];
  if (isWhole(layer) || className === 'Activation') return 'activation';
  return hasUnits(className) ? 'kernel' : 'other';
}

/** The activation that bounds what a recurrent layer gives. */
function cellActivation(layer: Layer): LintedLayer['activation'] {
  const {cell} = layer as unknown as {cell: {activation?: unknown; cells?: readonly unknown[]}};
  const cells = (cell.cells ?? [cell]) as readonly {activation?: object}[];
  const {activation} = cells[cells.length - 1];
  return activation ? ofString(activation) : null;
}

/** Whether the recurrent kernel starts as the identity, which leaves the state as it is. */
function keepsState(layer: Layer): boolean {
  const {cell} = layer as unknown as {cell: {recurrentInitializer?: Initializer}};
  return cell.recurrentInitializer?.getClassName() === 'Identity';
}

/** The class and the size of the layer whose outputs an activation is for. */
function producerOf({before}: LintedLayer): Partial<LintedLayer> {
  let [source] = before;
  while (source && !hasUnits(source.layerClass)) [source] = source.before;
  return source ? {producerClass: source.layerClass, arguments: source.arguments} : {};
}

/** Whether none of its weights is trained. */
function isAtRest(layer: Layer): boolean {
  return layer.weights.length > 0 && layer.trainableWeights.length === 0;
}

function biasOf(layer: Layer): number | null {
  const {biasInitializer} = layer as {biasInitializer?: Initializer};
  return biasInitializer ? uniformValueOf(biasInitializer) : null;
}

function ratesOf(layer: Layer): Record<string, number> {
  const {cell} = layer as {cell?: object};
  const {cells = [cell ?? layer]} = (cell ?? {}) as {cells?: readonly object[]};
  const owners = cells as readonly Readonly<Record<string, unknown>>[];
  const rates = RATES.map(name => {
    const given = owners.map(owner => owner[name]).filter(rate => typeof rate === 'number');
    return [name, given.length === 0 ? undefined : Math.max(...given)] as const;
  });
  return Object.fromEntries(
    rates.filter((rate): rate is [string, number] => typeof rate[1] === 'number'),
  );
}

function argumentsOf(layer: Layer): Record<string, string> {
  if (!hasUnits(layer.getClassName())) return {};
  const {cell} = layer as {cell?: object};
  const fields = {...cell, ...layer} as Readonly<Record<string, unknown>>;
  const needed = NEEDED.filter(name => fields[name] != null);
  const shaping = Object.keys(SHAPING).filter(
    name => fields[name] != null && [fields[name]].flat().some(each => each !== SHAPING[name]),
  );
  return {
    ...Object.fromEntries([...needed, ...shaping].map(name => [name, toCode(fields[name])])),
    ...inputShapeOf(layer),
  };
}

/** What a layer around another was made with besides, as code. */
function wrapperArgumentsOf(layer: Layer): Record<string, string> {
  const {mergeMode} = layer as {mergeMode?: string};
  return {
    ...(mergeMode !== undefined && {mergeMode: toCode(mergeMode)}),
    ...inputShapeOf(layer),
  };
}

/** Of the first layer of a Sequential. */
function inputShapeOf({batchInputShape}: Layer): Record<string, string> {
  const isFirst = (batchInputShape as unknown) != null;
  return isFirst ? {inputShape: toCode(batchInputShape.slice(1))} : {};
}

/** The weights of a layer that is an elementwise activation. */
function weightsOf(layer: Layer): LintedWeight[] {
  const choice = activationOfLayer(layer);
  if (!choice) return [];
  const config = layer.getConfig();
  const definitions = Object.entries(choice.activation.definition.weights ?? {});
  const variables = variablesOf(layer);
  return definitions.flatMap(([name, definition], index) => {
    const variable = variables[index] as WeightVariable | undefined;
    if (!variable) return [];
    const {shape} = variable;
    const outer = outerShape(variable, definition.length);
    const {l1 = 0, l2 = 0} = regularizerOf(config[`${name}Regularizer`]);
    return {
      name,
      shape,
      size: tf.util.sizeFromShape(shape),
      copies: tf.util.sizeFromShape(outer),
      isPerPosition: outer.filter(size => size > 1).length > 1,
      l1,
      l2,
      isDefault: Boolean(definition.regularizer),
    };
  });
}

function regularizerOf(saved: unknown): {l1?: number; l2?: number} {
  return (saved as {config?: {l1?: number; l2?: number}} | null)?.config ?? {};
}

/** What the outputs of the model are, before layers that only move, choose, drop or average them. */
function markOutput(output: Building | null): void {
  for (let layer = output; layer; layer = (layer.before[0] as Building | undefined) ?? null) {
    layer.isOutput = true;
    const isOver = ['moving', 'selecting', 'averaging', 'dropout', 'activation'];
    if (!isOver.includes(layer.role)) return;
    if (layer.isJoining || layer.before.length !== 1) return;
  }
}
