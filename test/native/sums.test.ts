import * as tf from '@tensorflow/tfjs';
import {defineActivation} from '../../src/index.js';
import {describeOnNative} from '../helpers/native.js';

const ROWS = 1_000_000;
const UNITS = 4;

describeOnNative('sums over many rows', () => {
  test('are right to six digits', () => {
    const biased = defineActivation({
      name: 'biasedForSums',
      weights: {bias: {initializer: 'zeros'}},
      formula: ({x, bias}) => x.add(bias),
    });
    const sums = tf.tidy(() => {
      const x = tf.zeros([ROWS, UNITS]);
      const gradients = tf.grads((x, bias) => biased(x, {bias}));
      const [, byBias] = gradients([x, tf.zeros([UNITS])], tf.fill(x.shape, 0.1));
      return byBias.dataSync();
    });
    for (const sum of sums) expect(sum / (ROWS * Math.fround(0.1))).toBeCloseTo(1, 6);
  });
});
