import * as tf from '@tensorflow/tfjs';
import type {Tensor} from '@tensorflow/tfjs';
import type {StringActivation} from '../tfjs-classes.js';
import type {WatchedLayer} from './find-layers.js';
import type {Layer} from './flow.js';
import {GradientScope, isRecording, outermostScope, savedInputOf, untaped} from './passes.js';
import {RecordedCall} from './recorded-call.js';
import {ReplacedMember, joinHook} from './shared-hook.js';
import type {SharedHook} from './shared-hook.js';

/** What a forward pass is for. */
export type Phase = 'training' | 'inference';

/** Looks at the calls of one activation. Its methods must not throw. */
export interface LayerObserver {
  /** How often one forward pass calls the layer. */
  readonly calls: number;
  /** Whether to look at this call, counted from 0 in each pass. */
  isWatching(call: number, phase: Phase): boolean;
  /** Does what recording takes. */
  time(work: () => void): void;
  /** Takes over what was recorded: it has to let it go. */
  observe(call: number, recorded: RecordedCall, phase: Phase): void;
}

type Call = Layer['call'];
type Output = ReturnType<Call>;

/** A layer whose `call` can be replaced on the instance. */
type Callable = Layer & {call: Call};

/** Layers whose activation tfjs may fuse with what they do, and then does not apply. */
const FUSING_LAYERS = ['Dense', 'Conv2D'];

/**
 * The activations that tfjs fuses, and what went into them. A gradient has relu apart, and what went
 * in is kept for it; of elu and linear it follows from what came out. (To prevent fusing would change
 * the rounding, and so the training.)
 */
const INPUT_OF_FUSED: Readonly<Record<string, (y: Tensor) => Tensor | null>> = {
  relu: y => savedInputOf(y, 'Relu'),
  elu: y => untaped(() => tf.where(tf.greater(y, 0), y, tf.log1p(y))),
  linear: y => y,
};

interface Observation {
  readonly watched: WatchedLayer;
  readonly observer: LayerObserver;
}

/** The hooks that are in place, one for each layer. */
const hooks = new WeakMap<Layer, Hook>();

/**
 * Shows an observer the calls of a watched activation. Returns a function that ends that; when the
 * last observer of a layer leaves, in whatever order, the layer is as it was.
 */
export function observeLayer(watched: WatchedLayer, observer: LayerObserver): () => void {
  const {layer} = watched;
  return joinHook(hooks, layer, () => new Hook(layer), {watched, observer});
}

/** A layer's own `call`, on its instance, that tells observers. */
class Hook implements SharedHook<Observation> {
  readonly observers = new Set<Observation>();
  private readonly original: Call;
  private readonly hooked: ReplacedMember<Callable, 'call'>;
  private readonly scope = new GradientScope();
  /** The scope of the latest inference. */
  private outermost: number | undefined;
  private calls = 0;

  constructor(layer: Callable) {
    this.original = layer.call.bind(layer) as Call;
    const hooked: Call = (inputs, kwargs) => this.call(inputs, kwargs);
    this.hooked = new ReplacedMember(layer, 'call', hooked);
  }

  /** Restores the layer, unless another has hooked into it since: then the hook remains, idle. */
  remove(): void {
    this.hooked.restoreUnlessReplaced();
  }

  private call(inputs: Parameters<Call>[0], kwargs: Parameters<Call>[1]): Output {
    const phase = phaseOf(kwargs);
    const call = this.nextCall(phase);
    const interested = this.interestedIn(call, phase);
    if (!interested) return this.original(inputs, kwargs);

    const original = (): Output => this.original(inputs, kwargs);
    const recorded = interested.map(
      ({watched, observer}) => new RecordedCall(watched.steps, work => observer.time(work)),
    );
    const run = interested.reduce(
      (inner, {watched}, index) =>
        () =>
          record(watched, recorded[index], inputs, inner),
      original,
    );
    try {
      const output = run();
      interested.forEach(({observer}, index) => {
        recorded[index].end(maskOf(kwargs));
        observer.observe(call % observer.calls, recorded[index], phase);
      });
      return output;
    } catch (error) {
      for (const each of recorded) each.dispose();
      throw error;
    }
  }

