import {describe} from '../errors.js';
import {registeredClasses} from '../tfjs-classes.js';
import {isObject} from './json.js';
import type {Json, JsonObject} from './json.js';

/** What Keras writes beside `class_name` and `config`, and TensorFlow.js has no use for. */
const EXTRAS = ['module', 'registered_name', 'build_config', 'compile_config', 'shared_object_id'];

/** A copy with Keras's wrappers of plain values taken off: tuples, shapes, arrays, seeds. */
export function plain(value: Json | undefined): Json {
  if (value === undefined) return null;
  if (Array.isArray(value)) return value.map(plain);
  if (!isObject(value)) return value;
  if ('class_name' in value) {
    const {class_name: className, items, config} = value;
    if (Array.isArray(items)) return items.map(plain);
    if (className === 'SeedGenerator' && isObject(config)) return plain(config.seed);
    if (className === '__numpy__' && isObject(config)) return plain(config.value);
  }
  const isSaved = 'class_name' in value;
  const kept = Object.entries(value).filter(([key]) => !isSaved || !EXTRAS.includes(key));
  return Object.fromEntries(kept.map(([key, each]) => [key, plain(each)]));
}

const RECURRENT = /^(GRU|GRUResetAfter|LSTM|RNN|SimpleRNN)$/;

/** What a layer of TensorFlow.js ignores, lacks or computes otherwise, and the values that are the same. */
const FIXED: readonly {layers: RegExp; argument: string; accepted: readonly Json[]}[] = [
  {layers: /Conv[123]D(Transpose)?$/, argument: 'groups', accepted: [1]},
  {layers: /^(Conv[23]DTranspose|DepthwiseConv2D)$/, argument: 'dilation_rate', accepted: [1]},
  {layers: /^Conv1D$/, argument: 'padding', accepted: ['valid', 'same']},
  {
    layers: /^((Global)?\w+Pooling1D|Conv1D)$/,
    argument: 'data_format',
    accepted: ['channels_last'],
  },
  {layers: /^SeparableConv2D$/, argument: 'data_format', accepted: ['channels_last']},
  {layers: /^UpSampling2D$/, argument: 'interpolation', accepted: ['nearest']},
  {layers: /^LayerNormalization$/, argument: 'rms_scaling', accepted: [false]},
  {layers: RECURRENT, argument: 'time_major', accepted: [false]},
  {layers: RECURRENT, argument: 'zero_output_for_mask', accepted: [false]},
  {layers: /^InputLayer$/, argument: 'ragged', accepted: [false]},
  {layers: /^InputLayer$/, argument: 'sparse', accepted: [false]},
  {layers: /^(Dense|Embedding)$/, argument: 'quantization_config', accepted: [null]},
];

/** @throws if the layer would compute something else in TensorFlow.js. */
export function checkFixed(owner: string, className: string, config: JsonObject): void {
  for (const {layers, argument, accepted} of FIXED) {
    const value = config[argument] ?? null;
    const values = Array.isArray(value) ? value : [value];
    if (!layers.test(className) || value === null) continue;
    if (values.every(each => accepted.includes(each))) continue;
    throw new Error(
      `${owner}: ${argument} is ${describe(value)}, which TensorFlow.js cannot compute; ` +
        `accepted: ${accepted.map(each => describe(each)).join(', ')}`,
    );
  }
}

const FLOAT_POLICIES = ['DTypePolicy', 'FloatDTypePolicy', 'Policy'];

/**
 * The type that TensorFlow.js has for what Keras says, a name or a policy: it computes in float32 and
 * int32.
 * @throws if it is quantized.
 */
export function dtypeOf(owner: string, value: Json): Json {
  if (value === null) return null;
  const isPolicy = isObject(value) && FLOAT_POLICIES.includes(String(value.class_name));
  const name = isPolicy && isObject(value.config) ? value.config.name : value;
  if (typeof name !== 'string') {
    throw new Error(
      `${owner}: dtype is ${describe(value)}; accepted: the name of a type, or a policy of floats`,
    );
  }
  if (/float\d+$/.test(name)) return 'float32';
  return /int\d+$/.test(name) ? 'int32' : name;
}

/** Regularizers that TensorFlow.js knows as cases of another. */
const REGULARIZERS: Readonly<Record<string, JsonObject>> = {
  L1: {l1: 0, l2: 0},
  L2: {l1: 0, l2: 0},
};

/** Initializers that TensorFlow.js spells otherwise. */
const INITIALIZERS: Readonly<Record<string, string>> = {
  LecunNormal: 'LeCunNormal',
  LecunUniform: 'LeCunUniform',
};

/**
 * Initializer, regularizer or constraint.
 * @throws if TensorFlow.js does not know it.
 */
export function repairPart(owner: string, argument: string, value: Json): Json {
  if (!isObject(value) || typeof value.class_name !== 'string') return value;
  const {class_name: saved, config} = value;
  const className = INITIALIZERS[saved as string] ?? String(saved);
  if (className in REGULARIZERS && isObject(config)) {
    return {class_name: 'L1L2', config: {...REGULARIZERS[className], ...config}};
  }
  if (className in registeredClasses()) return {...value, class_name: className};
  throw new Error(
    `${owner}: ${argument} is ${describe(className)}, which has no counterpart; accepted are those ` +
      'of TensorFlow.js and those registered with tf.serialization.registerClass before loading',
  );
}
