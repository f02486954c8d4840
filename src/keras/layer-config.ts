import * as tf from '@tensorflow/tfjs';
import {describe, messageOf} from '../errors.js';
import {ActivationLayer} from '../layers/activation-layer.js';
import {toSnakeCase} from '../names.js';
import {activationNamed, activationOfClass} from '../registry.js';
import {PACKAGE} from './activations-file.js';
import type {ActivationsFile} from './activations-file.js';
import {ownObject} from './keras-object.js';
import type {KerasObject} from './keras-object.js';

type Config = Record<string, unknown>;

/** The output of a layer in a graph. */
type NodeReference = [layer: string, node: number, ...rest: unknown[]];

/** Strings for `activation: '…'` of which Keras has the same function, by their names in tfjs. */
const KERAS_FUNCTIONS: Readonly<Record<string, string>> = {
  celu: 'celu',
  elu: 'elu',
  exponential: 'exponential',
  gelu: 'gelu',
  hardShrink: 'hard_shrink',
  hardSigmoid3: 'hard_sigmoid',
  hardSwish: 'hard_silu',
  hardTanh: 'hard_tanh',
  leakyRelu: 'leaky_relu',
  linear: 'linear',
  logSigmoid: 'log_sigmoid',
  logSoftmax: 'log_softmax',
  mish: 'mish',
  relu: 'relu',
  relu6: 'relu6',
  selu: 'selu',
  sigmoid: 'sigmoid',
  softShrink: 'soft_shrink',
  softmax: 'softmax',
  softplus: 'softplus',
  softsign: 'softsign',
  sparsePlus: 'sparse_plus',
  squareplus: 'squareplus',
  swish: 'silu',
  tanh: 'tanh',
  tanhShrink: 'tanh_shrink',
};

/** What Keras calls the settings of a layer that tfjs calls otherwise; null for those that it does not take. */
type Renamed = Readonly<Record<string, string | null>>;

/** Layers of which Keras has the same. */
const KERAS_LAYERS: Readonly<Record<string, Renamed>> = {
  ...Object.fromEntries(
    [
      ['Activation', 'ActivityRegularization', 'Add', 'AlphaDropout', 'Average'],
      ['AveragePooling1D', 'AveragePooling2D', 'AveragePooling3D', 'BatchNormalization'],
      ['Bidirectional', 'CenterCrop', 'Concatenate', 'Conv1D', 'Conv2D', 'Conv2DTranspose'],
      ['Conv3D', 'Conv3DTranspose', 'ConvLSTM2D', 'Cropping2D', 'Dense', 'DepthwiseConv2D'],
      ['Dot', 'Dropout', 'ELU', 'Embedding', 'Flatten', 'GRU', 'GRUCell', 'GaussianDropout'],
      ['GaussianNoise', 'GlobalAveragePooling1D', 'GlobalAveragePooling2D', 'GlobalMaxPooling1D'],
      ['GlobalMaxPooling2D', 'LSTM', 'LSTMCell', 'LayerNormalization', 'Masking'],
      ['MaxPooling1D', 'MaxPooling2D', 'MaxPooling3D', 'Maximum', 'Minimum', 'Multiply'],
      ['Normalization'],
      ['PReLU', 'Permute', 'RNN', 'ReLU', 'RepeatVector', 'Rescaling', 'Reshape'],
      ['SeparableConv2D', 'SimpleRNN', 'SimpleRNNCell', 'Softmax', 'StackedRNNCells'],
      ['TimeDistributed', 'UpSampling2D', 'ZeroPadding2D'],
    ]
      .flat()
      .map(className => [className, {}]),
  ),
  InputLayer: {batchInputShape: 'batch_shape'},
  LeakyReLU: {alpha: 'negative_slope'},
  SpatialDropout1D: {trainable: null},
};

/** Layers of this package that are cases of one in Keras. */
const KERAS_CLASSES: Readonly<Record<string, string>> = {
  GRUResetAfter: 'GRU',
  GRUResetAfterCell: 'GRUCell',
};

/** What tfjs writes into configurations and Keras does not take. */
const DROPPED = new Set(['batch_input_shape', 'implementation', 'input_dtype', 'input_length']);

/** All that Keras takes of a layer whose configuration in tfjs repeats that of its cell. */
const RNN_SETTINGS = [
  ['name', 'trainable', 'cell', 'returnSequences', 'returnState', 'goBackwards', 'stateful'],
  ['unroll'],
].flat();

/** Settings whose values tfjs spells otherwise. */
const SPELLED = new Set(['data_format']);

const PART = /_(initializer|regularizer|constraint)$/;

/** Writes down the layers of a model as Keras 3 does, and puts into `file` what Keras lacks. */
export class ConfigWriter {
  private readonly classes = new Map<tf.layers.Layer, string>();

  constructor(private readonly file: ActivationsFile) {}

