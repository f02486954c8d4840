import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import {ActivationMonitor, layers, reviveUnits} from '../../src/index.js';
import type {Finding} from '../../src/index.js';

const finding = (
  layer: string,
  units: readonly number[],
  more: Partial<Finding> = {},
): Finding => ({
  ...{rule: 'dead-units', severity: 'warning', message: '', evidence: {}, fixes: []},
  ...{layer, units},
  ...more,
});

const values = (tensor: tf.Tensor) => [...tensor.dataSync()];
const normal = (seed: number) => tf.initializers.glorotNormal({seed});
const random = (shape: number[], seed = 1) =>
  tf.randomUniform(shape, 0, 1, 'float32', seed) as tf.Tensor2D;

/** Makes units of a layer give one number, by biases that no input comes near. */
function silence(model: tf.LayersModel, layer: string, units: readonly number[], bias = -100) {
  const variable = weight(model, layer, 'bias');
  const all = values(variable).map((value, unit) => (units.includes(unit) ? bias : value));
  variable.assign(tf.tensor(all, variable.shape));
}

function weight(model: tf.LayersModel, layer: string, name: string): tf.Variable {
  const {weights} = model.getLayer(layer);
  const found = weights.find(({originalName}) => originalName.endsWith(name));
  return found!.read() as tf.Variable;
}

/** The largest difference that reviving makes to what a model computes. */
function movement(model: tf.LayersModel, x: tf.Tensor, work: () => void): number {
  const before = model.predict(x) as tf.Tensor;
  work();
  const after = model.predict(x) as tf.Tensor;
  return tf.max(tf.abs(tf.sub(before, after))).dataSync()[0];
}

/** Which units of a layer ever give more than they do at rest. */
function movingUnits(model: tf.LayersModel, layer: string, x: tf.Tensor): number[] {
  const part = tf.model({
    inputs: model.inputs,
    outputs: model.getLayer(layer).output as tf.SymbolicTensor,
  });
  const outputs = part.predict(x) as tf.Tensor;
  const flat = tf.reshape(outputs, [-1, outputs.shape[outputs.rank - 1]!]);
  const ranges = values(tf.sub(tf.max(flat, 0), tf.min(flat, 0)));
  return ranges.flatMap((range, unit) => (range > 1e-6 ? [unit] : []));
}

function dense(units: number, seed: number, args: object = {}) {
  return tf.layers.dense({units, kernelInitializer: normal(seed), ...args});
}

/** Each model with the layer that is said to be dead, the layer that makes its units, and inputs. */
const MODELS: Record<string, {make: () => tf.Sequential; layer: string; x: number[]}> = {
  'dense → dense': {
    make: () =>
      tf.sequential({
        layers: [
          dense(6, 1, {inputShape: [8], activation: 'relu', name: 'made'}),
          dense(3, 2, {name: 'next'}),
        ],
      }),
    layer: 'made',
    x: [32, 8],
  },
  'dense → batch normalization → relu → dropout → dense': {
    make: () =>
      tf.sequential({
        layers: [
          dense(6, 1, {inputShape: [8], name: 'made'}),
          tf.layers.batchNormalization({name: 'normal'}),
          layers.relu({name: 'relu'}),
          tf.layers.dropout({rate: 0.5}),
          dense(3, 2, {name: 'next'}),
        ],
      }),
    layer: 'relu',
    x: [32, 8],
  },
  'dense → relu → batch normalization → prelu → dense': {
    make: () =>
      tf.sequential({
        layers: [
          dense(6, 1, {inputShape: [8], activation: 'relu', name: 'made'}),
          tf.layers.batchNormalization({
            name: 'normal',
            betaInitializer: tf.initializers.randomNormal({seed: 3}),
            movingMeanInitializer: tf.initializers.randomNormal({seed: 4}),
          }),
          layers.prelu({name: 'prelu', alphaInitializer: 0.25}),
          dense(3, 2, {name: 'next'}),
        ],
      }),
    layer: 'made',
    x: [32, 8],
  },
  'dense → activation by name → dense': {
    make: () =>
      tf.sequential({
        layers: [
          dense(6, 1, {inputShape: [8], name: 'made'}),
          tf.layers.activation({activation: 'relu', name: 'relu'}),
          dense(3, 2, {name: 'next'}),
        ],
      }),
    layer: 'relu',
    x: [32, 8],
  },
  'convolution → relu → pooling → flatten → dense': {
    make: () =>
      tf.sequential({
        layers: [
          tf.layers.conv2d({
            ...{inputShape: [8, 8, 2], filters: 6, kernelSize: 3, name: 'made'},
            kernelInitializer: normal(1),
          }),
          layers.relu({name: 'relu'}),
          tf.layers.maxPooling2d({poolSize: 2}),
          tf.layers.flatten(),
          dense(3, 2, {name: 'next'}),
        ],
      }),
    layer: 'relu',
    x: [32, 8, 8, 2],
  },
  'convolution → batch normalization → convolution': {
    make: () =>
      tf.sequential({
        layers: [
          tf.layers.conv2d({
            ...{inputShape: [8, 8, 2], filters: 6, kernelSize: 3, name: 'made'},
            ...{activation: 'relu', kernelInitializer: normal(1)},
          }),
          tf.layers.batchNormalization({
            betaInitializer: tf.initializers.randomNormal({seed: 3}),
          }),
          tf.layers.conv2d({filters: 3, kernelSize: 3, kernelInitializer: normal(2), name: 'next'}),
        ],
      }),
    layer: 'made',
    x: [8, 8, 8, 2],
  },
  'convolution → flatten → batch normalization → dense': {
    make: () =>
      tf.sequential({
        layers: [
          tf.layers.conv1d({
            ...{inputShape: [8, 2], filters: 6, kernelSize: 3, name: 'made'},
            ...{activation: 'relu', kernelInitializer: normal(1)},
          }),
          tf.layers.flatten(),
          tf.layers.batchNormalization({
            betaInitializer: tf.initializers.randomNormal({seed: 3}),
          }),
          dense(3, 2, {name: 'next'}),
        ],
      }),
    layer: 'made',
    x: [32, 8, 2],
  },
};

describe.each(['cpu', 'wasm'])('on %s', backend => {
  beforeAll(async () => void (await tf.setBackend(backend)));

  test.each(Object.keys(MODELS))('%s: outputs stay, and the units move', name => {
    const {make, layer, x: shape} = MODELS[name];
    const model = make();
    const x = random(shape);
    silence(model, 'made', [1, 4]);
    expect(movingUnits(model, layer, x)).not.toContain(1);
    const tensors = tf.memory().numTensors;
    let revival: unknown;
    const moved = tf.tidy(() =>
      movement(model, x, () => (revival = reviveUnits(model, [finding(layer, [1, 4])]))),
    );
    expect(moved).toBeLessThan(1e-5);
    expect(tf.memory().numTensors).toBe(tensors);
    expect(revival).toEqual({
      revived: [{layer, units: [1, 4], producer: 'made', consumers: ['next']}],
      skipped: [],
    });
    expect(movingUnits(model, layer, x)).toEqual(expect.arrayContaining([1, 4]));
  });
});
