import * as tf from '@tensorflow/tfjs';
import type {Variable, serialization} from '@tensorflow/tfjs';
import {messageOf} from '../errors.js';
import {compiledWeights} from './graph.js';
import type {WeightVariable} from './graph.js';

/** What a model was compiled with. */
interface Training {
  readonly optimizer?: tf.Optimizer;
  readonly loss: unknown;
  readonly metrics: unknown;
  readonly outputNames: readonly string[];
  readonly model?: Training;
  isOptimizerOwned: boolean;
}

type OptimizerClass = serialization.SerializableConstructor<tf.Optimizer> & {
  fromConfig(cls: OptimizerClass, config: serialization.ConfigDict): tf.Optimizer;
};

/** What an optimizer keeps for one weight. */
interface Accumulator {
  readonly variable?: Variable;
}

/**
 * Compiles a copy of a model as the model is: with an optimizer of the same class, configuration and
 * state, which the copy disposes with itself. `copies` tells for each weight its copy; what the
 * optimizer keeps for other weights is as in the beginning. So is all of it where it is not about the
 * weights of this model, one after another: as in a loop of one's own over others, too.
 * @throws if the optimizer cannot be made of its configuration.
 */
export function copyTraining(
  owner: string,
  model: tf.LayersModel,
  copy: tf.LayersModel,
  copies: ReadonlyMap<WeightVariable, WeightVariable>,
): void {
  const metadata: unknown = model.getUserDefinedMetadata();
  if (metadata) copy.setUserDefinedMetadata(JSON.parse(JSON.stringify(metadata)) as object);
  const from = model as unknown as Training;
  if (!from.optimizer) return;
  const to = copy as unknown as Training;
  const renamed = renaming(from.outputNames, to.outputNames);
  const optimizer = copyOptimizer(owner, from.optimizer);
  copy.compile({
    optimizer,
    loss: renamed(from.loss) as never,
    metrics: renamed(from.metrics) as never,
  });
  for (const each of [to, to.model]) if (each) each.isOptimizerOwned = true;
  const originals = new Map([...copies].map(([original, its]) => [its, original]));
  const old = compiledWeights(model);
  const weights = compiledWeights(copy);
  const positions = weights.map(weight => old.indexOf(originals.get(weight)!));
  if (from.optimizer.iterations === 0 || !isAbout(old, from.optimizer)) return;
  copyState(from.optimizer, optimizer, positions, weights);
}

function copyOptimizer(owner: string, optimizer: tf.Optimizer): tf.Optimizer {
  const optimizerClass = optimizer.constructor as unknown as OptimizerClass;
  try {
    return optimizerClass.fromConfig(optimizerClass, optimizer.getConfig());
  } catch (error) {
    const className = optimizer.getClassName();
    throw new Error(
      `${owner}: the optimizer ${className} cannot be copied: ${messageOf(error)}; getConfig() and ` +
        `fromConfig() of ${className} must go together`,
      {cause: error},
    );
  }
}

/** Whether all that an optimizer keeps is of the shapes of these weights. */
function isAbout(weights: readonly WeightVariable[], optimizer: tf.Optimizer): boolean {
  return Object.values(optimizer).every((value: unknown) => {
    if (isOptimizer(value)) return isAbout(weights, value);
    if (!Array.isArray(value)) return true;
    return (value as readonly (Accumulator | undefined)[]).every((each, index) => {
      const shape = each?.variable?.shape;
      return !shape || tf.util.arraysEqual(shape, weights[index]?.shape ?? [NaN]);
    });
  });
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
  // A step makes whatever the optimizer keeps for each weight; one of one's own may decay weights, too.
  tf.tidy(() => {
    const before = weights.map(({val}) => val.clone());
    to.applyGradients(weights.map(({val}) => ({name: val.name, tensor: tf.zerosLike(val)})));
    weights.forEach(({val}, index) => val.assign(before[index]));
  });
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
