import * as tf from '@tensorflow/tfjs';
import {disposingAfter, disposingOnError} from './disposing.js';

type Topology = {className: string; config: tf.serialization.ConfigDict};
type NamedTensors = Parameters<tf.Optimizer['setWeights']>[0];

/** The weights that were read are not those of the model that the topology describes. */
export class MismatchedWeights extends Error {}

/**
 * Does what `tf.loadLayersModel` does, and leaves no tensor behind where it throws. (tfjs keeps the
 * weights of a model that it could not finish, and nobody holds that model to dispose it.)
 *
 * @throws MismatchedWeights where the weights do not fit the model; else what `check` throws, or tfjs.
 */
export async function buildModel(
  artifacts: tf.io.ModelArtifacts,
  check: (model: tf.LayersModel) => void = () => {},
): Promise<tf.LayersModel> {
  let optimizerWeights: NamedTensors = [];
  const model = await deserialize(artifacts.modelTopology as object, build =>
    disposingOnError(() => {
      const built = build();
      check(built);
      if (artifacts.trainingConfig) built.loadTrainingConfig(artifacts.trainingConfig as never);
      if (artifacts.userDefinedMetadata)
        built.setUserDefinedMetadata(artifacts.userDefinedMetadata);
      optimizerWeights = loadWeights(built, artifacts);
      return built;
    }),
  );
  try {
    if (optimizerWeights.length > 0) await model.optimizer?.setWeights(optimizerWeights);
  } catch (error) {
    model.optimizer.dispose();
    model.dispose();
    throw error;
  } finally {
    tf.dispose(optimizerWeights.map(({tensor}) => tensor));
  }
  return model;
}

/**
 * Builds a model to see whether that works, and leaves nothing of it behind.
 *
 * @throws where a weight has another shape than the model's; what `check` throws, or tfjs.
 */
export async function tryBuild(
  {modelTopology, weightSpecs = []}: tf.io.ModelArtifacts,
  check: (model: tf.LayersModel) => void,
): Promise<void> {
  await deserialize(modelTopology as object, build =>
    disposingAfter(() => {
      const built = build();
      check(built);
      checkShapes(built, weightSpecs);
      return built;
    }),
  );
}

/**
 * Has tfjs read a topology, and `finish` do the building. tfjs exports no way to build without
 * running the costly initializers of weights that are replaced at once, and none to learn of a
 * failure before other code has run. So the topology is wrapped in a class of this call's own, whose
 * `fromConfig` gets what tfjs made of it.
 */
async function deserialize(
  topology: {model_config?: object},
  finish: (build: () => tf.LayersModel) => tf.LayersModel,
): Promise<tf.LayersModel> {
  const {classNameMap} = tf.serialization.SerializationMap.getMap();
  const build = ({className, config}: Topology) => {
    if (!(className in classNameMap)) throw new Error(`Unknown layer: ${className}.`);
    const [modelClass, fromConfig] = classNameMap[className];
    const fromConfigFast = fromConfig as (...values: unknown[]) => tf.LayersModel;
    return fromConfigFast(modelClass, config, {}, true);
  };
  const wrapper = 'tfjsActivationsLoading';
  classNameMap[wrapper] = [
    tf.LayersModel,
    (_, config) => finish(() => build(config.topology as unknown as Topology)),
  ];
  try {
    const wrapped = {topology: topology.model_config ?? topology};
    return tf.models.modelFromJSON({class_name: wrapper, config: wrapped as never});
  } finally {
    delete classNameMap[wrapper];
  }
}

/** Returns the weights of the optimizer, for the caller to set and to dispose. */
function loadWeights(
  model: tf.LayersModel,
  {weightData, weightSpecs = []}: tf.io.ModelArtifacts,
): NamedTensors {
  if (weightData === undefined) return [];
  try {
    checkShapes(model, weightSpecs);
    return tf.tidy(() => {
      const tensors = tf.io.decodeWeights(weightData, weightSpecs);
      const ofOptimizer = weightSpecs.filter(({group}) => group === 'optimizer');
      const optimizerWeights = ofOptimizer.map(({name}) => ({name, tensor: tensors[name]}));
      for (const {name} of ofOptimizer) delete tensors[name];
      model.loadWeights(tensors);
      return optimizerWeights;
    });
  } catch (error) {
    throw new MismatchedWeights((error as Error).message, {cause: error});
  }
}

function checkShapes(model: tf.LayersModel, specs: tf.io.WeightsManifestEntry[]): void {
  const saved = new Map(specs.map(({name, shape}) => [name, shape]));
  for (const {originalName, shape} of model.weights) {
    const savedShape = saved.get(originalName);
    if (savedShape === undefined || tf.util.arraysEqual(savedShape, shape as number[])) continue;
    throw new Error(
      `the weight '${originalName}' was saved with shape [${savedShape}], ` +
        `and the model needs [${shape}]`,
    );
  }
}
