import {describe} from '../errors.js';
import {isObject} from './json.js';
import type {Json, JsonObject} from './json.js';

/** How a file is to be read: as Keras 2 writes it, or as Keras 3 does. */
export type KerasVersion = 2 | 3;

/**
 * The version of Keras that wrote a topology: the one that it states, that the converter noted
 * (`generatedBy`), or else the one whose form it has, for the files of Keras 3 may state none.
 * @throws if it is older than 2.
 */
export function kerasVersionOf(topology: JsonObject, generatedBy: unknown): KerasVersion {
  const noted = /^keras v(.+)/.exec(String(generatedBy))?.[1];
  const stated = statedVersion(topology) ?? noted;
  if (stated === undefined || stated === null) return hasFormOf3(topology) ? 3 : 2;
  const major = Number.parseInt(String(stated), 10);
  if (major >= 3) return 3;
  if (major === 2) return 2;
  throw new Error(
    `kerasModel: keras_version is ${describe(stated)}; accepted are versions 2 and 3: ` +
      'load the model in Keras 2 and save it again',
  );
}

/** Whether TensorFlow.js wrote a topology: it states 'tfjs-layers 4.22.0'. */
export function isOfTensorFlow(topology: JsonObject): boolean {
  return String(statedVersion(topology)).startsWith('tfjs-layers');
}

function statedVersion({keras_version: stated, model_config: model}: JsonObject): Json | undefined {
  return stated ?? (isObject(model) ? model.keras_version : undefined);
}

function hasFormOf3(value: Json | undefined): boolean {
  if (Array.isArray(value)) return value.some(hasFormOf3);
  if (!isObject(value)) return false;
  const isOf3 = 'batch_shape' in value || value.class_name === 'DTypePolicy';
  return isOf3 || Object.values(value).some(hasFormOf3);
}
