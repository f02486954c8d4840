import * as tf from '@tensorflow/tfjs';
import type {Tensor} from '@tensorflow/tfjs';
import type {StringActivation} from '../tfjs-classes.js';
import type {Layer, WatchedLayer} from './sites.js';

/** What a watched layer did: from input `z` of the activation to its output `y`. */
export type Observe = (
  watched: WatchedLayer,
  call: number,
  z: Tensor,
  y: Tensor,
  mask: Tensor | null,
) => void;

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

/**
 * Hooks into the calls of layers, each on its instance. `isWatching` tells, at the first call of a
 * layer in a pass, whether to look. Returns a function that restores every layer.
 */
export function hookLayers(
  layers: readonly WatchedLayer[],
  isWatching: (watched: WatchedLayer, call: number) => boolean,
  observe: Observe,
): () => void {
  const restores = layers.map(watched => hookLayer(watched, isWatching, observe));
  return () => restores.forEach(restore => restore());
}

function hookLayer(
  watched: WatchedLayer,
  isWatching: (watched: WatchedLayer, call: number) => boolean,
  observe: Observe,
): () => void {
  const {layer} = watched;
  const earlier = Object.getOwnPropertyDescriptor(layer, 'call');
  const original = layer.call.bind(layer) as Call;
  let isActive = true;
  let calls = 0;
  const hooked: Call = (inputs, kwargs) => {
    if (!isActive || !isTraining(kwargs)) return original(inputs, kwargs);
    const call = calls++ % watched.calls;
    if (!isWatching(watched, call)) return original(inputs, kwargs);
    const mask = maskOf(kwargs);
    const inputOf = inputOfFused(layer);
    if (watched.isInner && !inputOf) {
      const tell = (z: Tensor, y: Tensor): void => observe(watched, call, z, y, mask);
      return withTap(layer, tell, () => original(inputs, kwargs));
    }
    const output = original(inputs, kwargs);
    const y = first(output);
    const z = inputOf ? inputOf(y) : first(inputs);
    observe(watched, call, z, y, mask);
    return output;
  };
  layer.call = hooked;
  return () => {
    isActive = false;
    if (layer.call !== hooked) return;
    if (earlier) Object.defineProperty(layer, 'call', earlier);
    else delete (layer as Partial<Pick<Layer, 'call'>>).call;
  };
}

function first(tensors: Tensor | Tensor[]): Tensor {
  return Array.isArray(tensors) ? tensors[0] : tensors;
}

/** fit says so; in loops of one's own and in nested models, a gradient is being recorded. */
function isTraining(kwargs: Parameters<Call>[1]): boolean {
  return (kwargs?.training as boolean | undefined) ?? tf.engine().state.gradientDepth > 0;
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
function withTap<T>(layer: Layer, tell: (z: Tensor, y: Tensor) => void, call: () => T): T {
  const owner = activationOf(layer);
  const {activation} = owner;
  const tap = {
    getClassName: () => activation.getClassName(),
    apply: (z: Tensor) => {
      const y = activation.apply(z);
      tell(z, y);
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
