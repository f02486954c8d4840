import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import type {AnyActivation} from '../src/definition.js';
import {activations, initializerFor, layers} from '../src/index.js';

beforeAll(() => tf.setBackend('wasm'));

const {mish, mpelu, selu, sine} = activations;

const scaleOf = (initializer: {getConfig(): object}): number => {
  const {scale, ...rest} = initializer.getConfig() as {scale: number};
  expect(rest).toEqual({mode: 'fanIn', distribution: 'uniform', seed: undefined});
  return scale;
};

const all = Object.entries(activations) as unknown as [string, AnyActivation][];

test.each(all)(
  'the initializer of %s has the square of the gain, or the rule of its paper',
  (_, activation) => {
    const scale = scaleOf(activation.initializer);
    if (!activation.definition.kernelScale) expect(scale).toBeCloseTo(activation.gain() ** 2, 12);
    expect(scaleOf(initializerFor(activation))).toBe(scale);
    expect(scaleOf(initializerFor(activation.name))).toBe(scale);
  },
);

test('its kernels have the variance gain² / fanIn', () => {
  const kernel = mish.initializer.apply([400, 500]);
  const {variance} = tf.moments(kernel);
  expect(variance.dataSync()[0] * 400).toBeCloseTo(mish.gain() ** 2, 1);
  tf.dispose([kernel, variance]);
});

test('rules of papers: SELU as lecun, MPELU by Taylor, SIREN by its frequency', () => {
  expect(scaleOf(selu.initializer)).toBeCloseTo(1, 12);
  expect(scaleOf(mpelu.initializer)).toBeCloseTo(2 / (1 + 0.25 ** 2), 12);
  const limit = Math.sqrt(6 / 100) / 30;
  const kernel = sine.initializer.apply([100, 300]);
  expect(tf.max(kernel).dataSync()[0]).toBeLessThanOrEqual(limit);
  expect(tf.max(kernel).dataSync()[0]).toBeGreaterThan(0.99 * limit);
  expect(tf.min(kernel).dataSync()[0]).toBeLessThan(-0.99 * limit);
  kernel.dispose();
  const layer = layers.mpelu({alphaInitializer: 2, betaInitializer: 0.5});
  expect(scaleOf(initializerFor(layer))).toBeCloseTo(1, 12);
});

test('it follows the options of a layer', () => {
  const expected = activations.elu.gain({alpha: 0.5}) ** 2;
  expect(scaleOf(initializerFor(layers.elu({alpha: 0.5})))).toBeCloseTo(expected, 12);
  expect(scaleOf(initializerFor(layers.sine({w0: 5})))).toBeCloseTo(2 / 25, 12);
});

test('it follows the learned weights: the mean over units', () => {
  const layer = layers.prelu({inputShape: [3]});
  expect(scaleOf(initializerFor(layer))).toBeCloseTo(2, 12);
  const model = tf.sequential({layers: [layer]});
  expect(scaleOf(initializerFor(layer))).toBeCloseTo(2, 12);
  layer.setWeights([tf.tensor1d([0, 1, 0.5])]);
  expect(scaleOf(initializerFor(layer))).toBeCloseTo(2 / (1 + 1.25 / 3), 6);
  model.dispose();
});

test('it follows coefficients, and weights that are shared differently', () => {
  const rational = layers.rational({inputShape: [4, 5], sharedAxes: 1});
  const dyt = layers.dyt({inputShape: [3]});
  const model = tf.sequential({layers: [rational]});
  const other = tf.sequential({layers: [dyt]});
  const {numerator, denominator} = activations.rational.fitTo(mish).weights;
  rational.setWeights([
    tf.tidy(() => tf.broadcastTo(tf.tensor1d(numerator), [1, 5, 6])),
    tf.tidy(() => tf.broadcastTo(tf.tensor1d(denominator), [1, 5, 4])),
  ]);
  // Beyond [−3, 3], where z seldom is, they differ.
  expect(Math.abs(scaleOf(initializerFor(rational)) / mish.gain() ** 2 - 1)).toBeLessThan(0.01);
  const [alpha, gamma, beta] = dyt.getWeights().map(({shape}) => shape);
  expect([alpha, gamma, beta]).toEqual([[1], [3], [3]]);
  dyt.setWeights([tf.tensor1d([0.7]), tf.tensor1d([1, 2, 3]), tf.tensor1d([0, 0, 1])]);
  const moments = [
    [1, 0],
    [2, 0],
    [3, 1],
  ].map(([gamma, beta]) => activations.dyt.gain({alpha: 0.7, gamma, beta} as never) ** -2);
  const mean = moments.reduce((sum, moment) => sum + moment) / 3;
  expect(scaleOf(initializerFor(dyt)) * mean).toBeCloseTo(1, 6);
  model.dispose();
  other.dispose();
});

