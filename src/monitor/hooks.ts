import * as tf from '@tensorflow/tfjs';
import type {Tensor} from '@tensorflow/tfjs';
import type {StringActivation} from '../tfjs-classes.js';
import type {WatchedLayer} from './find-layers.js';
import type {Layer} from './flow.js';
import {GradientScope, isRecording} from './passes.js';

/** What one call of a layer's activation did. */
export interface Activity {
  /** The output of the activation. */
  readonly y: Tensor;
  /** Computes its input: not every observer needs it. */
  readonly z: () => Tensor;
  /** The mask that tfjs passed; it may have been meant for another layer. */
  readonly mask: Tensor | null;
}

/** Looks at the training calls of one layer. Its methods must not throw. */
export interface LayerObserver {
  /** How often one forward pass calls the layer. */
  readonly calls: number;
  /** Whether to look at this call, counted from 0 in each pass. */
  isWatching(call: number): boolean;
  observe(call: number, activity: Activity): void;
}

type Call = Layer['call'];

/**
 * What went into an activation that tfjs fuses into its layer, from what came out: nearly everywhere
 * the same slope. To prevent fusing would change the rounding, and so the training.
 */
const INPUT_OF_FUSED: Readonly<Record<string, (y: Tensor) => Tensor>> = {
  relu: y => y,
  elu: y => tf.where(tf.greater(y, 0), y, tf.log1p(y)),
  linear: y => y,
};
const FUSING_LAYERS = ['Dense', 'Conv2D'];

/** The hooks that are in place, one for each layer. */
const hooks = new WeakMap<Layer, Hook>();

/**
 * Shows an observer the training calls of a layer. Returns a function that ends that; when the last
 * observer leaves, in whatever order, the layer is as it was.
 */
export function observeLayer({layer, isInner}: WatchedLayer, observer: LayerObserver): () => void {
  const hook = hooks.get(layer) ?? new Hook(layer, isInner);
  hooks.set(layer, hook);
  hook.observers.add(observer);
  return () => {
    hook.observers.delete(observer);
    if (hook.observers.size > 0 || hooks.get(layer) !== hook) return;
    hooks.delete(layer);
    hook.remove();
  };
}

/** A layer's own `call`, on its instance, that tells observers. */
class Hook {
  readonly observers = new Set<LayerObserver>();
  private readonly earlier: PropertyDescriptor | undefined;
  private readonly original: Call;
  private readonly hooked: Call;
  private readonly scope = new GradientScope();
  private calls = 0;

  constructor(
    private readonly layer: Layer,
    private readonly isInner: boolean,
  ) {
    this.earlier = Object.getOwnPropertyDescriptor(layer, 'call');
    this.original = layer.call.bind(layer) as Call;
    this.hooked = (inputs, kwargs) => this.call(inputs, kwargs);
    layer.call = this.hooked;
  }

  /** Restores the layer, unless another has hooked into it since: then the hook remains, idle. */
  remove(): void {
    const {layer, earlier} = this;
    if (layer.call !== this.hooked) return;
    if (earlier) Object.defineProperty(layer, 'call', earlier);
    else delete (layer as Partial<Pick<Layer, 'call'>>).call;
  }

  private call(inputs: Parameters<Call>[0], kwargs: Parameters<Call>[1]): ReturnType<Call> {
    const original = (): ReturnType<Call> => this.original(inputs, kwargs);
    if (!isTraining(kwargs)) return original();
    const interested = this.interestedIn(this.nextCall());
    if (interested.length === 0) return original();

    const mask = maskOf(kwargs);
    const tell = (z: () => Tensor, y: Tensor): void => {
      for (const {observer, call} of interested) observer.observe(call, {z, y, mask});
    };
    const inputOf = inputOfFused(this.layer);
    if (this.isInner && !inputOf) return withTap(this.layer, tell, original);
    const output = original();
    const y = first(output);
    tell(() => (inputOf ? inputOf(y) : first(inputs)), y);
    return output;
  }

  private nextCall(): number {
    if (this.scope.hasChanged()) this.calls = 0;
    return this.calls++;
  }

  private interestedIn(index: number): {observer: LayerObserver; call: number}[] {
    const calls = [...this.observers].map(observer => ({observer, call: index % observer.calls}));
    return calls.filter(({observer, call}) => observer.isWatching(call));
  }
}

function first(tensors: Tensor | Tensor[]): Tensor {
  return Array.isArray(tensors) ? tensors[0] : tensors;
}

/**
 * `fit` and `apply(x, {training: true})` say so, to nested models too. Where nothing is said, a
 * gradient is being recorded: losses of one's own call `predict` or `apply(x)` as well.
 */
function isTraining(kwargs: Parameters<Call>[1]): boolean {
  return (kwargs?.training as boolean | undefined) ?? isRecording();
}

function maskOf(kwargs: Parameters<Call>[1]): Tensor | null {
  const mask = kwargs?.mask as Tensor | Tensor[] | null | undefined;
  return mask ? first(mask) : null;
}

function inputOfFused(layer: Layer): ((y: Tensor) => Tensor) | undefined {
  if (!FUSING_LAYERS.includes(layer.getClassName())) return undefined;
  return INPUT_OF_FUSED[activationOf(layer).activation.getClassName()];
}

function activationOf(layer: Layer): {activation: StringActivation} {
  return layer as unknown as {activation: StringActivation};
}

/** Runs `call` while the activation of a layer is replaced by one that tells its input and output. */
function withTap<T>(layer: Layer, tell: (z: () => Tensor, y: Tensor) => void, call: () => T): T {
  const owner = activationOf(layer);
  const {activation} = owner;
  const tap = {
    getClassName: () => activation.getClassName(),
    apply: (z: Tensor) => {
      const y = activation.apply(z);
      tell(() => z, y);
      return y;
    },
  };
  owner.activation = tap as unknown as StringActivation;
  try {
    return call();
  } finally {
    owner.activation = activation;
  }
}
