import {describe} from '../errors.js';
import {registeredClasses} from '../tfjs-classes.js';
import {findActivation} from './activation.js';
import {checkFixed, dtypeOf, repairPart} from './config.js';
import {isObject, without} from './json.js';
import type {Json, JsonObject} from './json.js';
import {isOperation, layerOfOperation} from './operation.js';
import {replacementOf} from './replacement.js';
import type {KerasVersion} from './version.js';

/** A layer as TensorFlow.js reads it, and what has to follow it where Keras does more in one. */
export interface RepairedLayer {
  readonly layer: JsonObject;
  readonly following: readonly JsonObject[];
}

export function configOf(layer: JsonObject): JsonObject {
  return isObject(layer.config) ? layer.config : {};
}

export function nameOf(layer: JsonObject): string {
  return String(layer.name ?? configOf(layer).name ?? '');
}

/** How errors call a layer. */
export function labelOf(layer: JsonObject): string {
  return `kerasModel: ${String(layer.class_name)} ${describe(nameOf(layer))}`;
}

/**
 * The layer, which holds no others, as TensorFlow.js reads it.
 * @throws if it has no counterpart.
 */
export function repairLayer(saved: JsonObject, version: KerasVersion): RepairedLayer {
  const owner = labelOf(saved);
  const replaced = replacementOf(saved);
  const layer = isOperation(replaced) ? layerOfOperation(owner, replaced, version) : replaced;
  const className = classOf(owner, layer);
  const config = repairConfig(owner, className, configOf(layer), version);
  const repaired = {...layer, class_name: className, config};
  const {activation, keepdims} = config;
  if (isObject(activation)) {
    if (!SPLITTABLE.test(className)) throw unsplittable(owner, 'activation', activation);
    const linear = {...repaired, config: {...config, activation: 'linear'}};
    return {layer: linear, following: [activation]};
  }
  const [, dimensions] = GLOBAL_POOLING.exec(className) ?? [];
  if (dimensions === undefined || keepdims !== true) return {layer: repaired, following: []};
  const flat = {...repaired, config: without(config, 'keepdims')};
  return {layer: flat, following: keptDimensions(owner, Number(dimensions), config)};
}

const GLOBAL_POOLING = /^Global\w+Pooling([12])D$/;

/**
 * The dimensions of size 1 that a global pooling layer keeps in Keras, and drops in TensorFlow.js. Of a
 * Reshape, TensorFlow.js would not know the number of channels.
 */
function keptDimensions(owner: string, dimensions: number, config: JsonObject): JsonObject[] {
  const {name, data_format: format} = config;
  if (format === 'channels_first') {
    throw new Error(
      `${owner}: keepdims is true and data_format 'channels_first'; accepted with keepdims: ` +
        "'channels_last'",
    );
  }
  const repeat = {class_name: 'RepeatVector', config: {name: `${String(name)}_keepdims`, n: 1}};
  if (dimensions === 1) return [repeat];
  const outer = {name: `${String(name)}_keepdims_2`, layer: repeat};
  return [repeat, {class_name: 'TimeDistributed', config: outer}];
}

/** As `repairLayer`, where no other layer can follow: within a wrapper. */
export function repairInner(layer: JsonObject, version: KerasVersion): JsonObject {
  const {layer: repaired, following} = repairLayer(layer, version);
  if (following.length === 0) return repaired;
  const argument = isObject(configOf(layer).activation) ? 'activation' : 'keepdims';
  throw unsplittable(labelOf(layer), argument, following[0]);
}

/** Layers whose activation is the last that they do. */
const SPLITTABLE = /^(Activation|Dense|(Depthwise|Separable)?Conv[123]D(Transpose)?)$/;

/** Names that Keras had before; and of a difference, the sum that `repairModel` makes of it. */
const CLASSES: Readonly<Record<string, string>> = {
  BatchNormalizationV1: 'BatchNormalization',
  Subtract: 'Add',
  UnifiedGRU: 'GRU',
  UnifiedLSTM: 'LSTM',
};

/**
 * The class of a layer or a model.
 * @throws if TensorFlow.js does not know it.
 */
export function classOf(owner: string, layer: JsonObject): string {
  const saved = String(layer.class_name);
  const className = saved in registeredClasses() ? saved : (CLASSES[saved] ?? saved);
  const isKnown = className in registeredClasses() && !BROKEN.includes(className);
  if (isKnown) return className;
  throw new Error(
    `${owner}: the layer has no counterpart; accepted are the layers of TensorFlow.js and of this ` +
      'package, and those registered with tf.serialization.registerClass before loading',
  );
}

/** Layers of TensorFlow.js that do not work within a model, whatever their configuration. */
const BROKEN = ['CategoryEncoding', 'CenterCrop', 'Resizing'];

function repairConfig(
  owner: string,
  className: string,
  saved: JsonObject,
  version: KerasVersion,
): JsonObject {
  checkFixed(owner, className, saved);
  const config: JsonObject = {};
  for (const [key, value] of Object.entries(saved)) {
    if (value === undefined || IGNORED.includes(key)) continue;
    if (/^Separable/.test(className) && /^kernel_(?!size)/.test(key)) continue;
    config[key] = repairValue(owner, key, value, version);
  }
  const {batch_shape: batchShape, ...rest} = config;
  return batchShape === undefined ? config : {...rest, batch_input_shape: batchShape};
}

/** What matters to Keras alone: where it computes, and how it is trained. */
const IGNORED = [
  'activity_regularizer',
  ...['synchronized', 'renorm', 'renorm_clipping', 'renorm_momentum', 'optional'],
  ...['quantization_config', 'lora_rank', 'lora_alpha', 'autocast'],
];

function repairValue(owner: string, key: string, value: Json, version: KerasVersion): Json {
  if (key === 'dtype') return dtypeOf(owner, value);
  if (/_(initializer|regularizer|constraint)$/.test(key)) return repairPart(owner, key, value);
  if (value === null || !/(^|_)activation$/.test(key)) {
    return key === 'axis' && Array.isArray(value) && value.length === 1 ? value[0] : value;
  }
  const found = findActivation(owner, key, value, version);
  if ('name' in found) return found.name;
  if (key !== 'activation') throw unsplittable(owner, key, found.layer);
  return found.layer;
}

function unsplittable(owner: string, argument: string, {class_name: needed}: JsonObject): Error {
  return new Error(
    `${owner}: ${argument} needs a layer ${String(needed)} to follow, for which there is no place ` +
      'here; accepted: the name of an activation, and no keepdims',
  );
}