  /** The class that a layer of the model has in Keras, once it is written. */
  classOf(layer: tf.layers.Layer): string {
    if (layer instanceof tf.Sequential) return 'Sequential';
    if (layer instanceof tf.LayersModel) return 'Functional';
    return this.classes.get(layer) ?? layer.getClassName();
  }

  /** @throws if a layer, or a part of one, has no counterpart; the error names it. */
  model(model: tf.LayersModel): KerasObject {
    checkName(model);
    const written =
      model instanceof tf.Sequential ? this.sequential(model) : this.functional(model);
    return model.trainable ? written : frozen(written);
  }

  private sequential(model: tf.Sequential): KerasObject {
    const layers = model.layers.map(layer => this.layer(layer));
    if (layers[0]?.class_name !== 'InputLayer') layers.unshift(inputLayer(model));
    return keras('keras', 'Sequential', {name: model.name, trainable: true, layers});
  }

  private functional(model: tf.LayersModel): KerasObject {
    const {layers, inputLayers, outputLayers} = model.getConfig() as unknown as {
      layers: {name: string; inboundNodes: NodeReference[][]}[];
      inputLayers: NodeReference[];
      outputLayers: NodeReference[];
    };
    // tfjs counts the calls of a model from 1, since it has called it itself. Keras counts them from 0, but
    // those of a Functional from 1 where it lists outputs.
    const renumbered =
      (kind: typeof tf.LayersModel) =>
      (reference: NodeReference): NodeReference => {
        const [layer, node, ...rest] = reference;
        return model.getLayer(layer) instanceof kind ? [layer, node - 1, ...rest] : reference;
      };
    const written = layers.map(({name, inboundNodes}) => {
      const layer = model.getLayer(name);
      if (layer instanceof tf.RNN && inboundNodes.some(node => node.length > 1)) {
        throw new Error(`${labelOf(layer)}: an initialState cannot be exported`);
      }
      const inbound_nodes = inboundNodes.map(node => node.map(renumbered(tf.LayersModel)));
      return {...this.layer(layer), name, inbound_nodes};
    });
    return keras('keras', 'Model', {
      name: model.name,
      trainable: true,
      layers: written,
      input_layers: single(inputLayers),
      output_layers: single(outputLayers.map(renumbered(tf.Sequential))),
    });
  }

  private layer(layer: tf.layers.Layer): KerasObject {
    checkName(layer);
    if (this.classes.has(layer) && layer.weights.length > 0) {
      throw new Error(
        `${labelOf(layer)}: it stands in several models, or twice in a sequential one, and would become ` +
          'several layers in Keras, with weights of their own; share a model that holds it instead',
      );
    }
    try {
      const written = this.object(layer.getClassName(), layer.getConfig(), layer);
      this.classes.set(layer, written.class_name);
      return layer.trainable ? written : frozen(written);
    } catch (error) {
      throw new Error(`${labelOf(layer)}: cannot be exported: ${messageOf(error)}`, {cause: error});
    }
  }

  private object(tfjsClass: string, config: Config, layer?: tf.layers.Layer): KerasObject {
    if (layer instanceof tf.LayersModel) return this.model(layer);
    const className = KERAS_CLASSES[tfjsClass] ?? tfjsClass;
    const renamed = KERAS_LAYERS[className];
    const name = layer ? layer.name : (config.name as string);
    if (renamed) {
      checkValues(className, config, layer);
      const written = this.config(settingsOf(className, config, layer), renamed, layer);
      return keras('keras.layers', className, {...written, name});
    }
    if (layer instanceof ActivationLayer) return this.activationLayer(layer, config);
    // A layer of TensorFlow.js, of which this package has the same.
    const activation = activationOfClass(className);
    if (activation) return this.object(className, config, activation.layer(config as object));
    const mixing = this.file.addMixingLayer(className);
    if (mixing === undefined) {
      throw new Error(`the class ${className} has no counterpart in Keras that computes the same`);
    }
    checkFloats(layer);
    return ownObject(mixing, this.config(config, {}));
  }

  private activationLayer(layer: ActivationLayer, config: Config): KerasObject {
    const className = this.file.addLayer(layer.activation, layer.options);
    const options = Object.keys(layer.options);
    const others = Object.entries(config).filter(([key]) => !options.includes(key));
    return ownObject(className, this.config(Object.fromEntries(others), {}));
  }

  /** `layer` is the one whose configuration it is, where it is known. */
  private config(config: Config, renamed: Renamed, layer?: tf.layers.Layer): Config {
    const written: Config = {dtype: 'float32'};
    for (const [key, value] of Object.entries(config)) {
      const kerasKey = key in renamed ? renamed[key] : toSnakeCase(key);
      if (kerasKey === null || DROPPED.has(kerasKey)) continue;
      written[kerasKey] = this.value(kerasKey, value, layer);
    }
    // It said which axis 'spatial' leaves out; what is shared is written in numbers.
    if ('shared_axes' in written) delete written.data_format;
    return written;
  }

