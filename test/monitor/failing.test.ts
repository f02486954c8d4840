import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import {ActivationMonitor} from '../../src/index.js';
import {dense, fixed, isHooked, normal, silent} from '../helpers/monitor.js';

const {meanSquaredError} = tf.losses;
type Activation = 'relu' | 'elu' | 'tanh';

/** How many tensors a training that fails leaves behind, with a monitor or without it. */
async function growthOf(
  isWatched: boolean,
  activation: Activation,
  train: (model: tf.LayersModel, callbacks: tf.Callback[]) => Promise<unknown>,
): Promise<number> {
  const model = fixed(dense(4, {inputShape: [4], activation}), dense(1));
  const before = tf.memory().numTensors;
  const callbacks = isWatched ? [new ActivationMonitor({...silent, every: 1})] : [];
  await expect(train(model, callbacks)).rejects.toThrow('as planned');
  expect(isHooked(model)).toBe(false);
  return tf.memory().numTensors - before;
}

describe.each(['cpu', 'wasm'])('a training that fails on %s', backend => {
  let x: tf.Tensor;
  let y: tf.Tensor;

  beforeAll(async () => {
    await tf.setBackend(backend);
    await tf.ready();
    [x, y] = [normal(64, 4), tf.ones([64, 1])];
  });

  test.each<[Activation, number]>([
    ['relu', 0],
    ['relu', 2],
    ['elu', 0],
    ['elu', 2],
    ['tanh', 0],
    ['tanh', 2],
  ])('leaves no more of a %s than without a monitor: the loss of batch %d', async (...args) => {
    const [activation, throwing] = args;
    const train = (model: tf.LayersModel, callbacks: tf.Callback[]): Promise<unknown> => {
      let batch = 0;
      const loss = (truth: tf.Tensor, prediction: tf.Tensor): tf.Tensor => {
        if (batch++ === throwing) throw new Error('as planned');
        return meanSquaredError(truth, prediction);
      };
      model.compile({loss, optimizer: tf.train.sgd(0.01)});
      return model.fit(x, y, {batchSize: 16, epochs: 1, verbose: 0, callbacks});
    };
    const plain = await growthOf(false, activation, train);
    expect(await growthOf(true, activation, train)).toBe(plain);
  });

  test('leaves no more than without a monitor: the iterator', async () => {
    const train = (model: tf.LayersModel, callbacks: tf.Callback[]): Promise<unknown> => {
      const batches = tf.data.generator(function* () {
        yield {xs: normal(8, 4), ys: tf.ones([8, 1])};
        throw new Error('as planned');
      } as unknown as () => Iterator<tf.TensorContainer>);
      return model.fitDataset(batches, {epochs: 1, verbose: 0, callbacks});
    };
    const plain = await growthOf(false, 'relu', train);
    expect(await growthOf(true, 'relu', train)).toBe(plain);
  });

  test('keeps what was seen before, and judges it', async () => {
    const model = fixed(
      dense(2, {
        inputShape: [4],
        activation: 'relu',
        biasInitializer: tf.initializers.constant({value: -100}),
      }),
      dense(1),
    );
    const monitor = new ActivationMonitor({...silent, every: 1});
    const failing = new tf.CustomCallback({
      onBatchEnd: async batch => {
        if (batch === 2) throw new Error('as planned');
      },
    });
    const callbacks = [monitor, failing];
    const fit = model.fit(normal(480, 4), tf.ones([480, 1]), {
      batchSize: 160,
      verbose: 0,
      callbacks,
    });
    await expect(fit).rejects.toThrow('as planned');
    expect(monitor.findings).toMatchObject([{rule: 'dead-units', units: [0, 1]}]);
    expect(monitor.report().layers[0].samples).toBe(480);
  });
});

test('watching keeps nothing for the backward pass', async () => {
  await tf.setBackend('cpu');
  const peakOf = async (callbacks: tf.Callback[]): Promise<number> => {
    const model = tf.sequential({
      layers: [
        dense(64, {inputShape: [4], activation: 'elu'}),
        dense(64, {activation: 'tanh'}),
        dense(1),
      ],
    });
    let peak = 0;
    const loss = (truth: tf.Tensor, prediction: tf.Tensor): tf.Tensor => {
      peak = tf.memory().numBytes;
      return meanSquaredError(truth, prediction);
    };
    model.compile({loss, optimizer: tf.train.sgd(0)});
    const [x, y] = [normal(512, 4), tf.ones([512, 1])];
    const before = tf.memory().numBytes;
    await model.fit(x, y, {batchSize: 512, epochs: 1, verbose: 0, callbacks});
    return peak - before;
  };
  const plain = await peakOf([]);
  const watched = await peakOf([new ActivationMonitor({...silent, every: 1})]);
  // What went into and came out of each activation stays until its gradient comes; nothing is copied
  // (512 × 64 numbers; tfjs counts tensors that share their data each).
  expect(watched - plain).toBeLessThan(4.1 * 512 * 64 * 4);
});
