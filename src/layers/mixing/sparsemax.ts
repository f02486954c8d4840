import * as tf from '@tensorflow/tfjs';
import type {Tensor} from '@tensorflow/tfjs';
import type {Shape} from '../checked-layer.js';
import {resolveAxis} from './axes.js';
import {MixingLayer} from './mixing-layer.js';
import {axisOption} from './options.js';

/**
 * Sparsemax: probabilities of which many are exactly 0, the point of the simplex that is nearest to
 * the inputs.
 *
 *     max(x − τ, 0), with τ such that they sum to 1 along `axis`
 *
 * Inputs of any rank; outputs have their shape. `axis` is −1 by default. Its gradient is that of the
 * published closed form, δ − mean of δ over what is not 0; it is constant where no output is about to
 * become 0, so second derivatives are 0.
 * @throws if `axis` is out of range.
 */
export class Sparsemax extends MixingLayer<{axis: number}> {
  /** @nocollapse */
  static readonly className = 'Sparsemax';
  static readonly activationName = 'sparsemax';
  static readonly formulaText = 'max(x - tau, 0), tau such that they sum to 1';
  static readonly paper = 'Martins & Astudillo, 2016, https://arxiv.org/abs/1602.02068';
  static readonly note =
    "The paper reports results like softmax's in classification with several labels and in " +
    'attention, with most outputs 0. Not before a logarithm; what is 0 gets no gradient.';
  static readonly gives = 'probabilities';
  static override readonly options = {axis: axisOption};

  protected override shapeAfter(inputShape: Shape): Shape {
    resolveAxis(this.label, this.options.axis, inputShape.length);
    return inputShape;
  }

  protected transform(x: Tensor): Tensor {
    return sparsemax(x, resolveAxis(this.label, this.options.axis, x.rank));
  }
}

/** The sparsemax over one axis: the last by default. */
export function sparsemax(x: Tensor, axis = x.rank - 1): Tensor {
  const run = tf.customGrad((input, save) => {
    const value = forward(input as Tensor, axis);
    (save as tf.GradSaveFunc)([tf.step(value)]);
    return {
      value,
      gradFunc: (dy: Tensor, [support]: Tensor[]) => {
        const passed = tf.mul(dy, support);
        const mean = tf.div(tf.sum(passed, axis, true), tf.sum(support, axis, true));
        return tf.sub(passed, tf.mul(support, mean));
      },
    };
  });
  return run(x);
}

function forward(x: Tensor, axis: number): Tensor {
  const {rank} = x;
  const size = x.shape[axis];
  // What is more than 1 below the largest is 0 in any case; cutting it there keeps sums exact.
  const shifted = tf.maximum(tf.sub(x, tf.max(x, axis, true)), -1);
  const order = Array.from({length: rank}, (_, index) => index).filter(each => each !== axis);
  order.splice(rank - 1, 0, axis);
  const isLast = axis === rank - 1;
  const last = isLast ? shifted : tf.transpose(shifted, order);
  const sorted = tf.topk(last, size).values;
  const counts = tf.range(1, size + 1);
  const sums = tf.cumsum(sorted, rank - 1);
  const support = tf.step(tf.sub(tf.add(tf.mul(sorted, counts), 1), sums));
  const count = tf.sum(support, -1, true);
  const sum = tf.sum(tf.mul(sorted, support), -1, true);
  const result = tf.maximum(tf.sub(last, tf.div(tf.sub(sum, 1), count)), 0);
  const back = order.map((_, index) => order.indexOf(index));
  return isLast ? result : tf.transpose(result, back);
}
