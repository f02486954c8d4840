import * as tf from '@tensorflow/tfjs';
import {describe, messageOf} from '../errors.js';
import {ActivationLayer} from '../layers/activation-layer.js';
import {toSnakeCase} from '../names.js';
import {activationNamed} from '../registry.js';
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

/** Layers of which Keras has the same; with what tfjs calls otherwise. */
const KERAS_LAYERS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
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
      ['SeparableConv2D', 'SimpleRNN', 'SimpleRNNCell', 'Softmax', 'SpatialDropout1D'],
      ['StackedRNNCells', 'TimeDistributed', 'UpSampling2D', 'ZeroPadding2D'],
    ]
      .flat()
      .map(className => [className, {}]),
  ),
  InputLayer: {batchInputShape: 'batch_shape'},
  LeakyReLU: {alpha: 'negative_slope'},
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
    const {name} = model;
    if (model instanceof tf.Sequential) {
      const layers = model.layers.map(layer => this.layer(layer));
      if (layers[0]?.class_name !== 'InputLayer') layers.unshift(inputLayer(model));
      return keras('keras', 'Sequential', {name, trainable: true, layers});
    }
    const {layers, inputLayers, outputLayers} = model.getConfig() as unknown as {
      layers: {name: string; inboundNodes: NodeReference[][]}[];
      inputLayers: NodeReference[];
      outputLayers: NodeReference[];
    };
    // tfjs counts the call of a model from 1, since it has called it itself; Keras, that of a Sequential from 0.
    const renumbered = (reference: NodeReference): NodeReference => {
      const [layer, node, ...rest] = reference;
      return model.getLayer(layer) instanceof tf.Sequential
        ? [layer, node - 1, ...rest]
        : reference;
    };
    const written = layers.map(({name, inboundNodes}) => {
      const layer = model.getLayer(name);
      if (layer instanceof tf.RNN && inboundNodes.some(node => node.length > 1)) {
        throw new Error(`${labelOf(layer)}: an initialState cannot be exported`);
      }
      const inbound_nodes = inboundNodes.map(node => node.map(renumbered));
      return {...this.layer(layer), name, inbound_nodes};
    });
    return keras('keras', 'Model', {
      name,
      trainable: true,
      layers: written,
      input_layers: inputLayers,
      output_layers: outputLayers.map(renumbered),
    });
  }

  private layer(layer: tf.layers.Layer): KerasObject {
    if (layer.name.includes('/')) {
      throw new Error(`${labelOf(layer)}: Keras accepts no '/' in a name; rename the layer`);
    }
    try {
      const written =
        layer instanceof tf.LayersModel
          ? this.model(layer)
          : this.object(layer.getClassName(), layer.getConfig(), layer);
      this.classes.set(layer, written.class_name);
      return written;
    } catch (error) {
      throw new Error(`${labelOf(layer)}: cannot be exported: ${messageOf(error)}`, {cause: error});
    }
  }

  private object(tfjsClass: string, config: Config, layer?: tf.layers.Layer): KerasObject {
    const className = KERAS_CLASSES[tfjsClass] ?? tfjsClass;
    const renamed = KERAS_LAYERS[className];
    const name = layer ? layer.name : (config.name as string);
    if (renamed) {
      checkValues(className, config);
      const settings =
        className === 'RNN'
          ? Object.fromEntries(RNN_SETTINGS.map(key => [key, config[key]]))
          : config;
      const written = this.config(settings, renamed);
      return keras('keras.layers', className, {...written, name});
    }
    if (layer instanceof ActivationLayer) return this.activationLayer(layer, config);
    const mixing = this.file.addMixingLayer(className);
    if (mixing === undefined) throw new Error(`Keras has no layer of the class ${className}`);
    return ownObject(mixing, this.config(config, {}));
  }

  private activationLayer(layer: ActivationLayer, config: Config): KerasObject {
    const className = this.file.addLayer(layer.activation, layer.options);
    const options = Object.keys(layer.options);
    const others = Object.entries(config).filter(([key]) => !options.includes(key));
    return ownObject(className, this.config(Object.fromEntries(others), {}));
  }

  private config(config: Config, renamed: Readonly<Record<string, string>>): Config {
    const written: Config = {dtype: 'float32'};
    for (const [key, value] of Object.entries(config)) {
      const kerasKey = renamed[key] ?? toSnakeCase(key);
      if (!DROPPED.has(kerasKey)) written[kerasKey] = this.value(kerasKey, value);
    }
    // It said which axis 'spatial' leaves out; what is shared is written in numbers.
    if ('shared_axes' in written) delete written.data_format;
    return written;
  }

  private value(key: string, value: unknown): unknown {
    if (PART.test(key)) return this.file.addPart(value as object | null);
    if (/(^|_)activation$/.test(key)) return this.activation(value);
    if (key === 'layer' || key === 'cell') return this.nested(value);
    if (key === 'cells') return (value as unknown[]).map(each => this.nested(each));
    return SPELLED.has(key) ? toSnakeCase(value as string) : value;
  }

  private nested(saved: unknown): KerasObject {
    const {className, config} = saved as {className: string; config: Config};
    return this.object(className, config, makeLayer(className, config));
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

/** Of a layer within a layer, whose configuration alone is at hand. */
function makeLayer(className: string, config: Config): tf.layers.Layer | undefined {
  const registered = tf.serialization.SerializationMap.getMap().classNameMap[className];
  if (!registered) return undefined;
  const [cls, fromConfig] = registered;
  const layer = fromConfig(
    cls as never,
    structuredClone(config) as never,
  ) as unknown as tf.layers.Layer;
  return layer instanceof ActivationLayer ? layer : undefined;
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

/** @throws if Keras computes other values at these settings. */
function checkValues(className: string, config: Config): void {
  if (config.interpolation === 'bilinear') {
    throw new Error(`Keras interpolates otherwise: ${className} with interpolation 'bilinear'`);
  }
}

export function labelOf(layer: tf.layers.Layer): string {
  return `${layer.getClassName()} '${layer.name}'`;
}
