import type * as tf from '@tensorflow/tfjs';
import type {Tensor} from '@tensorflow/tfjs';

/** Looks at the steps of an optimizer. Its methods must not throw. */
export interface StepObserver {
  /** Called before a step; what it returns is called after it. */
  observe(gradientOf: (variable: string) => Tensor | undefined): () => void;
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
  const hook = hooks.get(optimizer) ?? new Hook(optimizer);
  hooks.set(optimizer, hook);
  hook.observers.add(observer);
  return () => {
    hook.observers.delete(observer);
    if (hook.observers.size > 0 || hooks.get(optimizer) !== hook) return;
    hooks.delete(optimizer);
    hook.remove();
  };
}

/** An optimizer's own `applyGradients`, on its instance, that tells observers. */
class Hook {
  readonly observers = new Set<StepObserver>();
  private readonly earlier: PropertyDescriptor | undefined;
  private readonly hooked: Apply;

  constructor(private readonly optimizer: tf.Optimizer) {
    this.earlier = Object.getOwnPropertyDescriptor(optimizer, 'applyGradients');
    const original = optimizer.applyGradients.bind(optimizer) as Apply;
    this.hooked = gradients => {
      const gradientOf = (name: string): Tensor | undefined => find(gradients, name);
      const afterwards = [...this.observers].map(observer => observer.observe(gradientOf));
      original(gradients);
      for (const each of afterwards) each();
    };
    optimizer.applyGradients = this.hooked;
  }

  /** Restores the optimizer, unless another has hooked into it since: then the hook stays, idle. */
  remove(): void {
    const {optimizer, earlier} = this;
    if (optimizer.applyGradients !== this.hooked) return;
    if (earlier) Object.defineProperty(optimizer, 'applyGradients', earlier);
    else delete (optimizer as Partial<Pick<tf.Optimizer, 'applyGradients'>>).applyGradients;
  }
}

function find(gradients: Gradients, name: string): Tensor | undefined {
  if (!Array.isArray(gradients)) return gradients[name];
  return gradients.find(gradient => gradient.name === name)?.tensor;
}
