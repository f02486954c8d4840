import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import {input} from '../../../src/formula/index.js';
import {activations} from '../../../src/index.js';
import {runProgram} from '../../../src/kernels/index.js';

/** As many equal elements as are computed side by side, so that a faster way is taken if it may. */
const COUNT = 64;
const filled = (value: number): tf.Tensor => tf.fill([COUNT], value);

/** The slope of an MPELU by alpha, times `upstream`. */
function slopeByAlpha(x: number, alpha: number, beta: number, upstream: number): number {
  const gradient = tf.grad(alpha => activations.mpelu(filled(x), {alpha, beta: filled(beta)}));
  return gradient(filled(alpha), filled(upstream)).dataSync()[0];
}

describe.each(['cpu', 'wasm'])('on %s', backend => {
  beforeAll(async () => {
    await tf.setBackend(backend);
  });

  test.each([
    ['an output that is infinite', -88.5, 2, -1, 1e-30],
    ['an output that is infinite for a large weight', -80, 1e10, -1, 1e-30],
    ['a weight so small that the output lost its digits', -1, 1e-44, 1, 1],
    ['a small weight, and a small input', -1e-7, 1e-37, 1, 1],
    ['an ordinary weight', -1, 0.25, 1, 1],
  ])('a slope is right beside %s', (_, x, alpha, beta, upstream) => {
    const expected = Math.expm1(Math.fround(x) * beta) * Math.fround(upstream);
    const actual = slopeByAlpha(x, alpha, beta, upstream);
    expect(Math.abs(actual / expected - 1)).toBeLessThan(1e-5);
  });

  test.each([
    [1 - 2 ** -24, 1e7],
    [1 - 2 ** -24, 1e5],
    [1 + 2 ** -23, 1e6],
    [0.999, 1e4],
    [1.001, -1e4],
    [0.7071, 30],
    [1.4143, 30],
    [1e-38, 0.5],
    [1e-44, -0.25],
    [3e38, 0.9],
  ])('%p to the power of %p', (base, exponent) => {
    const [u, v] = [base, exponent].map(Math.fround);
    const program = {
      inputs: [{name: 'u'}, {name: 'v'}],
      outputs: [{name: 'y', value: input('u').pow(input('v'))}],
    };
    const shapes = {full: [COUNT], reduced: []};
    const [y] = runProgram('Test/Power', program, [filled(u), filled(v)], shapes);
    expect(Math.abs(y.dataSync()[0] / u ** v - 1)).toBeLessThan(2e-6);
  });
});