  private value(key: string, value: unknown, layer?: tf.layers.Layer): unknown {
    if (PART.test(key)) return this.file.addPart(value as object | null);
    if (/(^|_)activation$/.test(key)) return this.activation(value);
    // A Bidirectional has copies of its layer, which weigh otherwise.
    if (key === 'layer' && layer?.getClassName() === 'TimeDistributed') {
      return this.layer((layer as unknown as {layer: tf.layers.Layer}).layer);
    }
    if (key === 'layer' || key === 'cell') return this.nested(value);
    if (key === 'cells') return (value as unknown[]).map(each => this.nested(each));
    return SPELLED.has(key) ? toSnakeCase(value as string) : value;
  }

  private nested(saved: unknown): KerasObject {
    const {className, config} = saved as {className: string; config: Config};
    return this.object(className, config);
  }

  /** What Keras calls an activation given by name; where it has none, a function in activations.py. */
  private activation(name: unknown): unknown {
    if (typeof name !== 'string') throw new Error(`the activation ${describe(name)} has no name`);
    const activation = activationNamed(name);
    const known = KERAS_FUNCTIONS[activation?.name ?? name];
    if (known) return known;
    const added = activation
      ? this.file.addFunction(activation)
      : this.file.addMixingFunction(name);
    if (added === undefined) throw new Error(`Keras has no activation '${name}'`);
    return functionObject(added);
  }
}

/** What Keras takes of a configuration, and what tfjs forgets to write into it. */
function settingsOf(className: string, config: Config, layer?: tf.layers.Layer): Config {
  if (className === 'RNN') {
    return Object.fromEntries(RNN_SETTINGS.map(key => [key, config[key]]));
  }
  if (className !== 'SeparableConv2D' || !layer) return config;
  const {depthMultiplier} = layer as unknown as {depthMultiplier: number};
  return {...config, depthMultiplier};
}

/** What holds others and is frozen has them all frozen in tfjs; Keras asks each. */
function frozen(written: KerasObject): KerasObject {
  const freeze = (key: string, value: unknown): unknown => (key === 'trainable' ? false : value);
  return JSON.parse(JSON.stringify(written), freeze) as KerasObject;
}

/** A model of one input, or output, takes it in Keras as it is, not as a list of one. */
function single<T>(all: readonly T[]): T | readonly T[] {
  return all.length === 1 ? all[0] : all;
}

function keras(module: string, className: string, config: Config): KerasObject {
  return {module, class_name: className, config, registered_name: null};
}

function functionObject(name: string): object {
  const registered = `${PACKAGE}>${name}`;
  return {
    module: 'builtins',
    class_name: 'function',
    config: registered,
    registered_name: registered,
  };
}

function inputLayer(model: tf.Sequential): KerasObject {
  const [input] = model.inputs;
  return keras('keras.layers', 'InputLayer', {
    batch_shape: input.shape,
    dtype: input.dtype,
    name: `${model.name}_input`,
  });
}

function checkName(layer: tf.layers.Layer): void {
  if (!layer.name.includes('/')) return;
  throw new Error(`${labelOf(layer)}: Keras accepts no '/' in a name; rename it`);
}

/** @throws if the inputs are no floats, of which Keras makes none. */
function checkFloats(layer: tf.layers.Layer | undefined): void {
  const inputs = layer?.inboundNodes.flatMap(({inputTensors}) => inputTensors) ?? [];
  const other = inputs.find(({dtype}) => dtype !== 'float32');
  if (!other) return;
  throw new Error(
    `its input is of dtype ${other.dtype}, which the layer does not take in Keras; accepted: float32`,
  );
}

/** Backends whose kernel of batch normalization takes any axis for the last. */
const LAST_AXIS_ONLY = ['cpu', 'wasm'];

/** @throws if Keras computes other values at these settings. */
function checkValues(className: string, config: Config, layer?: tf.layers.Layer): void {
  if (config.interpolation === 'bilinear') {
    throw new Error(`Keras interpolates otherwise: ${className} with interpolation 'bilinear'`);
  }
  if (className !== 'BatchNormalization' || !LAST_AXIS_ONLY.includes(tf.getBackend())) return;
  const [{ndim: rank}] = (layer as tf.layers.Layer).inputSpec;
  const axis = config.axis as number;
  if (axis === -1 || axis === rank! - 1) return;
  throw new Error(
    `axis is ${axis} of ${rank} dimensions, and TensorFlow.js normalizes along another one on the ` +
      `backend '${tf.getBackend()}'; accepted there: the last axis. Where the model has been trained on ` +
      'another backend, export it on that',
  );
}

export function labelOf(layer: tf.layers.Layer): string {
  return `${layer.getClassName()} '${layer.name}'`;
}
