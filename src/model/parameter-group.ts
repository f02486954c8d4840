import * as tf from '@tensorflow/tfjs';
import type {Variable, serialization} from '@tensorflow/tfjs';
import {checkKnown, checkObject, describe} from '../errors.js';
import {isActivationWeight} from '../layers/activation-weights.js';
import {registeredClasses, serialize} from '../tfjs-classes.js';

const OWNER = 'activationParameterGroup';

type Gradients = Parameters<tf.Optimizer['applyGradients']>[0];
type NamedTensors = Parameters<tf.Optimizer['setWeights']>[0];

/** How the weights of activations are trained. */
export interface ParameterGroupOptions {
  /** Their learning rate, as a factor of the optimizer's; 0 holds them as they are. Default: 1. */
  readonly learningRate?: number;
  /** Their weight decay, decoupled from the gradient as in AdamW. Default: 0. */
  readonly decay?: number;
}

/**
 * An optimizer that trains the weights of activations at a rate and with a decay of their own, and
 * all other weights as `optimizer` does:
 *
 *     w ← w + learningRate · step(w) − decay · η · w
 *
 * with the step that `optimizer` takes (momentum and all), and its own learning rate η. Constraints
 * hold afterwards. Weights of activations are those of every layer of this package, in nested and in
 * loaded models, too; those of stock `tf.layers.prelu` are not.
 *
 * ```ts
 * const optimizer = activationParameterGroup(tf.train.adam(1e-3), {learningRate: 0.1, decay: 0.01});
 * model.compile({optimizer, loss: 'meanSquaredError'});
 * ```
 *
 * It is saved with a model (`includeOptimizer: true`) and loaded with it, as `optimizer` would be. It takes `optimizer` over:
 * disposing one disposes the other. Decay: Loshchilov & Hutter, 2019, https://arxiv.org/abs/1711.05101
 * @throws if `optimizer` is no optimizer of tfjs, or is such a group; if an option is unknown, or not a
 * finite number of at least 0; if there is a decay and the optimizer tells no learning rate.
 */
export function activationParameterGroup(
  optimizer: tf.Optimizer,
  options: ParameterGroupOptions = {},
): ActivationParameterGroup {
  return new ActivationParameterGroup(optimizer, options);
}

/** What `activationParameterGroup` returns. */
export class ActivationParameterGroup extends tf.Optimizer {
  /** @nocollapse */
  static readonly className = 'ActivationParameterGroup';

  private readonly factor: number;
  private readonly decay: number;

  constructor(
    private readonly optimizer: tf.Optimizer,
    options: ParameterGroupOptions,
  ) {
    super();
    checkOptimizer(optimizer);
    checkObject(OWNER, 'the options', options);
    checkKnown(OWNER, 'option', Object.keys(options), ['learningRate', 'decay']);
    this.factor = checkSize('learningRate', options.learningRate ?? 1);
    this.decay = checkSize('decay', options.decay ?? 0);
    if (this.decay !== 0 && typeof this.learningRate !== 'number') {
      throw new Error(
        `${OWNER}: decay ${this.decay} goes by the optimizer's learning rate, and ` +
          `${optimizer.getClassName()} has none in its getConfig()`,
      );
    }
  }

  /** That of the optimizer. */
  get learningRate(): number {
    return this.optimizer.getConfig().learningRate as number;
  }

  set learningRate(learningRate: number) {
    this.setLearningRate(learningRate);
  }

  setLearningRate(learningRate: number): void {
    const optimizer = this.optimizer as tf.SGDOptimizer;
    if (typeof optimizer.setLearningRate === 'function') optimizer.setLearningRate(learningRate);
    else Object.assign(optimizer, {learningRate});
  }

  override get iterations(): number {
    return this.optimizer.iterations;
  }

  override applyGradients(gradients: Gradients): void {
    const learned = withGradient(gradients).filter(isActivationWeight);
    tf.tidy(() => {
      const before = learned.map(variable => variable.clone());
      withoutConstraints(learned, () => this.optimizer.applyGradients(gradients));
      learned.forEach((variable, index) => variable.assign(this.stepped(variable, before[index])));
    });
  }

  /** What a weight becomes, after the optimizer's own step. */
  private stepped(variable: Variable, before: tf.Tensor): tf.Tensor {
    const {factor, decay} = this;
    const step = tf.sub(variable, before);
    const scaled = factor === 1 ? tf.clone(variable) : tf.add(before, tf.mul(step, factor));
    return decay === 0 ? scaled : tf.sub(scaled, tf.mul(before, decay * this.learningRate));
  }

  override dispose(): void {
    this.optimizer.dispose();
  }

  override getWeights(): Promise<NamedTensors> {
    return this.optimizer.getWeights();
  }

  override setWeights(weights: NamedTensors): Promise<void> {
    return this.optimizer.setWeights(weights);
  }

  override getConfig(): serialization.ConfigDict {
    // Whoever reads `learningRate` in the configuration of an optimizer expects its rate.
    const {factor, decay} = this;
    return {optimizer: serialize(this.optimizer), learningRateFactor: factor, decay};
  }

  /** @nocollapse */
  static override fromConfig<T extends serialization.Serializable>(
    cls: serialization.SerializableConstructor<T>,
    {optimizer, learningRateFactor, decay}: serialization.ConfigDict,
  ): T {
    const {className, config} = optimizer as {className: string; config: serialization.ConfigDict};
    const registered = registeredClasses()[className] as
      [cls: unknown, fromConfig: (cls: unknown, config: unknown) => tf.Optimizer] | undefined;
    if (!registered) {
      throw new Error(
        `${OWNER}: the optimizer ${describe(className)} is not known; register its class with ` +
          'tf.serialization.registerClass',
      );
    }
    const [optimizerClass, fromConfig] = registered;
    return new cls(fromConfig(optimizerClass, config), {learningRate: learningRateFactor, decay});
  }
}

function checkOptimizer(optimizer: unknown): void {
  const isOptimizer =
    typeof optimizer === 'object' && optimizer !== null && optimizer instanceof tf.Optimizer;
  if (isOptimizer && !(optimizer.constructor === ActivationParameterGroup)) return;
  throw new Error(
    `${OWNER}: the optimizer must be one of tfjs, such as tf.train.adam(0.001), got ` +
      describe(optimizer),
  );
}

function checkSize(option: string, value: unknown): number {
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value;
  throw new Error(
    `${OWNER}: ${option} must be a finite number of at least 0, got ${describe(value)}`,
  );
}

/** The variables that a step changes. */
function withGradient(gradients: Gradients): Variable[] {
  const named = Array.isArray(gradients)
    ? gradients
    : Object.entries(gradients).map(([name, tensor]) => ({name, tensor}));
  const {registeredVariables} = tf.engine();
  return named
    .filter(({tensor}) => (tensor as unknown) != null)
    .map(({name}) => registeredVariables[name]);
}

/** Takes a step that no constraint cuts short, so that its size is right. */
function withoutConstraints(variables: readonly Variable[], step: () => void): void {
  const constrained = variables.map(variable =>
    Object.getOwnPropertyDescriptor(variable, 'assign'),
  );
  for (const variable of variables) delete (variable as Partial<Variable>).assign;
  try {
    step();
  } finally {
    variables.forEach((variable, index) => {
      if (constrained[index]) Object.defineProperty(variable, 'assign', constrained[index]);
    });
  }
}
