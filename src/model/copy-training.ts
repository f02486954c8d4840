import * as tf from '@tensorflow/tfjs';
import type {Variable, serialization} from '@tensorflow/tfjs';
import type {WeightVariable} from './graph.js';

/** What a model was compiled with. */
interface Training {
  readonly optimizer?: tf.Optimizer;
  readonly loss: unknown;
  readonly metrics: unknown;
  readonly outputNames: readonly string[];
  readonly collectedTrainableWeights?: readonly WeightVariable[];
  readonly model?: Training;
  isOptimizerOwned: boolean;
}

type OptimizerClass = serialization.SerializableConstructor<tf.Optimizer> & {
  fromConfig(cls: OptimizerClass, config: serialization.ConfigDict): tf.Optimizer;
};

/** What an optimizer keeps for one weight. */
interface Accumulator {
  readonly variable: Variable;
}

/**
 * Compiles a copy of a model as the model is: with an optimizer of the same class, configuration and
 * state, which the copy disposes with itself. `copies` tells for each weight its copy; what the
 * optimizer keeps for other weights is as in the beginning.
 */
export function copyTraining(
  model: tf.LayersModel,
  copy: tf.LayersModel,
  copies: ReadonlyMap<WeightVariable, WeightVariable>,
): void {
  const metadata: unknown = model.getUserDefinedMetadata();
  if (metadata) copy.setUserDefinedMetadata(metadata as object);
  const from = model as unknown as Training;
  if (!from.optimizer) return;
  const to = copy as unknown as Training;
  const renamed = renaming(from.outputNames, to.outputNames);
  const optimizer = copyOptimizer(from.optimizer);
  copy.compile({
    optimizer,
    loss: renamed(from.loss) as never,
    metrics: renamed(from.metrics) as never,
  });
  for (const each of [to, to.model]) if (each) each.isOptimizerOwned = true;
  const originals = new Map([...copies].map(([original, its]) => [its, original]));
  const old = weightsInOrder(from);
  const positions = weightsInOrder(to).map(weight => old.indexOf(originals.get(weight)!));
  if (from.optimizer.iterations === 0) return;
  copyState(from.optimizer, optimizer, positions, weightsInOrder(to));
}

function weightsInOrder(training: Training): readonly WeightVariable[] {
  return (training.model ?? training).collectedTrainableWeights ?? [];
}

function copyOptimizer(optimizer: tf.Optimizer): tf.Optimizer {
  const optimizerClass = optimizer.constructor as unknown as OptimizerClass;
  return optimizerClass.fromConfig(optimizerClass, optimizer.getConfig());
}

/** Losses and metrics may be told by the names of outputs. */
function renaming(
  before: readonly string[],
  after: readonly string[],
): (given: unknown) => unknown {
  return given => {
    const isByName = typeof given === 'object' && given !== null && !Array.isArray(given);
    if (!isByName) return given;
    const entries = Object.entries(given).map(([name, value]) => [
      after[before.indexOf(name)] ?? name,
      value as unknown,
    ]);
    return Object.fromEntries(entries) as unknown;
  };
}

/** `positions` tells for each weight of the copy which one of the model it is; −1: none. */
function copyState(
  from: tf.Optimizer,
  to: tf.Optimizer,
  positions: readonly number[],
  weights: readonly WeightVariable[],
): void {
  // Without gradients a step changes no weight, but makes whatever the optimizer keeps for each.
  to.applyGradients(weights.map(({val}) => ({name: val.name, tensor: null!})));
  copyFields(from, to, positions);
}

function copyFields(from: tf.Optimizer, to: tf.Optimizer, positions: readonly number[]): void {
  const target = to as unknown as Record<string, unknown>;
  for (const [field, value] of Object.entries(from)) {
    const own = target[field];
    if (typeof value === 'number') target[field] = value;
    else if (value instanceof tf.Variable) (own as Variable).assign(value);
    else if (isOptimizer(value)) copyFields(value, own as tf.Optimizer, positions);
    else if (Array.isArray(value)) copyAccumulators(value, own as Accumulator[], positions);
  }
}

function isOptimizer(value: unknown): value is tf.Optimizer {
  return typeof value === 'object' && value !== null && value instanceof tf.Optimizer;
}

function copyAccumulators(
  from: readonly (Accumulator | undefined)[],
  to: readonly (Accumulator | undefined)[],
  positions: readonly number[],
): void {
  positions.forEach((position, index) => {
    const [source, target] = [from[position]?.variable, to[index]?.variable];
    if (source && target) target.assign(source);
  });
}
