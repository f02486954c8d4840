import {describe} from '../errors.js';
import {registeredClasses} from '../tfjs-classes.js';
import {activationClass, findActivation} from './activation.js';
import {checkFixed, dtypeOf, repairPart} from './config.js';
import {isObject} from './json.js';
import type {Json, JsonObject} from './json.js';
import type {KerasVersion} from './version.js';

/** A layer as TensorFlow.js reads it, and the layer that has to follow where its activation is one. */
export interface RepairedLayer {
  readonly layer: JsonObject;
  readonly activation?: JsonObject;
}

/** How errors call a layer. */
export function labelOf(layer: JsonObject): string {
  const {class_name: className, config} = layer;
  const name = isObject(config) ? config.name : undefined;
  return `kerasModel: ${String(className)} ${describe(name ?? layer.name)}`;
}

export function configOf(layer: JsonObject): JsonObject {
  return isObject(layer.config) ? layer.config : {};
}

/** Keras 3 saves operations on tensors (`keras.ops.relu(x)`, `x + y`) beside layers, without `trainable`. */
export function isOperation(layer: JsonObject, version: KerasVersion): boolean {
  return version === 3 && layer.class_name !== 'InputLayer' && !('trainable' in configOf(layer));
}

/**
 * The layer, which holds no others, as TensorFlow.js reads it.
 * @throws if it has no counterpart.
 */
export function repairLayer(layer: JsonObject, version: KerasVersion): RepairedLayer {
  const owner = labelOf(layer);
  const className = classOf(layer, owner, version);
  const saved = configOf(layer);
  const config = repairConfig(owner, className, saved, version);
  const repaired = {...layer, class_name: className, config};
  const activation = config.activation;
  if (!isObject(activation)) return {layer: repaired};
  if (!SPLITTABLE.test(className)) throw unsplittable(owner, 'activation', activation);
  return {layer: {...repaired, config: {...config, activation: 'linear'}}, activation};
}

/** As `repairLayer`, where no other layer can follow: within a wrapper. */
export function repairInner(layer: JsonObject, version: KerasVersion): JsonObject {
  const {layer: repaired, activation} = repairLayer(layer, version);
  if (activation === undefined) return repaired;
  throw unsplittable(labelOf(layer), 'activation', activation);
}

/** Layers whose activation is the last that they do. */
const SPLITTABLE = /^(Activation|Dense|(Depthwise|Separable)?Conv[123]D(Transpose)?)$/;

/** Names that Keras had before. */
const CLASSES: Readonly<Record<string, string>> = {
  BatchNormalizationV1: 'BatchNormalization',
  UnifiedGRU: 'GRU',
  UnifiedLSTM: 'LSTM',
};

function classOf(layer: JsonObject, owner: string, version: KerasVersion): string {
  const saved = String(layer.class_name);
  const className = CLASSES[saved] ?? saved;
  const isKnown = className in registeredClasses() && !UNREADABLE.includes(className);
  if (isOperation(layer, version)) {
    const applied = activationClass(
      className.charAt(0).toLowerCase() + className.slice(1),
      version,
    );
    if (applied !== undefined) return applied;
    if (isKnown && OPERATIONS.includes(className)) return className;
    throw new Error(
      `${owner}: the operation has no counterpart; accepted are activations and ` +
        OPERATIONS.join(', '),
    );
  }
  if (isKnown) return className;
  throw new Error(
    `${owner}: the layer has no counterpart; accepted are the layers of TensorFlow.js and of this ` +
      'package, and those registered with tf.serialization.registerClass before loading',
  );
}

/** Layers of TensorFlow.js that do not read what Keras writes of them. */
const UNREADABLE = ['MultiHeadAttention'];

/** Operations that do what the layers of the same name do. */
const OPERATIONS = [
  ...['Add', 'Multiply', 'Maximum', 'Minimum', 'Average', 'Concatenate'],
  ...['Softmax', 'LogSoftmax'],
];

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

function unsplittable(owner: string, argument: string, {class_name: found}: JsonObject): Error {
  return new Error(
    `${owner}: ${argument} is the layer ${String(found)}; accepted here: the name of an activation`,
  );
}
