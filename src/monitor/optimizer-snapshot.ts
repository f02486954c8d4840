import type * as tf from '@tensorflow/tfjs';
import type {OptimizerSnapshot} from './types.js';

/** What an optimizer tells of itself; null where it does not tell its class and learning rate. */
export function optimizerSnapshot(
  optimizer: tf.Optimizer | undefined,
  model: tf.LayersModel,
): OptimizerSnapshot | null {
  const {className, config, activationWeights} = describe(optimizer);
  const {learningRate, ...others} = config;
  if (typeof className !== 'string' || typeof learningRate !== 'number') return null;
  const settings = Object.fromEntries(
    Object.entries(others).filter(
      (entry): entry is [string, number | boolean] =>
        typeof entry[1] === 'number' || typeof entry[1] === 'boolean',
    ),
  );
  const isOfModel = optimizer === model.optimizer;
  return {
    className,
    learningRate,
    settings,
    isOfModel,
    ...(activationWeights && {activationWeights}),
  };
}

interface Description {
  readonly className?: unknown;
  readonly config: Readonly<Record<string, unknown>>;
  readonly activationWeights?: OptimizerSnapshot['activationWeights'];
}

/** What a parameter group tells of itself. */
interface GroupConfig {
  readonly optimizer: Description;
  readonly learningRateFactor: number;
  readonly decay: number;
}

/** An optimizer of one's own may lack these methods, or throw in them. */
function describe(optimizer: tf.Optimizer | undefined): Description {
  try {
    const className = optimizer?.getClassName();
    const config = {...optimizer?.getConfig()};
    if (className !== 'ActivationParameterGroup') return {className, config};
    const {optimizer: inner, learningRateFactor, decay} = config as unknown as GroupConfig;
    return {...inner, activationWeights: {learningRate: learningRateFactor, decay}};
  } catch {
    return {config: {}};
  }
}