  /** Which call of the pass this is. Of inference, the passes within one scope follow one another. */
  private nextCall(phase: Phase): number {
    if (phase === 'training') {
      if (this.scope.hasChanged()) this.calls = 0;
    } else {
      const outermost = outermostScope();
      if (outermost !== this.outermost) this.calls = 0;
      this.outermost = outermost;
    }
    return this.calls++;
  }

  /** Those who look at a call; most calls are looked at by nobody, and should cost nothing. */
  private interestedIn(index: number, phase: Phase): Observation[] | undefined {
    let interested: Observation[] | undefined;
    for (const observation of this.observers) {
      const {observer} = observation;
      if (!observer.isWatching(index % observer.calls, phase)) continue;
      if (interested) interested.push(observation);
      else interested = [observation];
    }
    return interested;
  }
}

/** Runs a call of the watched layer, recording its activation. */
function record(
  {layer, applied}: WatchedLayer,
  recorded: RecordedCall,
  inputs: Parameters<Call>[0],
  run: () => Output,
): Output {
  switch (applied.by) {
    case 'call':
      return recordWhole(recorded, inputs, run);
    case 'activation':
      return recordActivation(layer, recorded, run);
    case 'inner layer': {
      const {inner, isWhole} = applied;
      return withReplaced(inner, 'call', run, original => (inputs, kwargs) => {
        const call = (): Output => original.call(inner, inputs, kwargs);
        return isWhole
          ? recordWhole(recorded, inputs, call)
          : recordActivation(inner, recorded, call);
      });
    }
    case 'gate': {
      const {cell, field, uses, use} = applied;
      let applications = 0;
      return withTap(cell, field, run, (z, y) => {
        if (applications++ % uses === use) recorded.add(y, z);
      });
    }
  }
}

function recordWhole(recorded: RecordedCall, inputs: Tensor | Tensor[], run: () => Output): Output {
  const output = run();
  recorded.add(first(output), first(inputs));
  return output;
}

/** Records the `activation` of a layer, whether tfjs applies it or fuses it. */
function recordActivation(layer: Layer, recorded: RecordedCall, run: () => Output): Output {
  const className = (layer as unknown as {activation: StringActivation}).activation.getClassName();
  const inputOf = FUSING_LAYERS.includes(layer.getClassName())
    ? INPUT_OF_FUSED[className]
    : undefined;
  if (!inputOf) return withTap(layer, 'activation', run, (z, y) => recorded.add(y, z));
  const output = run();
  const y = first(output);
  tf.tidy(() => recorded.add(y, inputOf(y)));
  return output;
}

/** Runs `call` while an activation that `owner` has is replaced by one that tells its input and output. */
function withTap<T>(
  owner: object,
  field: string,
  call: () => T,
  tell: (z: Tensor, y: Tensor) => void,
): T {
  return withReplaced(owner as Record<string, StringActivation>, field, call, activation => {
    const tap = {
      getClassName: () => activation.getClassName(),
      apply: (z: Tensor) => {
        const y = activation.apply(z);
        tell(z, y);
        return y;
      },
    };
    return tap as unknown as StringActivation;
  });
}

/** Runs `call` while a member of `owner` is replaced. */
function withReplaced<O extends object, K extends keyof O, T>(
  owner: O,
  member: K,
  call: () => T,
  replacement: (original: O[K]) => O[K],
): T {
  const replaced = new ReplacedMember(owner, member, replacement(owner[member]));
  try {
    return call();
  } finally {
    replaced.restore();
  }
}

function first(tensors: Tensor | Tensor[]): Tensor {
  return Array.isArray(tensors) ? tensors[0] : tensors;
}

/**
 * `fit` and `apply(x, {training: true})` say so, to nested models too. Where nothing is said, a
 * gradient is being recorded: losses of one's own call `predict` or `apply(x)` as well.
 */
function phaseOf(kwargs: Parameters<Call>[1]): Phase {
  const isTraining = (kwargs?.training as boolean | undefined) ?? isRecording();
  return isTraining ? 'training' : 'inference';
}

function maskOf(kwargs: Parameters<Call>[1]): Tensor | null {
  const mask = kwargs?.mask as Tensor | Tensor[] | null | undefined;
  return mask ? first(mask) : null;
}
