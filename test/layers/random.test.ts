import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import {layers} from '../../src/index.js';
import {spread} from '../helpers/arrays.js';
import {expectClose, expectRefused, expectRight, modelOf} from '../helpers/layers.js';

const numbers = (tensor: unknown): number[] => [...(tensor as tf.Tensor).dataSync()];
const training = {training: true};

describe.each(['cpu', 'wasm'])('on %s', backend => {
  beforeAll(async () => {
    await tf.setBackend(backend);
  });

  const x = spread(24);
  const shape = [2, 3, 4];

  test.each<[string, () => tf.layers.Layer, (x: number) => number]>([
    ['rrelu', () => layers.rrelu(), x => (x > 0 ? x : (x * (1 / 8 + 1 / 3)) / 2)],
    ['rrelu with bounds', () => layers.rrelu({lower: 0, upper: 1}), x => (x > 0 ? x : x / 2)],
    ['probAct', () => layers.probAct({sigmaInitializer: 0.5}), x => Math.max(x, 0)],
    ['eelu', () => layers.eelu(), x => (x > 0 ? x : 0.25 * Math.expm1(x))],
    [
      'eelu with weights',
      () => layers.eelu({alphaInitializer: 2, betaInitializer: 0.5}),
      x => (x > 0 ? x : 2 * Math.expm1(x / 2)),
    ],
  ])('%s is not random in inference, and right to second order', (_, make, formula) => {
    const layer = make();
    expectRight(layer, values => values.map(formula), x, shape);
    const tensor = tf.tensor(x, shape);
    expect(numbers(layer.apply(tensor))).toEqual(numbers(layer.apply(tensor)));
  });

  test.each<[string, (seed: number) => tf.layers.Layer]>([
    ['rrelu', seed => layers.rrelu({seed})],
    ['probAct', seed => layers.probAct({seed, sigmaInitializer: 'ones'})],
    ['eelu', seed => layers.eelu({seed})],
  ])('%s of the same seed draws the same sequence, and no two draws alike', (_, make) => {
    const tensor = tf.tensor(x, shape);
    const draws = (layer: tf.layers.Layer): string[] =>
      [1, 2, 3].map(() => numbers(layer.apply(tensor, training)).join());
    const all = [0, 1, 2, -1].map(seed => draws(make(seed)));
    expect(new Set(all.flat()).size).toBe(12);
    expect([0, 1, 2, -1].map(seed => draws(make(seed)))).toEqual(all);
    const rebuilt = make(7).getConfig();
    expect(rebuilt.seed).toBe(7);
    const {constructor} = make(7) as unknown as {
      constructor: new (args: object) => tf.layers.Layer;
    };
    expect(draws(new constructor({...rebuilt}))).toEqual(draws(make(7)));
    const unseeded = [new constructor({}), new constructor({})];
    expect(unseeded[0].getConfig().seed).toBeNull();
    unseeded.forEach(layer => layer.build(shape));
    if (_ === 'probAct') unseeded.forEach(layer => layer.setWeights([tf.ones([1, 4])]));
    const [first, second] = unseeded.map(draws);
    expect(first).not.toEqual(second);
  });

  test('rrelu draws slopes evenly between its bounds', () => {
    const layer = layers.rrelu({lower: 0.2, upper: 0.6, seed: 3});
    const slopes = numbers(layer.apply(tf.fill([20_000], -1), training)).map(value => -value);
    expect(Math.min(...slopes)).toBeGreaterThanOrEqual(0.2);
    expect(Math.max(...slopes)).toBeLessThanOrEqual(Math.fround(0.6));
    expect(tf.mean(slopes).dataSync()[0]).toBeCloseTo(0.4, 2);
    expect(tf.moments(slopes).variance.dataSync()[0]).toBeCloseTo(0.4 ** 2 / 12, 3);
    expect(numbers(layer.apply(tf.ones([50]), training))).toEqual(Array(50).fill(1));
  });

  test('probAct adds noise of the scale sigma', () => {
    const layer = layers.probAct({sigmaInitializer: 0.5, seed: 3});
    const {mean, variance} = tf.moments(
      layer.apply(tf.fill([20_000, 1], 2), training) as tf.Tensor,
    );
    expect(mean.dataSync()[0]).toBeCloseTo(2, 1);
    expect(variance.dataSync()[0]).toBeCloseTo(0.25, 1);
  });

  test('eelu draws its slopes around 1, between 0 and 2, and a scale for each call', () => {
    const layer = layers.eelu({seed: 4});
    const deviations = Array.from({length: 20}, () => {
      const slopes = layer.apply(tf.ones([2000, 1]), training) as tf.Tensor;
      expect(tf.min(slopes).dataSync()[0]).toBeGreaterThanOrEqual(0);
      expect(tf.max(slopes).dataSync()[0]).toBeLessThanOrEqual(2);
      expect(tf.mean(slopes).dataSync()[0]).toBeCloseTo(1, 0);
      return Math.sqrt(tf.moments(slopes).variance.dataSync()[0]);
    });
    expect(Math.max(...deviations) / Math.min(...deviations)).toBeGreaterThan(3);
    const still = layers.eelu({epsilon: 0});
    expect(numbers(still.apply(tf.ones([4, 1]), training))).toEqual([1, 1, 1, 1]);
  });

  let drawn: number[] = [];
  test.each<[string, () => tf.layers.Layer, (x: number, y: number) => number]>([
    ['rrelu', () => layers.rrelu({seed: 5}), (x, y) => (x > 0 ? 1 : y / x)],
    ['probAct', () => layers.probAct({seed: 5, sigmaInitializer: 2}), x => (x > 0 ? 1 : 0)],
    ['eelu', () => layers.eelu({seed: 5}), (x, y) => (x > 0 ? y / x : 0.25 * Math.exp(x))],
  ])('the gradient of %s is that of the same draw', (_, make, slope) => {
    const layer = make();
    const tensor = tf.tensor(x, shape);
    const {value, grad} = tf.valueAndGrad((input: tf.Tensor) => {
      const y = layer.apply(input, training) as tf.Tensor;
      drawn = numbers(y);
      return tf.sum(y);
    })(tensor) as unknown as {value: tf.Tensor; grad: tf.Tensor};
    expect(Number.isFinite(value.dataSync()[0])).toBe(true);
    expectClose(
      numbers(grad),
      x.map((each, index) => slope(each, drawn[index])),
      1e-5,
    );
  });

  test('sigma gets the gradient of its noise', () => {
    const layer = layers.probAct({seed: 5, sharedAxes: 'all', sigmaInitializer: 2});
    layer.build([null, 4]);
    const tensor = tf.fill([3, 4], -1);
    let noise: number[] = [];
    const {grads} = tf.variableGrads(() => {
      const y = layer.apply(tensor, training) as tf.Tensor;
      noise = numbers(y).map(value => value / 2);
      return tf.sum(y);
    });
    const sum = noise.reduce((total, each) => total + each, 0);
    expectClose(numbers(Object.values(grads)[0]), [sum], 1e-5);
  });

  test('the weights of eelu are kept from being negative', async () => {
    const layer = layers.eelu({inputShape: [3], seed: 1});
    const model = modelOf(layer, tf.layers.dense({units: 1, kernelInitializer: 'ones'}));
    model.compile({
      loss: (_y: tf.Tensor, z: tf.Tensor) => tf.mean(z).neg(),
      optimizer: tf.train.sgd(50),
    });
    await model.fit(tf.fill([8, 3], -1), tf.ones([8, 1]), {epochs: 3, verbose: 0});
    const weights = layer.getWeights().flatMap(numbers);
    expect(Math.min(...weights)).toBe(0);
  });
});

