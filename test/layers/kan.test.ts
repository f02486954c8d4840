import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import {layers} from '../../src/index.js';
import {spread} from '../helpers/arrays.js';
import {expectClose, expectRefused, expectRight, modelOf} from '../helpers/layers.js';

interface Grid {
  readonly gridSize: number;
  readonly splineOrder: number;
  readonly gridRange: readonly [number, number];
}

const DEFAULTS: Grid = {gridSize: 5, splineOrder: 3, gridRange: [-1, 1]};

const factorial = (n: number): number => (n <= 1 ? 1 : n * factorial(n - 1));
const choose = (n: number, k: number): number => factorial(n) / factorial(k) / factorial(n - k);

/** The cardinal B-spline of a degree, as its sum of truncated powers; or its slope. */
function cardinal(u: number, degree: number, isSlope = false): number {
  if (u <= 0 || u >= degree + 1) return 0;
  const power = isSlope ? degree - 1 : degree;
  return Array.from({length: degree + 2}, (_, k) => k)
    .filter(k => u > k)
    .reduce(
      (sum, k) => sum + (-1) ** k * choose(degree + 1, k) * ((u - k) ** power / factorial(power)),
      0,
    );
}

function splines(x: number, {gridSize, splineOrder, gridRange: [low, high]}: Grid): number[] {
  const step = (high - low) / gridSize;
  const inside = Math.min(Math.max(x, low), high);
  return Array.from({length: gridSize + splineOrder}, (_, index) => {
    const u = (inside - low) / step + splineOrder - index;
    return cardinal(u, splineOrder) + ((x - inside) / step) * cardinal(u, splineOrder, true);
  });
}

const swish = (x: number): number => x / (1 + Math.exp(-x));

function kan(base: readonly number[], spline: readonly number[], inputs: number, grid: Grid) {
  const units = base.length / inputs;
  const count = grid.gridSize + grid.splineOrder;
  return (x: readonly number[]): number[] => {
    const y: number[] = Array((x.length / inputs) * units).fill(0);
    x.forEach((value, position) => {
      const [sample, input] = [Math.floor(position / inputs), position % inputs];
      const basis = splines(value, grid);
      for (let unit = 0; unit < units; unit++) {
        y[sample * units + unit] += base[input * units + unit] * swish(value);
        basis.forEach((each, index) => {
          y[sample * units + unit] += each * spline[(input * count + index) * units + unit];
        });
      }
    });
    return y;
  };
}

describe.each(['cpu', 'wasm'])('on %s', backend => {
  beforeAll(async () => {
    await tf.setBackend(backend);
  });

  test.each<[Partial<Grid>, number[]]>([
    [{}, [5, 3]],
    [{}, [2, 3, 4]],
    [{gridSize: 1}, [5, 3]],
    [{gridSize: 8, splineOrder: 2}, [5, 3]],
    [{gridSize: 3, splineOrder: 4, gridRange: [-3, 0.5]}, [5, 3]],
  ])(
    'the sums of splines are right to second order, in and beyond the grid: %j, %j',
    (grid, shape) => {
      const layer = layers.kan({units: 2, ...grid});
      layer.build(shape);
      const [base, spline] = layer.getWeights().map(weight => [...weight.dataSync()]);
      const reference = kan(base, spline, shape[shape.length - 1], {...DEFAULTS, ...grid});
      expectRight(layer, reference, spread(shape.reduce((a, b) => a * b)), shape);
      expect(layer.computeOutputShape([null, ...shape.slice(1)])).toEqual([
        null,
        ...shape.slice(1, -1),
        2,
      ]);
    },
  );

  test('the splines add up to 1, at both ends too, and are straight beyond', () => {
    const layer = layers.kan({units: 1});
    layer.build([null, 1]);
    layer.setWeights([tf.zeros([1, 1]), tf.ones([8, 1])]);
    const points = [-5, -1, -0.6, -0.123, 0, 0.2, 1, 5];
    const x = tf.tensor2d(points, [8, 1]);
    expectClose(
      [...(layer.apply(x) as tf.Tensor).dataSync()],
      points.map(() => 1),
      1e-6,
    );
    layer.setWeights([tf.zeros([1, 1]), tf.tensor2d(spread(8), [8, 1])]);
    const at = (...values: number[]): number[] => [
      ...(layer.apply(tf.tensor2d(values, [values.length, 1])) as tf.Tensor).dataSync(),
    ];
    for (const side of [-1, 1]) {
      const [near, middle, far] = at(side, 2 * side, 3 * side);
      expect(far - middle).toBeCloseTo(middle - near, 4);
      expect(Math.abs(middle - near)).toBeGreaterThan(0.1);
    }
  });

  test('kernels of inputs beyond the grid get gradients', () => {
    const layer = layers.kan({units: 1});
    layer.build([null, 1]);
    const {grads} = tf.variableGrads(() => tf.sum(layer.apply(tf.fill([1, 1], 9)) as tf.Tensor));
    const largest = Object.values(grads).map(grad => tf.max(tf.abs(grad)).dataSync()[0]);
    expect(Math.min(...largest)).toBeGreaterThan(1);
  });

  test('learns a function that a dense layer cannot', async () => {
    const model = modelOf(
      layers.kan({units: 1, inputShape: [2], splineKernelInitializer: 'zeros'}),
    );
    const x = tf.randomUniform([256, 2], -1, 1, 'float32', 1);
    const y = tf.tidy(() => tf.sum(tf.sin(tf.mul(x, Math.PI)), 1, true));
    model.compile({loss: 'meanSquaredError', optimizer: tf.train.adam(0.05)});
    const {history} = await model.fit(x, y, {epochs: 60, batchSize: 64, verbose: 0});
    expect(history.loss[59]).toBeLessThan(2e-3);
  });

  test('starts as the paper says', () => {
    const layer = layers.kan({units: 64});
    layer.build([null, 32]);
    const [base, spline] = layer.getWeights();
    expect(base.shape).toEqual([32, 64]);
    expect(spline.shape).toEqual([32 * 8, 64]);
    expect(Math.sqrt(tf.moments(spline).variance.dataSync()[0])).toBeCloseTo(0.1, 2);
    expect(tf.max(base).dataSync()[0]).toBeLessThanOrEqual(Math.sqrt(6 / 96));
  });
});

describe('refused, without a tensor left behind', () => {
  beforeAll(() => tf.setBackend('cpu'));

  test.each([
    [() => layers.kan({} as never), /KAN: units must be a whole number of at least 1, is missing/],
    [() => layers.kan({units: 2.5}), /KAN: units must be a whole number of at least 1, got 2.5/],
    [() => layers.kan({units: 2, gridSize: 0}), /gridSize must be .*, got 0/],
    [() => layers.kan({units: 2, splineOrder: -1}), /splineOrder must be .*, got -1/],
    [
      () => layers.kan({units: 2, gridRange: [1, -1]}),
      /gridRange must be \[low, high\], .*, got \[1, -1\]/,
    ],
    [
      () => layers.kan({units: 2, gridRange: [0, Infinity]}),
      /gridRange must be .* two finite numbers/,
    ],
    [
      () => layers.kan({units: 2, name: 'k'}).apply(tf.input({shape: [null]})),
      /KAN 'k': .*last axis of known size/,
    ],
  ])('%s', expectRefused);
});
