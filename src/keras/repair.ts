import * as tf from '@tensorflow/tfjs';
import {checkObject} from '../errors.js';
import {isObject, objectsOf} from './json.js';
import type {JsonObject} from './json.js';
import {repairModel} from './model.js';
import {isOfTensorFlow, kerasVersionOf} from './version.js';
import {repairManifest} from './weights.js';

/**
 * The `model.json` of a Keras model as TensorFlow.js reads it: a new object.
 *
 * Takes what the TensorFlow.js converter writes for models of Keras 2 and 3, and what
 * `model.to_json()` of either gives, parsed: a topology without weights, which stays one.
 *
 * Activations get the functions that their version of Keras means (`hard_sigmoid` of Keras 3 is
 * `hardSigmoid3`); those that are layers within a layer (`Dense(activation=LeakyReLU(0.1))`) become
 * layers after it. Inputs, data types, connections of layers and the names of weights take the form
 * that TensorFlow.js knows. What only training in Keras uses and TensorFlow.js does not have is left out:
 * image augmentation (`RandomFlip`, …), activity regularizers, batch renormalization, the states of the optimizer
 * and of metrics. A model that is repaired, or that TensorFlow.js wrote, stays as it is.
 *
 * @throws if it is a graph model, the file is older than Keras 2, or a layer, an activation, an argument
 * or a weight has no counterpart in TensorFlow.js; the message names it, and says what is accepted.
 */
export function repairKerasModel<T extends object>(modelJson: T): T {
  checkObject('repairKerasModel', 'the model.json', modelJson);
  const saved = JSON.parse(JSON.stringify(modelJson)) as JsonObject;
  if (saved.format === 'graph-model') {
    throw new Error(
      'kerasModel: the file describes a graph model; accepted: a layers model, which the converter ' +
        'writes of .keras and .h5 files. Load this one with tf.loadGraphModel',
    );
  }
  const isWhole = 'modelTopology' in saved;
  const topology = isWhole ? saved.modelTopology : saved;
  checkObject('repairKerasModel', 'the modelTopology', topology);
  if (isOfTensorFlow(topology as JsonObject)) return saved as T;
  const version = kerasVersionOf(topology as JsonObject, saved.generatedBy);
  const model = isObject(topology.model_config) ? topology.model_config : (topology as JsonObject);
  const {model: repaired, holders} = repairModel(model, version);
  const keras = {keras_version: `tfjs-layers ${tf.version['tfjs-layers']}`};
  const whole =
    model === topology ? {...repaired, ...keras} : {...topology, ...keras, model_config: repaired};
  if (!isWhole) return whole as T;
  const result: JsonObject = {...saved, modelTopology: whole};
  if (Array.isArray(saved.weightsManifest)) {
    result.weightsManifest = repairManifest(objectsOf(saved.weightsManifest), holders);
  }
  return result as T;
}