describe('refused, without a tensor left behind', () => {
  beforeAll(() => tf.setBackend('cpu'));

  test.each([
    [() => layers.rrelu({lower: 0.5, upper: 0.25}), /RReLU: lower 0.5 is above upper 0.25/],
    [() => layers.rrelu({lower: 0.5, name: 'r'}), /RReLU 'r': lower 0.5 is above upper 0.333/],
    [() => layers.rrelu({lower: NaN}), /lower must be a finite number, got NaN/],
    [() => layers.rrelu({seed: 0.5}), /seed must be an integer, or null, got 0.5/],
    [() => layers.rrelu({sharedAxes: 1} as never), /unknown argument 'sharedAxes'/],
    [
      () => layers.eelu({epsilon: -1}),
      /EELU: epsilon must be a finite number of at least 0, got -1/,
    ],
    [
      () => layers.eelu({alphaInitializer: 'onez'}),
      /EELU: alphaInitializer must be an initializer/,
    ],
    [() => layers.eelu({dataFormat: 'last' as never}), /dataFormat must be 'channelsLast'/],
    [() => layers.probAct({sharedAxes: 0.5}), /ProbAct: sharedAxes must be an axis number/],
    [
      () => layers.probAct({sharedAxes: 3}).apply(tf.input({shape: [4]})),
      /shared axis 3 is out of range/,
    ],
    [
      () => layers.probAct({sharedAxes: []}).apply(tf.input({shape: [null, 4]})),
      /size of axis 1 is unknown/,
    ],
    [
      () =>
        layers
          .probAct({sigmaInitializer: tf.initializers.identity({}), name: 'p'})
          .apply(tf.input({shape: [4]})),
      /ProbAct 'p': Identity cannot fill sigma of shape \[4\]/,
    ],
  ])('%s', expectRefused);

  test('a layer that could not be built has no weights, and can be built otherwise', () => {
    const layer = layers.eelu({betaInitializer: tf.initializers.identity({})});
    expectRefused(() => layer.build([null, 4]), /Identity cannot fill beta/);
    expect(layer.weights).toEqual([]);
    expectRefused(() => layer.build([null, 4]), /Identity cannot fill beta/);
  });

  test('weights of other shapes', () => {
    const layer = layers.eelu({name: 'e'});
    layer.build([null, 4]);
    const [four, five] = [tf.ones([4]), tf.ones([5])];
    expectRefused(
      () => layer.setWeights([four]),
      /EELU 'e': weights must be 2 tensors \(alpha, beta\), got 1/,
    );
    expectRefused(
      () => layer.setWeights([four, five]),
      /weights\[1\], beta, must be a tensor of shape \[4\]/,
    );
  });
});

test.each([
  [undefined, [1, 1, 4]],
  ['all', [1, 1, 1]],
  [[], [2, 3, 4]],
  [-1, [2, 3, 1]],
] as const)('sharedAxes %j gives weights of shape %j', (sharedAxes, shape) => {
  const layer = layers.probAct({sharedAxes});
  layer.apply(tf.input({shape: [2, 3, 4]}));
  expect(layer.getWeights()[0].shape).toEqual(shape);
  const rebuilt = layers.probAct(layer.getConfig() as object);
  expect(rebuilt.getConfig()).toEqual(layer.getConfig());
});
