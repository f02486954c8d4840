import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import {COMPARISONS, OPERATIONS, apply, compare, input, where} from '../../src/formula/index.js';
import type {Expression, Operation} from '../../src/formula/index.js';
import {activations} from '../../src/index.js';
import {HISTOGRAM_BINS, gradientProgram, runProgram} from '../../src/kernels/index.js';
import type {Program, Reduction} from '../../src/kernels/index.js';
import {fault} from '../helpers/quality.js';

const x = input('x');
const a = input('a');

const SWEEP = [
  0,
  -0,
  1e-38,
  1,
  -1,
  Infinity,
  -Infinity,
  NaN,
  3e38,
  -3e38,
  ...Array.from({length: 400}, (_, index) => 10 ** (index / 10 - 35)),
  ...Array.from({length: 400}, (_, index) => -(10 ** (index / 10 - 35))),
  ...Array.from({length: 1200}, (_, index) => (index - 600) * 0.1234567),
].map(Math.fround);

const OTHER = [
  -2.5,
  -1,
  0,
  -0,
  0.5,
  1,
  2,
  3,
  1e-30,
  -1e-30,
  1e30,
  -1e30,
  Infinity,
  -Infinity,
  NaN,
].map(Math.fround);

/** Beyond this the argument itself is too coarse for a sine to mean anything. */
const LARGEST_ANGLE = 8192;

function run(expression: Expression, inputs: Record<string, tf.Tensor>): Float32Array {
  const program: Program = {
    inputs: Object.keys(inputs).map(name => ({name})),
    outputs: [{name: 'y', value: expression}],
  };
  const full = Object.values(inputs)[0].shape;
  return tf.tidy(() =>
    runProgram('Activation/Test', program, Object.values(inputs), {full, reduced: []})[0]
      .dataSync<'float32'>()
      .slice(),
  );
}

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(actual.length).toBe(expected.length);
  Array.from(actual).forEach((value, index) => expect(value).toBeCloseTo(expected[index], 5));
}

describe.each(['cpu', 'wasm'])('on %s', backend => {
  beforeAll(async () => {
    await tf.setBackend(backend);
  });

  test.each(Object.entries(OPERATIONS))('%s', (name, operands) => {
    const operation = name as Operation;
    const isAngle = operation === 'sin' || operation === 'cos';
    const points = SWEEP.filter(
      point => !isAngle || !(Math.abs(point) > LARGEST_ANGLE) || !Number.isFinite(point),
    );
    const faults = (operands === 1 ? [0] : OTHER).flatMap(other => {
      const expression = apply(operation, [x, a].slice(0, operands));
      const inputs = {
        x: tf.tensor1d(points),
        ...(operands === 1 ? {} : {a: tf.fill([points.length], other)}),
      };
      const actual = run(expression, inputs);
      return points.map((point, index) => {
        return fault(actual[index], expression, {x: point, a: other}, 2e-6);
      });
    });
    expect(faults.filter(Boolean).slice(0, 5)).toEqual([]);
  });

  test.each(COMPARISONS)('%s', name => {
    const expression = where(compare(name, [x, a]), 1, 0);
    for (const other of OTHER) {
      const actual = run(expression, {x: tf.tensor1d(SWEEP), a: tf.fill([SWEEP.length], other)});
      const faults = SWEEP.map((point, index) =>
        fault(actual[index], expression, {x: point, a: other}, 0),
      );
      expect(faults.filter(Boolean)).toEqual([]);
    }
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
