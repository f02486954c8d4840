import type * as tf from '@tensorflow/tfjs';
import type {OptimizerSnapshot} from './types.js';

/** What an optimizer tells of itself; null where it does not tell its class and learning rate. */
export function optimizerSnapshot(
  optimizer: tf.Optimizer | undefined,
  model: tf.LayersModel,
): OptimizerSnapshot | null {
  const whole = describe(optimizer);
  // A parameter group's configuration has that of the optimizer within it.
  const {optimizer: within, learningRateFactor: factor, decay} = whole.config;
  const isGroup = typeof factor === 'number';
  const {className, config} = isGroup ? (within as Description) : whole;
  const {learningRate, ...others} = config;
  if (typeof className !== 'string' || typeof learningRate !== 'number') return null;
  const settings = Object.fromEntries(
    Object.entries(others).filter(
      (entry): entry is [string, number | boolean] =>
        typeof entry[1] === 'number' || typeof entry[1] === 'boolean',
    ),
  );
  const isOfModel = optimizer === model.optimizer;
  if (!isGroup) return {className, learningRate, settings, isOfModel};
  const activationWeights = {learningRate: factor, decay: decay as number};
  return {className, learningRate, settings, activationWeights, isOfModel};
}

interface Description {
  readonly className?: unknown;
  readonly config: Readonly<Record<string, unknown>>;
}

/** An optimizer of one's own may lack these methods, or throw in them. */
function describe(optimizer: tf.Optimizer | undefined): Description {
  try {
    return {className: optimizer?.getClassName(), config: {...optimizer?.getConfig()}};
  } catch {
    return {config: {}};
  }
}
