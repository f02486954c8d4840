import * as tf from '@tensorflow/tfjs';
import {describe} from '../errors.js';
import {repairKerasModel} from './repair.js';

/**
 * Loads a model that Keras 2 or Keras 3 saved, also one that TensorFlow.js alone rejects or misreads:
 *
 *     const model = await tf.loadLayersModel(kerasModel('https://…/model.json'));
 *
 * `source` is what `tf.loadLayersModel` takes: a URL, or a handler such as `tf.io.browserFiles(files)`
 * or `tf.io.fromMemory(artifacts)`. The model may lack weights (`model.to_json()`); it then starts
 * with new ones.
 *
 * Loading throws, before any layer is created, what {@link repairKerasModel} throws.
 * @throws if `source` is neither a URL nor a handler that loads.
 */
export function kerasModel(
  source: string | tf.io.IOHandler | tf.io.IOHandlerSync,
): tf.io.IOHandler {
  const handler = typeof source === 'string' ? handlerOf(source) : source;
  if (typeof handler?.load !== 'function') {
    throw new Error(
      `kerasModel: the source is ${describe(source)}; accepted: a URL, or a handler that loads`,
    );
  }
  return {load: async () => repairArtifacts(await handler.load!())};
}

/** As `tf.loadLayersModel` finds it. */
function handlerOf(url: string): tf.io.IOHandler {
  const [handler] = tf.io.getLoadHandlers(url);
  return (handler as tf.io.IOHandler | undefined) ?? tf.io.http(url);
}

function repairArtifacts(artifacts: tf.io.ModelArtifacts): tf.io.ModelArtifacts {
  const {modelTopology, weightSpecs, weightData, generatedBy, ...others} = artifacts;
  const weightsManifest = weightSpecs && [{paths: [], weights: weightSpecs}];
  const repaired = repairKerasModel({modelTopology, weightsManifest, generatedBy});
  return {
    ...others,
    generatedBy,
    modelTopology: repaired.modelTopology,
    weightData,
    weightSpecs: repaired.weightsManifest?.flatMap(({weights}) => weights),
  };
}
