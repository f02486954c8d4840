import * as tf from '@tensorflow/tfjs';
import type {Tensor} from '@tensorflow/tfjs';
import {activations} from 'tfjs-activations';

/** The weights of an activation, by name. */
export type Weights = Readonly<Record<string, Tensor>>;

/** What is compared: an activation of the package, and what would be used without it. */
export interface Subject {
  readonly name: string;
  /** Where each weight starts: one number for all units, or the coefficients that they share. */
  readonly weights: Readonly<Record<string, number | readonly number[]>>;
  readonly ours: (x: Tensor, weights: Weights) => Tensor;
  /** What stock TensorFlow.js offers: an op, or ops that a careful user would compose. */
  readonly stock: (x: Tensor, weights: Weights) => Tensor;
  readonly stockIs: 'an op' | 'composed';
}

/** Up to 0 all of it, beyond it 0: keeps what follows finite where it is not used. */
const negativePart = (x: Tensor): Tensor => tf.minimum(x, 0);

function horner(x: Tensor, coefficients: Tensor): Tensor {
  const [highest, ...others] = tf.unstack(coefficients).reverse();
  return others.reduce((sum, coefficient) => tf.add(tf.mul(sum, x), coefficient), highest);
}

const GELU_SCALE = Math.sqrt(2 / Math.PI);

/** The stock op for an activation. */
const OPS: Record<string, Subject['stock']> = {
  relu: x => tf.relu(x),
  leakyRelu: x => tf.leakyRelu(x, 0.2),
  relu6: x => tf.relu6(x),
  prelu: (x, {alpha}) => tf.prelu(x, alpha),
  elu: x => tf.elu(x),
  selu: x => tf.selu(x),
  sigmoid: x => tf.sigmoid(x),
  tanh: x => tf.tanh(x),
  softplus: x => tf.softplus(x),
  hardSigmoid: x => tf.clipByValue(tf.add(tf.mul(x, 0.2), 0.5), 0, 1),
};

/** Compositions for the activations that have none. */
const COMPOSITIONS: Record<string, Subject['stock']> = {
  thresholdedRelu: x => tf.mul(x, tf.step(tf.sub(x, 1))),
  parametricElu: (x, {alpha}) => tf.add(tf.relu(x), tf.mul(alpha, tf.expm1(negativePart(x)))),
  celu: x => tf.add(tf.relu(x), tf.expm1(negativePart(x))),
  pelu: (x, {a, b}) =>
    tf.add(tf.mul(tf.relu(x), tf.div(a, b)), tf.mul(a, tf.expm1(tf.div(negativePart(x), b)))),
  mpelu: (x, {alpha, beta}) =>
    tf.add(tf.relu(x), tf.mul(alpha, tf.expm1(tf.mul(negativePart(x), beta)))),
  softsign: x => tf.div(x, tf.add(tf.abs(x), 1)),
  swish: x => tf.mul(x, tf.sigmoid(x)),
  swishBeta: (x, {beta}) => tf.mul(x, tf.sigmoid(tf.mul(x, beta))),
  hardSwish: x => tf.mul(x, tf.div(tf.relu6(tf.add(x, 3)), 6)),
  mish: x => tf.mul(x, tf.tanh(tf.softplus(x))),
  gelu: x => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1)),
  geluNew: x => {
    const cubic = tf.add(x, tf.mul(tf.mul(x, tf.square(x)), 0.044715));
    return tf.mul(tf.mul(x, 0.5), tf.add(tf.tanh(tf.mul(cubic, GELU_SCALE)), 1));
  },
  snake: (x, {a}) => tf.add(x, tf.div(tf.square(tf.sin(tf.mul(x, a))), a)),
  rational: (x, {numerator, denominator}) =>
    tf.div(horner(x, numerator), tf.add(tf.abs(tf.mul(x, horner(x, denominator))), 1)),
};

/** Where weights stand while measured: away from the values at which a formula is a simpler one. */
const WEIGHTS: Record<string, Subject['weights']> = {
  prelu: {alpha: 0.25},
  parametricElu: {alpha: 1.1},
  pelu: {a: 1.1, b: 1},
  mpelu: {alpha: 0.25, beta: 1.1},
  swishBeta: {beta: 1.1},
  snake: {a: 1.1},
  rational: {
    numerator: [0.0335721, 0.505, 1.652675, 2.008123, 0.9305755, 0.1521328],
    denominator: [0.01, 3.976481, 0.01, 0.301253],
  },
};

/** The activations for which there is something to compare with. */
export const subjects: readonly Subject[] = Object.entries({...OPS, ...COMPOSITIONS}).map(
  ([name, stock]) => {
    const ours = (activations as Record<string, unknown>)[name] as Subject['ours'];
    const stockIs = name in OPS ? 'an op' : 'composed';
    return {name, weights: WEIGHTS[name] ?? {}, ours, stock, stockIs};
  },
);
