import * as tf from '@tensorflow/tfjs';
import {checkModel} from '../check-model.js';
import {ActivationsFile} from './activations-file.js';
import {hdf5File} from './hdf5.js';
import {ConfigWriter} from './layer-config.js';
import {weightPaths} from './weight-paths.js';
import type {WeightValues} from './weight-paths.js';

/** Where `exportKeras` says what wrote the folder. */
export const METADATA_FILE = 'metadata.json';

/** The Keras whose formats are written. */
const KERAS_VERSION = '3.8.0';

/**
 * A trained model for Keras 3, as the files of a folder: bytes by path.
 *
 * - `config.json`, `metadata.json` and `model.weights.h5` are what Keras itself saves with
 *   `zipped=False`: `keras.saving.load_model(folder)` reads them.
 * - `activations.py` defines, in `keras.ops`, the activations that Keras does not have; import it first. It
 *   runs on the TensorFlow, JAX and PyTorch backends, and trains there.
 *
 * `save_for_tfjs(model, path)` of activations.py writes the weights for the way back, which
 * `importKerasWeights` reads. What the model was compiled with is not exported.
 *
 * What is frozen stays frozen.
 *
 * @throws if it is no built layers model, or a layer, initializer, regularizer, constraint or activation
 * has no counterpart in Keras, or several models share a layer that has weights; the error names the layer.
 */
export async function exportKeras(model: tf.LayersModel): Promise<Record<string, Uint8Array>> {
  checkModel('exportKeras', model);
  const file = new ActivationsFile();
  const writer = new ConfigWriter(file);
  const config = writer.model(model);
  const weights = new Map<string, WeightValues>();
  for (const [path, variable] of weightPaths(model, layer => writer.classOf(layer))) {
    const tensor = variable.read();
    weights.set(path, {shape: tensor.shape, values: Float32Array.from(await tensor.data())});
  }
  const metadata = {keras_version: KERAS_VERSION, exported_by: 'tfjs-activations'};
  return {
    'config.json': bytesOf(JSON.stringify(config, undefined, 2)),
    [METADATA_FILE]: bytesOf(JSON.stringify(metadata)),
    'model.weights.h5': hdf5File(weights),
    'activations.py': bytesOf(file.toString()),
  };
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
