import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import {ActivationMonitor} from '../../src/index.js';
import type {UnitStatistics} from '../../src/monitor/types.js';
import {dense, normal, silent, valuesOf} from '../helpers/monitor.js';

/** A model that learns, so that its weights at the end of an epoch are those of no other time. */
function learning(): tf.Sequential {
  const model = tf.sequential({
    layers: [
      dense(3, {inputShape: [4], activation: 'tanh', name: 'hidden'}),
      dense(2, {activation: 'relu', name: 'rectified'}),
      dense(1, {name: 'output'}),
    ],
  });
  model.compile({loss: 'meanSquaredError', optimizer: tf.train.sgd(0.05)});
  return model;
}

/** What the outputs of a layer are for some inputs, by unit. */
function outputsOf(model: tf.LayersModel, layer: number, x: tf.Tensor): number[][] {
  const upTo = tf.model({inputs: model.inputs, outputs: model.layers[layer].output});
  const rows = (upTo.predict(x) as tf.Tensor2D).arraySync();
  return rows[0].map((_, unit) => rows.map(row => row[unit]));
}

function expectStatistics(seen: UnitStatistics | null, outputs: number[][]): void {
  expect(seen).not.toBeNull();
  const {samples, mean, std, min, max, magnitude, zeroShare} = seen!;
  outputs.forEach((values, unit) => {
    const average = (of: (value: number) => number): number =>
      values.reduce((sum, value) => sum + of(value), 0) / values.length;
    const middle = average(value => value);
    expect(samples).toBe(values.length);
    expect(mean[unit]).toBeCloseTo(middle, 5);
    expect(std[unit]).toBeCloseTo(Math.sqrt(average(value => (value - middle) ** 2)), 4);
    expect(magnitude[unit]).toBeCloseTo(average(Math.abs), 5);
    expect(zeroShare[unit]).toBeCloseTo(
      average(value => (value === 0 ? 1 : 0)),
      5,
    );
    expect(min[unit]).toBeCloseTo(Math.min(...values), 5);
    expect(max[unit]).toBeCloseTo(Math.max(...values), 5);
  });
}

const train = (): [tf.Tensor, tf.Tensor] => [normal(64, 4), tf.ones([64, 1])];
/** Other values than those of training. */
const held = (samples: number): [tf.Tensor, tf.Tensor] => [
  tf.add(normal(samples, 4), 2),
  tf.zeros([samples, 1]),
];

