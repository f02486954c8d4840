import * as tf from '@tensorflow/tfjs';
import type {Tensor} from '@tensorflow/tfjs';
import type {Shape} from '../checked-layer.js';
import {resolveAxis} from './axes.js';
import {MixingLayer} from './mixing-layer.js';
import {axisOption} from './options.js';
import {softmax} from './softmax.js';

/**
 * Log-softmax: the logarithms of the probabilities of softmax, without their loss of digits.
 *
 *     x − ln Σ exp(x), summed along `axis`
 *
 * Inputs of any rank; outputs have their shape. `axis` is −1 by default.
 * @throws if `axis` is out of range.
 */
export class LogSoftmax extends MixingLayer<{axis: number}> {
  /** @nocollapse */
  static readonly className = 'LogSoftmax';
  static readonly activationName = 'logSoftmax';
  static readonly formulaText = 'x - log(sum(exp(x)))';
  static readonly paper =
    'Bridle, 1990, Probabilistic interpretation of feedforward classification network outputs';
  static readonly note =
    'For losses of the logarithm of probabilities, right where softmax would round to 0. ' +
    "Losses of TensorFlow.js such as 'categoricalCrossentropy' want softmax instead.";
  static readonly gives = 'log-probabilities';
  static override readonly options = {axis: axisOption};

  protected override shapeAfter(inputShape: Shape): Shape {
    resolveAxis(this.label, this.options.axis, inputShape.length);
    return inputShape;
  }

  protected transform(x: Tensor): Tensor {
    return logSoftmax(x, resolveAxis(this.label, this.options.axis, x.rank));
  }
}

/** The log-softmax over one axis, by default the last, with right gradients of every order: only `x` is saved. */
export function logSoftmax(x: Tensor, axis = x.rank - 1): Tensor {
  const run = tf.customGrad((input, save) => {
    const given = input as Tensor;
    (save as tf.GradSaveFunc)([given]);
    const shifted = tf.sub(given, tf.max(given, axis, true));
    return {
      value: tf.sub(shifted, tf.log(tf.sum(tf.exp(shifted), axis, true))),
      gradFunc: (dy: Tensor, [saved]: Tensor[]) =>
        tf.sub(dy, tf.mul(softmax(saved, [axis]), tf.sum(dy, axis, true))),
    };
  });
  return run(x);
}
