import type {LayerClass, LayerSnapshot} from './types.js';

/** Arguments of a function that makes a layer, as code. */
type Arguments = Readonly<Record<string, string>>;

/** A layer to make another like; its size goes by the names of its arguments where they are not given. */
type Made = LayerClass & {
  readonly arguments?: Arguments;
  /** Those of the layer around it. */
  readonly wrapperArguments?: Arguments;
};

/** A layer to write code for; one that is known by its weights alone may have any activation. */
export type Subject = Made &
  Partial<Pick<LayerSnapshot, 'activation' | 'slope'>> & {
    /** What the layer of the activation was made with, as code; by default, with nothing. */
    readonly activationArguments?: Arguments;
  };

/** How `tf.layers` makes the layers of a class. */
interface Maker {
  readonly create: string;
  /** The arguments that it needs; the first says how many units there are. */
  readonly needs: readonly [string, ...string[]];
  readonly kernels: readonly string[];
  readonly isRecurrent: boolean;
}

const dense: Maker = {
  create: 'dense',
  needs: ['units'],
  kernels: ['kernel'],
  isRecurrent: false,
};

const convolution: Maker = {...dense, create: 'conv2d', needs: ['filters', 'kernelSize']};

const recurrent: Maker = {...dense, isRecurrent: true};

const MAKERS: Readonly<Record<string, Maker>> = {
  Dense: dense,
  Conv1D: {...convolution, create: 'conv1d'},
  Conv2D: convolution,
  Conv3D: {...convolution, create: 'conv3d'},
  Conv2DTranspose: {...convolution, create: 'conv2dTranspose'},
  Conv3DTranspose: {...convolution, create: 'conv3dTranspose'},
  SeparableConv2D: {
    ...convolution,
    create: 'separableConv2d',
    kernels: ['depthwise', 'pointwise'],
  },
  DepthwiseConv2D: {
    ...convolution,
    create: 'depthwiseConv2d',
    needs: ['depthMultiplier', 'kernelSize'],
    kernels: ['depthwise'],
  },
  SimpleRNN: {...recurrent, create: 'simpleRNN'},
  GRU: {...recurrent, create: 'gru'},
  LSTM: {...recurrent, create: 'lstm'},
  ConvLSTM2D: {...recurrent, create: 'convLstm2d', needs: ['filters', 'kernelSize']},
  SimpleRNNCell: {...recurrent, create: 'simpleRNNCell'},
  GRUCell: {...recurrent, create: 'gruCell'},
  LSTMCell: {...recurrent, create: 'lstmCell'},
};

/** How `tf.layers` makes layers around others, and the argument that is what they are around. */
const WRAPPERS: Readonly<Record<string, {readonly create: string; readonly part: string}>> = {
  TimeDistributed: {create: 'timeDistributed', part: 'layer'},
  Bidirectional: {create: 'bidirectional', part: 'layer'},
  RNN: {create: 'rnn', part: 'cell'},
};

/** Whether a class is of layers with units, for which code can be written. */
export function hasUnits(className: string): boolean {
  return Object.hasOwn(MAKERS, className);
}

function isMade({layerClass}: LayerClass): boolean {
  return hasUnits(layerClass);
}

/** For an activation that is a layer of its own, how the layer before it is made. */
function makerOf({layerClass, producerClass = ''}: LayerClass): Maker {
  const className = [layerClass, producerClass].find(hasUnits);
  return className === undefined ? dense : MAKERS[className];
}

/** Whether a layer applies its activations within, where nothing can be put before or behind them. */
export function isRecurrent(layer: LayerClass): boolean {
  return isMade(layer) && makerOf(layer).isRecurrent;
}

/** Whether a layer slides its kernel over its inputs. */
export function isConvolution(layer: LayerClass): boolean {
  return makerOf(layer).needs.includes('kernelSize');
}

/** Whether the units of a layer come from one kernel that joins all inputs in each of them. */
export function hasKernelOfUnits(layer: LayerClass): boolean {
  const {kernels, isRecurrent} = makerOf(layer);
  return kernels === dense.kernels && !isRecurrent && layer.wrapperClass === undefined;
}

/** Code that makes a layer of the same class, with some arguments. */
export function layerCode(layer: Made, given: Arguments = {}): string {
  const {create, needs} = makerOf(layer);
  const needed = Object.fromEntries(needs.map(name => [name, name]));
  const code = call(`tf.layers.${create}`, {...needed, ...layer.arguments, ...given});
  return isMade(layer) ? wrapped(layer, code) : code;
}

/** The same, with half of the units. */
export function halvedCode(layer: LayerClass): string {
  const [size] = makerOf(layer).needs;
  return layerCode(layer, {[size]: `Math.ceil(${size} / 2)`});
}

/** The same, with all kernels started by one initializer. */
export function initializedCode(
  layer: LayerClass,
  initializer: string,
  given: Arguments = {},
): string {
  return layerCode(layer, {...initializersOf(layer, `'${initializer}'`), ...given});
}

/** The arguments that start all kernels of a layer by one initializer, by its code. */
export function initializersOf(layer: LayerClass, initializer: string): Arguments {
  const {kernels} = makerOf(layer);
  return Object.fromEntries(kernels.map(kernel => [`${kernel}Initializer`, initializer]));
}

/** Code that makes a layer of the activation alone. */
export function activationCode(layer: Subject, given: Arguments = {}): string {
  const {activation, slope, layerClass, activationArguments} = layer;
  const byName = call('tf.layers.activation', {activation: `'${activation}'`, ...given});
  if (isMade(layer)) return byName;
  if (layerClass === 'Activation') return wrapped(layer, byName);
  const all = {...activationArguments, ...given};
  if (slope !== null) return wrapped(layer, call(`${activation}.layer`, all));
  const needs = Object.hasOwn(NEEDS, layerClass) ? NEEDS[layerClass] : [];
  const needed = Object.fromEntries(needs.map(name => [name, name]));
  return wrapped(layer, call(`layers.${activation}`, {...needed, ...given}));
}

/** What layers without a slope cannot be made without. */
const NEEDS: Readonly<Record<string, readonly string[]>> = {KAN: ['units'], Maxout: ['numUnits']};

function wrapped({wrapperClass = '', wrapperArguments}: Made, code: string): string {
  if (!Object.hasOwn(WRAPPERS, wrapperClass)) return code;
  const {create, part} = WRAPPERS[wrapperClass];
  return call(`tf.layers.${create}`, {[part]: code, ...wrapperArguments});
}

function call(name: string, given: Arguments): string {
  const parts = Object.entries(given).map(([key, value]) =>
    key === value ? key : `${key}: ${value}`,
  );
  return parts.length === 0 ? `${name}()` : `${name}({${parts.join(', ')}})`;
}
