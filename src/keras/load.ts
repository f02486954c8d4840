import * as tf from '@tensorflow/tfjs';
import {tryBuild} from '../build-model.js';
import {checkObject, describe, messageOf} from '../errors.js';
import {byteLengthOf} from '../weight-bytes.js';
import {checkBuilt} from './check-built.js';
import type {JsonObject} from './json.js';
import {repairKerasModel} from './repair.js';
import {isOfTensorFlow} from './version.js';

/**
 * Loads a model that Keras 2 or Keras 3 saved, also one that TensorFlow.js alone rejects or misreads:
 *
 *     const model = await tf.loadLayersModel(kerasModel('https://…/model.json'));
 *
 * `source` is what `tf.loadLayersModel` takes: a URL, or a handler such as `tf.io.browserFiles(files)`
 * or `tf.io.fromMemory(artifacts)`. The model may lack weights (`model.to_json()`); it then starts
 * with new ones.
 *
 * Loading throws what {@link repairKerasModel} throws, and where TensorFlow.js cannot build the model,
 * would compute something else than Keras, or a weight has another shape than the model's; no tensor is
 * left in memory then.
 * @throws if `source` is neither a URL nor a handler that loads.
 */
export function kerasModel(
  source: string | tf.io.IOHandler | tf.io.IOHandlerSync,
): tf.io.IOHandler {
  const isJson = typeof source === 'string' && source.trimStart().startsWith('{');
  const handler = typeof source === 'string' ? handlerOf(source) : source;
  if (isJson || typeof handler?.load !== 'function') {
    throw new Error(
      `kerasModel: the source is ${describe(source)}; accepted: a URL, or a handler that loads, ` +
        'such as tf.io.fromMemory({modelTopology: JSON.parse(text)}) for the text of model.to_json()',
    );
  }
  return {
    load: async () => {
      const loaded: unknown = await handler.load!();
      checkObject('kerasModel', 'what the handler has loaded', loaded);
      const repaired = repairArtifacts(loaded as tf.io.ModelArtifacts);
      await checkBuilding(repaired);
      return repaired.artifacts;
    },
  };
}

/** Where a model cannot be built, `tf.loadLayersModel` keeps what it has made of it, and says less. */
async function checkBuilding({artifacts, check}: RepairedArtifacts): Promise<void> {
  checkLength(artifacts);
  try {
    await tryBuild(artifacts, check);
  } catch (error) {
    throw new Error(`kerasModel: ${messageOf(error)}`, {cause: error});
  }
}

function checkLength({weightData, weightSpecs = []}: tf.io.ModelArtifacts): void {
  if (weightData === undefined) return;
  const length = [weightData].flat().reduce((total, {byteLength}) => total + byteLength, 0);
  const needed = byteLengthOf(weightSpecs);
  if (needed === undefined || length >= needed) return;
  throw new Error(
    `kerasModel: the weights are cut off: ${length} bytes, and the model.json needs ${needed}`,
  );
}

/** As `tf.loadLayersModel` finds it. */
function handlerOf(url: string): tf.io.IOHandler {
  const [handler] = tf.io.getLoadHandlers(url) as (tf.io.IOHandler | undefined)[];
  if (!handler) return {load: () => fetchOf(url)};
  return handler.load ? {load: () => loadBy(handler, url)} : handler;
}

/** Where no server answers, the error of `fetch` in Node names neither the URL nor the reason. */
async function loadBy(handler: tf.io.IOHandler, url: string): Promise<tf.io.ModelArtifacts> {
  try {
    return await handler.load!();
  } catch (error) {
    if (messageOf(error) !== 'fetch failed') throw error;
    const {cause = error} = error as Error;
    throw new Error(`kerasModel: cannot fetch ${describe(url)}: ${messageOf(cause)}`, {
      cause: error,
    });
  }
}

/** What no handler is for is fetched, which in Node works for whole URLs alone. */
async function fetchOf(url: string): Promise<tf.io.ModelArtifacts> {
  try {
    return await tf.io.http(url).load!();
  } catch (error) {
    throw new Error(
      `kerasModel: cannot fetch ${describe(url)}: ${messageOf(error)}. In Node, loadModel of ` +
        'tfjs-activations/node loads a folder, and @tensorflow/tfjs-node file:// URLs',
      {cause: error},
    );
  }
}

interface RepairedArtifacts {
  readonly artifacts: tf.io.ModelArtifacts;
  /** Throws if the model, built of them, would compute something else than in Keras. */
  readonly check: (model: tf.LayersModel) => void;
}

/** What a handler has loaded, as TensorFlow.js reads it. */
export function repairArtifacts(loaded: tf.io.ModelArtifacts): RepairedArtifacts {
  const {modelTopology, weightSpecs, weightData, generatedBy, format, ...others} = loaded;
  const weightsManifest = weightSpecs && [{paths: [], weights: weightSpecs}];
  const repaired = repairKerasModel({modelTopology, weightsManifest, generatedBy, format});
  const specs = repaired.weightsManifest?.flatMap(({weights}) => weights);
  const names = specs && new Set(specs.map(({name}) => name));
  return {
    artifacts: {
      ...others,
      format,
      generatedBy,
      modelTopology: repaired.modelTopology,
      weightData,
      weightSpecs: specs,
    },
    check: isOfTensorFlow(modelTopology as JsonObject)
      ? () => {}
      : model => checkBuilt(model, names),
  };
}
