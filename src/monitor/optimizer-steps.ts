import type * as tf from '@tensorflow/tfjs';
import type {Tensor} from '@tensorflow/tfjs';
import {ReplacedMember, joinHook} from './shared-hook.js';
import type {SharedHook} from './shared-hook.js';

/** Looks at the steps of an optimizer. Its methods must not throw. */
export interface StepObserver {
  /** Called before a step; what it returns is called after it. */
  observe(gradientOf: (variable: string) => Tensor | undefined): (() => void) | undefined;
}

type Apply = tf.Optimizer['applyGradients'];
type Gradients = Parameters<Apply>[0];

/** The hooks that are in place, one for each optimizer. */
const hooks = new WeakMap<tf.Optimizer, Hook>();

/**
 * Shows an observer each step of an optimizer. Returns a function that ends that; when the last
 * observer leaves, the optimizer is as it was.
 */
export function observeSteps(optimizer: tf.Optimizer, observer: StepObserver): () => void {
  return joinHook(hooks, optimizer, () => new Hook(optimizer), observer);
}

/** An optimizer's own `applyGradients`, on its instance, that tells observers. */
class Hook implements SharedHook<StepObserver> {
  readonly observers = new Set<StepObserver>();
  private readonly hooked: ReplacedMember<tf.Optimizer, 'applyGradients'>;

  constructor(optimizer: tf.Optimizer) {
    const original = optimizer.applyGradients.bind(optimizer) as Apply;
    const hooked: Apply = gradients => {
      const gradientOf = (name: string): Tensor | undefined => find(gradients, name);
      const afterwards = [...this.observers].map(observer => observer.observe(gradientOf));
      original(gradients);
      for (const each of afterwards) each?.();
    };
    this.hooked = new ReplacedMember(optimizer, 'applyGradients', hooked);
  }

  /** Restores the optimizer, unless another has hooked into it since: then the hook stays, idle. */
  remove(): void {
    this.hooked.restoreUnlessReplaced();
  }
}

function find(gradients: Gradients, name: string): Tensor | undefined {
  if (!Array.isArray(gradients)) return gradients[name];
  return gradients.find(gradient => gradient.name === name)?.tensor;
}