describe.each(['cpu', 'wasm'])('validation on %s', backend => {
  beforeAll(async () => {
    await tf.setBackend(backend);
    await tf.ready();
  });

  test.each(['fit', 'fitDataset'] as const)(
    'of %s is what the model gives at the end of each epoch',
    async method => {
      const model = learning();
      const [x, y] = train();
      const [heldX, heldY] = held(40);
      const atEnds: number[][][][] = [];
      const note = new tf.CustomCallback({
        onEpochEnd: async () =>
          void atEnds.push([0, 1, 2].map(layer => outputsOf(model, layer, heldX))),
      });
      const monitor = new ActivationMonitor({...silent, every: 1});
      const options = {epochs: 2, verbose: 0, callbacks: [monitor, note]} as const;
      const datasetOf = (xs: tf.Tensor, ys: tf.Tensor): tf.data.Dataset<tf.TensorContainer> =>
        tf.data
          .zip({xs: tf.data.array(xs.arraySync() as []), ys: tf.data.array(ys.arraySync() as [])})
          .batch(16) as tf.data.Dataset<tf.TensorContainer>;
      if (method === 'fit') {
        const validationData: [tf.Tensor, tf.Tensor] = [heldX, heldY];
        await model.fit(x, y, {
          ...options,
          callbacks: [monitor, note],
          batchSize: 16,
          validationData,
        });
      } else {
        const validationData = datasetOf(heldX, heldY) as never;
        await model.fitDataset(datasetOf(x, y), {
          ...options,
          callbacks: [monitor, note],
          validationData,
        });
      }
      const snapshots = monitor.snapshots.filter(({logs}) => logs);
      expect(snapshots).toHaveLength(2);
      snapshots.forEach(({layers}, epoch) =>
        layers.forEach(({validation}, layer) => expectStatistics(validation, atEnds[epoch][layer])),
      );
      expect(atEnds[1]).not.toEqual(atEnds[0]);
      monitor.report().layers.forEach(({validation, samples}, layer) => {
        expect(samples).toBe(128);
        expectStatistics(validation, atEnds[1][layer]);
      });
    },
  );

  test('changes no statistics of training, and nothing of what is learned', async () => {
    const runs = [];
    for (const validates of [false, true]) {
      const model = learning();
      const monitor = new ActivationMonitor({...silent, every: 1});
      const [x, y] = train();
      await model.fit(x, y, {
        epochs: 3,
        batchSize: 16,
        shuffle: false,
        verbose: 0,
        callbacks: [monitor],
        ...(validates ? {validationData: held(40) as [tf.Tensor, tf.Tensor]} : {}),
      });
      const {layers, weights} = monitor.report();
      expect(layers.every(({validation}) => (validation !== null) === validates)).toBe(true);
      runs.push({
        layers: layers.map(layer => ({...layer, validation: null})),
        weights,
        values: valuesOf(model),
      });
    }
    expect(runs[1]).toEqual(runs[0]);
  });

  test('is that of the latest epoch, up to 300 samples or the batch that reaches them', async () => {
    const model = learning();
    const [heldX, heldY] = held(500);
    const monitor = new ActivationMonitor({...silent, every: 1});
    const [x, y] = train();
    const validationData: [tf.Tensor, tf.Tensor] = [heldX, heldY];
    await model.fit(x, y, {
      epochs: 2,
      batchSize: 64,
      verbose: 0,
      callbacks: [monitor],
      validationData,
    });
    const first = heldX.slice([0, 0], [320, 4]);
    monitor.report().layers.forEach(({validation}, layer) => {
      expectStatistics(validation, outputsOf(model, layer, first));
    });
  });

  test('is seen first and last whatever it costs', async () => {
    const model = learning();
    const monitor = new ActivationMonitor({...silent, overheadBudget: 1e-9});
    const x = normal(400, 4);
    await model.fit(x, tf.ones([400, 1]), {
      epochs: 4,
      batchSize: 16,
      verbose: 0,
      callbacks: [monitor],
      validationData: held(40) as [tf.Tensor, tf.Tensor],
    });
    const seen = monitor.snapshots.filter(({logs}) => logs);
    const means = seen.map(({layers}) => layers[0].validation!.mean[0]);
    // Those between are not looked at again.
    expect(means[1]).toBe(means[0]);
    expect(means[2]).toBe(means[0]);
    expect(means[3]).not.toBe(means[0]);
    expectStatistics(seen[3].layers[0].validation, outputsOf(model, 0, held(40)[0]));
  });

  test('is not what a loss of training or other callbacks predict', async () => {
    const model = learning();
    const [x, y] = train();
    const [heldX, heldY] = held(20);
    const others = normal(8, 4).mul(100);
    const {meanSquaredError} = tf.losses;
    const loss = (truth: tf.Tensor, prediction: tf.Tensor): tf.Tensor => {
      // A validation computes the loss as well, with what that predicts.
      if (tf.engine().state.gradientDepth > 0) model.apply(others, {training: false});
      return meanSquaredError(truth, prediction);
    };
    model.compile({loss, optimizer: tf.train.sgd(0.05)});
    const predict = new tf.CustomCallback({
      onBatchBegin: async () => void model.predict(others),
      onBatchEnd: async () => void model.predict(others),
    });
    const predictFirst = new tf.CustomCallback({
      onEpochBegin: async () => void model.predict(others),
      onBatchBegin: async () => void model.predict(others),
      onEpochEnd: async () => void model.predict(others),
    });
    const monitor = new ActivationMonitor({...silent, every: 1});
    const validationData: [tf.Tensor, tf.Tensor] = [heldX, heldY];
    const callbacks = [predictFirst, monitor, predict];
    await model.fit(x, y, {epochs: 2, batchSize: 16, verbose: 0, callbacks, validationData});
    monitor.report().layers.forEach(({validation, samples}, layer) => {
      expect(samples).toBe(128);
      expectStatistics(validation, outputsOf(model, layer, heldX));
    });
  });

  test.each([false, true])(
    'shows each call of a shared layer apart, called alone: %p',
    async isAlone => {
      const input = tf.input({shape: [2]});
      const shared = dense(2, {activation: 'relu', name: 'shared'});
      const first = shared.apply(input) as tf.SymbolicTensor;
      const second = shared.apply(tf.layers.rescaling({scale: 1, offset: -1}).apply(first));
      const output = dense(1).apply(second) as tf.SymbolicTensor;
      const model = tf.model({inputs: input, outputs: output});
      model.compile({loss: 'meanSquaredError', optimizer: tf.train.sgd(0.01)});
      const x = normal(30, 2);
      const monitor = new ActivationMonitor({...silent, every: 1});
      const validationData: [tf.Tensor, tf.Tensor] = [tf.mul(x, 3), tf.ones([30, 1])];
      // A model of the first call alone, which others use an odd number of times.
      const encoder = tf.model({inputs: input, outputs: first});
      const encode = new tf.CustomCallback({
        onBatchBegin: async () => void (isAlone && encoder.predict(x)),
        onBatchEnd: async batch => void (isAlone && batch === 1 && encoder.predict(x)),
      });
      const callbacks = [monitor, encode];
      await model.fit(x, tf.ones([30, 1]), {
        batchSize: 7,
        epochs: 2,
        verbose: 0,
        callbacks,
        validationData,
      });
      const outputs = [first, second as tf.SymbolicTensor].map(tensor => {
        const upTo = tf.model({inputs: input, outputs: tensor});
        const rows = (upTo.predict(tf.mul(x, 3)) as tf.Tensor2D).arraySync();
        return [0, 1].map(unit => rows.map(row => row[unit]));
      });
      const seen = monitor.report().layers.filter(({name}) => name.startsWith('shared'));
      expect(seen.map(({name}) => name)).toEqual(['shared (call 1)', 'shared (call 2)']);
      seen.forEach(({validation}, call) => expectStatistics(validation, outputs[call]));
    },
  );
});
