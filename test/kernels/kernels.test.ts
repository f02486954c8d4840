import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import {COMPARISONS, OPERATIONS, input} from '../../src/formula/index.js';
import type {Operation} from '../../src/formula/index.js';
import {activations} from '../../src/index.js';
import {HISTOGRAM_BINS, gradientProgram, runProgram} from '../../src/kernels/index.js';
import type {Program, Reduction} from '../../src/kernels/index.js';
import {fault} from '../helpers/quality.js';
import {measureSweep, sweepOf} from '../helpers/sweep.js';

const x = input('x');

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(actual.length).toBe(expected.length);
  Array.from(actual).forEach((value, index) => expect(value).toBeCloseTo(expected[index], 5));
}

describe.each(['cpu', 'wasm'])('on %s', backend => {
  beforeAll(async () => {
    await tf.setBackend(backend);
  });

  test.each([...(Object.keys(OPERATIONS) as Operation[]), ...COMPARISONS])('%s', async name => {
    const sweep = sweepOf(name);
    const rows = await measureSweep(sweep);
    const relative = name in OPERATIONS ? 2e-6 : 0;
    const faults = sweep.others.flatMap((a, row) =>
      sweep.points.map((x, index) => fault(rows[row][index], sweep.expression, {x, a}, relative)),
    );
    expect(faults.filter(Boolean).slice(0, 5)).toEqual([]);
  });

  test.each([
    ['sum', [1, 3, 1]],
    ['min', [3, 1]],
    ['max', [4]],
  ] as const)('reduces by %s to the shape [%s]', (reduction, shape) => {
    const values = tf.randomNormal([2, 3, 4], 0, 1, 'float32', 7);
    const program: Program = {
      inputs: [{name: 'x'}],
      outputs: [
        {name: 'whole', value: x.mul(2)},
        {name: 'reduced', value: x.mul(2), reduction: reduction as Reduction},
      ],
    };
    const [whole, reduced] = runProgram('Activation/TestTwo', program, [values], {
      full: [2, 3, 4],
      reduced: [[], [...shape]],
    });
    const axes = ({sum: [0, 2], min: [0, 2], max: [0, 1]} as const)[reduction];
    const expected = tf[reduction](values.mul(2), [...axes]);
    expect(whole.shape).toEqual([2, 3, 4]);
    expect(reduced.shape).toEqual(shape);
    expectClose(reduced.dataSync(), expected.dataSync());
  });

  test('a histogram counts powers of two, zeros, infinities and NaN exactly', () => {
    const points = [1, 2, 2, 3.9, 4, -1, -0.5, 0, -0, Infinity, -Infinity, NaN, NaN, 1e-9, 1e30];
    const program: Program = {
      inputs: [{name: 'x'}],
      outputs: [{name: 'bins', value: x, reduction: 'histogram'}],
    };
    const shapes = {full: [points.length, 1], reduced: [[1]]};
    const [bins] = runProgram(
      'Activation/TestBins',
      program,
      [tf.tensor2d(points, [points.length, 1])],
      shapes,
    );
    const counts = [...bins.dataSync()];
    expect(bins.shape).toEqual([1, HISTOGRAM_BINS]);
    const zero = 33;
    const bin = (exponent: number): number => zero + 1 + exponent + 20;
    expect(counts.reduce((sum, count) => sum + count)).toBe(points.length);
    expect([counts[0], counts[zero], counts[66], counts[67]]).toEqual([1, 2, 1, 2]);
    expect([counts[bin(0)], counts[bin(1)], counts[bin(2)]]).toEqual([1, 3, 1]);
    expect([counts[2 * zero - bin(0)], counts[2 * zero - bin(-1)]]).toEqual([1, 1]);
    expect([counts[bin(-20)], counts[bin(11)]]).toEqual([1, 1]);
  });

  test('gradients of weights that share any axis, and of vectors of coefficients', () => {
    const inputs = tf.randomNormal([2, 3, 4], 0, 1, 'float32', 1);
    const alpha = tf.randomNormal([3, 1], 0, 1, 'float32', 2);
    const stock = tf.grads((x, alpha) => tf.prelu(x as tf.Tensor3D, alpha.add(tf.zeros([3, 4]))));
    const ours = tf.grads((x, alpha) => activations.prelu(x, {alpha}));
    if (backend === 'cpu') {
      const [expected, actual] = [stock([inputs, alpha]), ours([inputs, alpha])];
      actual.forEach((gradient, index) => {
        expectClose(gradient.dataSync(), expected[index].dataSync());
      });
    }
    const numerator = tf.tensor2d([[0, 1, 0, 0, 0, 0]]);
    const gradient = tf.grad(numerator => activations.rational(inputs, {numerator}));
    expect(gradient(numerator).shape).toEqual([1, 6]);
  });

  test('runs as registered kernels and leaks no tensor', async () => {
    const inputs = tf.randomNormal([4, 3]);
    const weight = tf.ones([3]);
    const step = (): void => {
      tf.dispose(tf.grads((x, a) => activations.pelu(x, {a}))([inputs, weight]));
    };
    step();
    const before = tf.memory().numTensors;
    const {kernelNames} = await tf.profile(() => step());
    step();
    expect(tf.memory().numTensors).toBe(before);
    expect(kernelNames).toEqual(
      expect.arrayContaining(['Activation/PELU', 'Activation/PELU/Grad']),
    );
    expect(tf.getGradient('Activation/PELU')).toBeDefined();
  });

  test('a loss with a gradient penalty is differentiated rightly', () => {
    const penalty = (x: tf.Tensor): tf.Scalar =>
      tf.sum(tf.square(tf.grad(x => activations.swish(x))(x)));
    const at = 0.7;
    const gradient = tf
      .grad(penalty)(tf.tensor1d([at]))
      .dataSync()[0];
    const slope = (z: number): number => {
      const s = 1 / (1 + Math.exp(-z));
      return s + z * s * (1 - s);
    };
    const h = 1e-5;
    const expected = (slope(at + h) ** 2 - slope(at - h) ** 2) / (2 * h);
    expect(gradient).toBeCloseTo(expected, 5);
  });
});

test('the gradient of a gradient is a program again', () => {
  const program: Program = {
    inputs: [{name: 'x'}, {name: 'p', length: 2}],
    outputs: [{name: 'y', value: x.mul(input('p[0]')).add(input('p[1]'))}],
  };
  const second = gradientProgram(gradientProgram(program));
  expect(second.inputs.map(({name}) => name)).toEqual(['ddx', 'ddp', 'dy', 'x', 'p']);
  expect(second.outputs.map(({name}) => name)).toEqual(['ddy', 'dx', 'dp']);
});

test('importing the package changes no stock kernel and no stock gradient', () => {
  // A second copy of tfjs says of each kernel that it is registered already.
  const warn = jest.spyOn(console, 'warn').mockImplementation();
  jest.isolateModules(() => {
    const isolated = jest.requireActual<typeof tf>('@tensorflow/tfjs');
    const kernels = (): [string, unknown][] =>
      isolated
        .getKernelsForBackend('cpu')
        .map(({kernelName, kernelFunc}) => [kernelName, kernelFunc]);
    const gradients = (): unknown[] => kernels().map(([name]) => isolated.getGradient(name));
    const before = {kernels: kernels(), gradients: gradients()};
    jest.requireActual('../../src/index.js');
    const stock = new Set(before.kernels.map(([name]) => name));
    expect(kernels().filter(([name]) => stock.has(name))).toEqual(before.kernels);
    expect(gradients().slice(0, before.gradients.length)).toEqual(before.gradients);
  });
  warn.mockRestore();
});
