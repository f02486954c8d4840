import {describe} from '../errors.js';
import {isObject} from './json.js';
import type {Json, JsonObject} from './json.js';

/** How a file is to be read: as Keras 2 and TensorFlow.js write it, or as Keras 3 does. */
export type KerasVersion = 2 | 3;

/**
 * The version of Keras that wrote a topology: the one that it states, that the converter noted
 * (`generatedBy`), or else the one whose form it has, for the files of Keras 3 may state none.
 * @throws if it is older than 2.
 */
export function kerasVersionOf(topology: JsonObject, generatedBy: unknown): KerasVersion {
  const model = isObject(topology.model_config) ? topology.model_config : topology;
  const noted = /^keras v(.+)/.exec(String(generatedBy))?.[1];
  const stated = topology.keras_version ?? model.keras_version ?? noted;
  if (stated === undefined || stated === null) return hasFormOf3(model) ? 3 : 2;
  // TensorFlow.js writes 'tfjs-layers 4.22.0', and follows Keras 2.
  if (String(stated).startsWith('tfjs-layers')) return 2;
  const major = Number.parseInt(String(stated), 10);
  if (major >= 3) return 3;
  if (major === 2) return 2;
  throw new Error(
    `kerasModel: keras_version is ${describe(stated)}; accepted are versions 2 and 3: ` +
      'load the model in Keras 2 and save it again',
  );
}

function hasFormOf3(value: Json | undefined): boolean {
  if (Array.isArray(value)) return value.some(hasFormOf3);
  if (!isObject(value)) return false;
  const isOf3 = 'batch_shape' in value || value.class_name === 'DTypePolicy';
  return isOf3 || Object.values(value).some(hasFormOf3);
}
