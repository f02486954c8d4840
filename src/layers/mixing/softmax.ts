import * as tf from '@tensorflow/tfjs';
import type {Tensor} from '@tensorflow/tfjs';
import {describe} from '../../errors.js';
import {LARGEST_FLOAT32, isRecording} from '../../kernels/index.js';
import type {Shape} from '../checked-layer.js';
import {resolveAxis} from './axes.js';
import {MixingLayer} from './mixing-layer.js';
import type {CallArguments} from './mixing-layer.js';
import {axesOption} from './options.js';

const LARGEST_FLOAT16 = 65504;

/**
 * Softmax: turns the numbers along an axis into probabilities.
 *
 *     exp(x) / Σ exp(x), summed along `axis`
 *
 * Inputs of any rank; outputs have their shape. `axis` is −1 by default, and may be several axes,
 * which are normalized together. (Stock TensorFlow.js has 1 for default, and works on the last axis
 * alone.)
 *
 * `apply(x, {mask})` takes a mask as in Keras: true, or above 0.5, where an input counts. It has the
 * rank of the input and broadcasts to it, or has its leading axes, as the masks of time steps do.
 * What is masked has probability 0; where all is masked, all are 0.
 * @throws if `axis` is out of range, or a mask does not fit. (Within a model, TensorFlow.js may pass
 * on a mask that was meant for an earlier layer: one that does not fit is ignored there.)
 */
export class Softmax extends MixingLayer<SoftmaxOptions> {
  /** @nocollapse */
  static readonly className = 'Softmax';
  static readonly activationName = 'softmax';
  static readonly formulaText = 'exp(x) / sum(exp(x))';
  static readonly paper =
    'Bridle, 1990, Probabilistic interpretation of feedforward classification network outputs';
  static readonly note =
    'For probabilities of classes that exclude each other, and attention. Where several may ' +
    'hold at once, use sigmoid.';
  static readonly gives = 'probabilities';
  static override readonly options = {axis: axesOption};

  protected override shapeAfter(inputShape: Shape): Shape {
    this.axesOf(inputShape.length);
    return inputShape;
  }

  protected transform(x: Tensor, {mask}: CallArguments): Tensor {
    const fitting = this.fittingMask(x, mask as Tensor | Tensor[] | null | undefined);
    return softmax(x, this.axesOf(x.rank), fitting);
  }

  private axesOf(rank: number): number[] {
    const axes = [this.options.axis].flat() as number[];
    return [...new Set(axes.map(axis => resolveAxis(this.label, axis, rank)))];
  }

  /** The mask as a bool tensor that broadcasts to `x`. */
  private fittingMask(x: Tensor, given: Tensor | Tensor[] | null | undefined): Tensor | undefined {
    const [mask] = [given].flat();
    if (mask === null || mask === undefined) return undefined;
    const {shape, rank} = x;
    const isFitting =
      mask instanceof tf.Tensor &&
      mask.rank <= rank &&
      mask.shape.every((size, axis) => size === shape[axis] || (size === 1 && mask.rank === rank));
    if (isFitting) {
      const padded = [...mask.shape, ...Array<number>(rank - mask.rank).fill(1)];
      const aligned = tf.reshape(mask, padded);
      return mask.dtype === 'bool' ? aligned : tf.greater(aligned, 0.5);
    }
    if (this.inboundNodes.length > 0) return undefined;
    const got = mask instanceof tf.Tensor ? `shape [${mask.shape}]` : describe(mask);
    throw new Error(
      `${this.label}: the mask must be a tensor that broadcasts to the input's shape [${shape}], ` +
        `or has its leading axes, got ${got}`,
    );
  }
}

export interface SoftmaxOptions {
  /** What is normalized. Default: −1. */
  axis: number | readonly number[];
}

/**
 * The softmax over the given axes, with right gradients of every order: where one is differentiated in
 * its turn, it is computed anew from `x`, of which a saved output would know nothing.
 */
export function softmax(x: Tensor, axes: readonly number[], mask?: Tensor): Tensor {
  const run = tf.customGrad((input, save) => {
    const given = input as Tensor;
    const value = forward(given, axes, mask);
    (save as tf.GradSaveFunc)(mask ? [given, value, mask] : [given, value]);
    return {
      value,
      gradFunc: (dy: Tensor, [savedX, savedValue, savedMask]: Tensor[]) => {
        const y = isRecording() ? softmax(savedX, axes, savedMask) : savedValue;
        const weighted = tf.mul(dy, y);
        return tf.sub(weighted, tf.mul(y, tf.sum(weighted, [...axes], true)));
      },
    };
  });
  return run(x);
}

function forward(x: Tensor, axes: readonly number[], mask: Tensor | undefined): Tensor {
  if (!mask) return normalized(x, axes);
  // So low that nothing else comes near, but less what is largest it must be finite.
  const lowest = tf.backend().floatPrecision() === 16 ? LARGEST_FLOAT16 : LARGEST_FLOAT32;
  const kept = tf.where(mask, x, -lowest / 2);
  return tf.where(mask, normalized(kept, axes), 0);
}

function normalized(x: Tensor, axes: readonly number[]): Tensor {
  const isLast = axes.length === 1 && axes[0] === x.rank - 1;
  if (isLast) return tf.softmax(x);
  const powers = tf.exp(tf.sub(x, tf.max(x, [...axes], true)));
  return tf.div(powers, tf.sum(powers, [...axes], true));
}