test('of a layer that is not built it goes by how the weights start', () => {
  expect(scaleOf(initializerFor(layers.prelu({alphaInitializer: 1})))).toBeCloseTo(1, 12);
  const random = layers.prelu({alphaInitializer: 'randomNormal'});
  expect(scaleOf(initializerFor(random))).toBeCloseTo(2, 12);
  const fit = activations.rational.fitTo(Math.abs, {domain: [-5, 5]});
  const scale = scaleOf(initializerFor(layers.rational(fit.layerArguments)));
  expect(scale).toBeCloseTo(activations.rational.gain(fit.weights) ** 2, 12);
});

test('a layer of many units is judged by some of them, in little time', () => {
  const layer = layers.prelu({inputShape: [40, 40, 16]});
  const model = tf.sequential({layers: [layer]});
  layer.setWeights([tf.randomUniform([40, 40, 16], 0, 1, 'float32', 1)]);
  expect(Math.abs(scaleOf(initializerFor(layer)) - 2 / (1 + 1 / 3))).toBeLessThan(0.05);
  model.dispose();
}, 5_000);

test('nothing leaks', () => {
  const layer = layers.pelu({inputShape: [3]});
  const model = tf.sequential({layers: [layer]});
  const before = tf.memory().numTensors;
  initializerFor(layer);
  initializerFor('mish');
  expect(tf.memory().numTensors).toBe(before);
  model.dispose();
});

test.each<[unknown, RegExp]>([
  [
    'nonsense',
    /initializerFor: expected an activation such as activations.mish, its name, or its layer, got 'nonsense'/,
  ],
  [undefined, /got undefined/],
  [tf.layers.dense({units: 1}), /got an instance of Dense/],
  [Math.sin, /got a function/],
])('%p is refused', (value, message) => {
  expect(() => initializerFor(value as string)).toThrow(message);
});

const WIDTH = 256;
const SAMPLES = 64;

/** The mean square of an activation's outputs after many layers, divided by that after none. */
function momentAfter(activation: AnyActivation, depth: number): number {
  return tf.tidy(() => {
    const config = activation.initializer.getConfig() as {scale: number};
    const meanSquare = (y: tf.Tensor): number => tf.mean(tf.square(y)).dataSync()[0];
    let y = activation(tf.randomNormal([SAMPLES, WIDTH], 0, 1, 'float32', 1));
    const first = meanSquare(y);
    for (let seed = 1; seed <= depth; seed++) {
      const kernel = tf.initializers.varianceScaling({...config, seed}).apply([WIDTH, WIDTH]);
      y = activation(tf.matMul(y, kernel));
    }
    return meanSquare(y) / first;
  });
}

/** The exponent with which the mean square of outputs grows with that of inputs, around 1. */
function growthOf(activation: AnyActivation): number {
  const moment = (size: number): number => {
    let sum = 0;
    for (let z = -8; z <= 8; z += 1 / 64) {
      sum += activation.evaluate(size * z) ** 2 * Math.exp((-z * z) / 2);
    }
    return sum;
  };
  return Math.log(moment(1.05) / moment(0.95)) / (2 * Math.log(1.05 / 0.95));
}

test.each(all)('one layer of %s keeps the second moment within a fifth', (_, activation) => {
  const moment = momentAfter(activation, 1);
  expect(moment).toBeGreaterThan(0.8);
  expect(moment).toBeLessThan(1.2);
});

// Where it grows faster than in proportion, what chance adds or takes is multiplied layer by layer.
const stable = all.filter(([, activation]) => growthOf(activation) < 1.01);

test('which activations let signals through many layers', () => {
  const names = stable.map(([name]) => name);
  expect(names).toEqual(
    expect.arrayContaining(['relu', 'elu', 'selu', 'tanh', 'prelu', 'rational']),
  );
  expect(names.length).toBeGreaterThan(35);
});

test.each(stable)('thirty layers of %s keep it within a factor of 2.5', (_, activation) => {
  // The rule for MPELU is a Taylor expansion: it takes 6 % in each layer.
  const factor = activation.definition.kernelScale ? 7 : 2.5;
  const moment = momentAfter(activation, 30);
  expect(moment).toBeGreaterThan(1 / factor);
  expect(moment).toBeLessThan(factor);
});

test("a layer's gain follows its weights, and is that of its activation where they are alike", () => {
  const layer = layers.pelu();
  expect(layer.gain()).toBeCloseTo(activations.pelu.gain(), 9);
  layer.build([null, 2]);
  layer.setWeights([tf.tensor1d([2, 2]), tf.tensor1d([0.5, 0.5])]);
  expect(layer.gain()).toBeCloseTo(activations.pelu.gain({a: 2, b: 0.5}), 9);
  layer.setWeights([tf.tensor1d([1, 2]), tf.tensor1d([1, 0.5])]);
  const moments = [{}, {a: 2, b: 0.5}].map(weights => activations.pelu.gain(weights) ** -2);
  expect(layer.gain()).toBeCloseTo(((moments[0] + moments[1]) / 2) ** -0.5, 9);
});

test('a layer that mixes units is told from an activation', () => {
  expect(() => initializerFor(layers.softmax({name: 'classes'}) as never)).toThrow(
    /Softmax 'classes' mixes units or is random/,
  );
});
