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

/** What tfjs computes where it fuses an activation into a layer, by the activation's name. */
const FUSED: Readonly<Record<string, (z: Tensor) => Tensor>> = {
  relu: tf.relu,
  elu: tf.elu,
  linear: z => z,
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
    if (watched.isInner) {
      return withTap(
        watched,
        (z, y) => observe(watched, call, z, y, mask),
        () => original(inputs, kwargs),
      );
    }
    const output = original(inputs, kwargs);
    observe(watched, call, first(inputs), first(output), mask);
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

/**
 * Runs `call` while the activation of a layer is replaced by one that tells its input and output.
 * tfjs does not fuse an activation whose name it does not know, so the input exists.
 */
function withTap<T>({layer}: WatchedLayer, tell: (z: Tensor, y: Tensor) => void, call: () => T): T {
  const owner = layer as unknown as {activation: StringActivation};
  const {activation} = owner;
  const fused = FUSING_LAYERS.includes(layer.getClassName()) && FUSED[activation.getClassName()];
  const tap = {
    getClassName: () => 'watched',
    apply: (z: Tensor) => {
      const y = fused ? fused(z) : activation.apply(z);
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
