import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import {ActivationMonitor, layers} from '../../src/index.js';

const silent = {reporters: []};

const kernelInitializer = (seed: number) => tf.initializers.glorotUniform({seed});

function data(samples: number, features = 4): [tf.Tensor, tf.Tensor] {
  return [
    tf.randomNormal([samples, features], 0, 1, 'float32', 1),
    tf.randomNormal([samples, 1], 0, 1, 'float32', 2),
  ];
}

/** Two of the six ReLU units are dead by their biases. */
function withDeadUnits(): tf.Sequential {
  const model = tf.sequential();
  model.add(
    tf.layers.dense({
      units: 6,
      inputShape: [4],
      activation: 'relu',
      name: 'hidden',
      kernelInitializer: kernelInitializer(3),
    }),
  );
  model.add(tf.layers.dense({units: 1, name: 'output', kernelInitializer: kernelInitializer(4)}));
  const [kernel] = model.layers[0].getWeights();
  model.layers[0].setWeights([kernel, tf.tensor1d([0, -100, 0, 0, -100, 0])]);
  model.compile({loss: 'meanSquaredError', optimizer: tf.train.sgd(0.01)});
  return model;
}

async function weightsAfter(
  build: () => tf.LayersModel,
  callbacks: tf.Callback[],
  x: tf.Tensor,
  y: tf.Tensor,
): Promise<number[]> {
  const model = build();
  await model.fit(x, y, {epochs: 3, batchSize: 16, shuffle: false, verbose: 0, callbacks});
  return model.getWeights().flatMap(weight => [...weight.dataSync()]);
}

describe.each(['cpu', 'wasm'])('ActivationMonitor on %s', backend => {
  beforeAll(async () => {
    await tf.setBackend(backend);
    await tf.ready();
  });

  test('names the dead units of a fused ReLU, after 300 samples', async () => {
    const model = withDeadUnits();
    const monitor = new ActivationMonitor({...silent, every: 1});
    const [x, y] = data(320);
    await model.fit(x, y, {epochs: 1, batchSize: 32, verbose: 0, callbacks: [monitor]});
    const report = monitor.report();
    expect(report.layers[0]).toMatchObject({name: 'hidden', units: 6, samples: 320, dead: [1, 4]});
    expect(report.findings).toMatchObject([
      {rule: 'dead-units', layer: 'hidden', units: [1, 4], evidence: {samples: 320}},
    ]);
  });

  test('calls nothing dead before 300 samples', async () => {
    const monitor = new ActivationMonitor({...silent, every: 1});
    const [x, y] = data(256);
    await withDeadUnits().fit(x, y, {epochs: 1, verbose: 0, callbacks: [monitor]});
    expect(monitor.report().layers[0].dead).toEqual([]);
    expect(monitor.findings).toEqual([]);
  });

  test('gathers the statistics of every unit', async () => {
    const model = tf.sequential();
    model.add(tf.layers.dense({units: 3, inputShape: [4], activation: 'tanh'}));
    model.add(tf.layers.dense({units: 1}));
    model.compile({loss: 'meanSquaredError', optimizer: tf.train.sgd(0)});
    const [x, y] = data(330);
    const hidden = tf.model({inputs: model.inputs, outputs: model.layers[0].output});
    const outputs = (hidden.predict(x) as tf.Tensor2D).arraySync();
    const monitor = new ActivationMonitor({...silent, every: 1});
    await model.fit(x, y, {epochs: 1, batchSize: 33, verbose: 0, callbacks: [monitor]});
    const [layer] = monitor.report().layers;
    for (let unit = 0; unit < 3; unit++) {
      const values = outputs.map(row => row[unit]);
      const mean = values.reduce((sum, value) => sum + value) / 330;
      const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 330;
      const slope = values.reduce((sum, value) => sum + (1 - value ** 2), 0) / 330;
      expect(layer.mean[unit]).toBeCloseTo(mean, 5);
      expect(layer.std[unit]).toBeCloseTo(Math.sqrt(variance), 5);
      expect(layer.slope![unit]).toBeCloseTo(slope, 5);
      expect(layer.min[unit]).toBe(Math.min(...values));
      expect(layer.max[unit]).toBe(Math.max(...values));
      expect(layer.lastFired[unit]).toBe(9);
    }
  });

  test('finds saturated units, which are not dead', async () => {
    const model = tf.sequential();
    const bias = tf.initializers.constant({value: 50});
    model.add(
      tf.layers.dense({units: 2, inputShape: [4], biasInitializer: bias, activation: 'tanh'}),
    );
    model.add(tf.layers.dense({units: 1}));
    model.compile({loss: 'meanSquaredError', optimizer: tf.train.sgd(0)});
    const monitor = new ActivationMonitor(silent);
    const [x, y] = data(320);
    await model.fit(x, y, {epochs: 1, verbose: 0, callbacks: [monitor]});
    expect(monitor.report().layers[0]).toMatchObject({dead: [], saturated: [0, 1]});
  });

  test('a PReLU whose slope can still learn is not dead', async () => {
    const model = tf.sequential();
    const bias = tf.initializers.constant({value: -50});
    model.add(tf.layers.dense({units: 2, inputShape: [4], biasInitializer: bias}));
    model.add(layers.prelu());
    model.add(tf.layers.dense({units: 1}));
    model.compile({loss: 'meanSquaredError', optimizer: tf.train.sgd(0)});
    const monitor = new ActivationMonitor(silent);
    const [x, y] = data(320);
    await model.fit(x, y, {epochs: 1, verbose: 0, callbacks: [monitor]});
    expect(monitor.report().layers[0].dead).toEqual([]);
  });

  test.each(['relu', 'elu', 'tanh', 'swish'] as const)(
    'training with a %s network and without it ends in bit-identical weights',
    async activation => {
      const build = (): tf.LayersModel => {
        const model = tf.sequential();
        model.add(
          tf.layers.dense({
            units: 8,
            inputShape: [4],
            activation,
            kernelInitializer: kernelInitializer(5),
          }),
        );
        model.add(layers.pelu());
        model.add(tf.layers.batchNormalization());
        model.add(tf.layers.reLU());
        model.add(tf.layers.dense({units: 1, kernelInitializer: kernelInitializer(6)}));
        model.compile({loss: 'meanSquaredError', optimizer: tf.train.adam(0.01)});
        return model;
      };
      const [x, y] = data(160);
      const plain = await weightsAfter(build, [], x, y);
      const watched = await weightsAfter(
        build,
        [new ActivationMonitor({...silent, every: 1})],
        x,
        y,
      );
      expect(watched).toEqual(plain);
    },
  );

  test('leaks no tensor and restores every layer, in fit and where fit throws', async () => {
    const model = withDeadUnits();
    const [x, y] = data(64);
    await model.fit(x, y, {epochs: 1, verbose: 0});
    const before = tf.memory().numTensors;
    const monitor = new ActivationMonitor({...silent, every: 1});
    await model.fit(x, y, {epochs: 2, verbose: 0, callbacks: [monitor]});
    expect(tf.memory().numTensors).toBe(before);
    expect(model.layers.some(layer => Object.hasOwn(layer, 'call'))).toBe(false);
    for (const moment of ['onTrainBegin', 'onBatchBegin', 'onBatchEnd', 'onEpochEnd'] as const) {
      const failing = new tf.CustomCallback({});
      failing[moment] = async () => {
        throw new Error(`failed in ${moment}`);
      };
      const fit = model.fit(x, y, {epochs: 1, verbose: 0, callbacks: [monitor, failing]});
      await expect(fit).rejects.toThrow(`failed in ${moment}`);
      expect(model.layers.some(layer => Object.hasOwn(layer, 'call'))).toBe(false);
    }
    await model.fit(x, y, {epochs: 1, verbose: 0, callbacks: [monitor]});
    expect(monitor.report().layers[0].samples).toBe(64);
  });

  test('attach serves trainOnBatch, and one entry stands for each call of a shared layer', async () => {
    const input = tf.input({shape: [4]});
    const shared = tf.layers.dense({units: 4, activation: 'relu', name: 'shared'});
    const output = tf.layers.dense({units: 1}).apply(shared.apply(shared.apply(input)));
    const model = tf.model({inputs: input, outputs: output as tf.SymbolicTensor});
    model.compile({loss: 'meanSquaredError', optimizer: 'sgd'});
    const monitor = new ActivationMonitor({...silent, every: 1});
    const detach = monitor.attach(model);
    const [x, y] = data(40);
    for (let batch = 0; batch < 10; batch++) await model.trainOnBatch(x, y);
    detach();
    const report = monitor.report();
    expect(report.layers.map(({name, samples}) => [name, samples])).toEqual([
      ['shared (call 1)', 400],
      ['shared (call 2)', 400],
      [expect.stringContaining('dense'), 400],
    ]);
    expect(Object.hasOwn(shared, 'call')).toBe(false);
  });

  test('reports numbers that are not finite as they appear, and can stop there', async () => {
    const model = withDeadUnits();
    const [x, y] = data(64);
    const monitor = new ActivationMonitor({...silent, stopOn: ['non-finite']});
    const broken = tf.mul(x, NaN);
    await model.fit(broken, y, {epochs: 5, verbose: 0, callbacks: [monitor]});
    expect(monitor.report().ok).toBe(false);
    expect(monitor.findings[0]).toMatchObject({rule: 'non-finite', layer: 'hidden', step: 0});
    expect(monitor.snapshots).toHaveLength(1);
    expect(JSON.parse(JSON.stringify(monitor.report()))).toEqual(monitor.report());
  });
});

test('watches conv channels by positions that count as one sample', async () => {
  await tf.setBackend('cpu');
  const model = tf.sequential();
  model.add(
    tf.layers.conv2d({inputShape: [6, 6, 1], filters: 3, kernelSize: 3, activation: 'relu'}),
  );
  model.add(tf.layers.flatten());
  model.add(tf.layers.dense({units: 1}));
  const [kernel] = model.layers[0].getWeights();
  model.layers[0].setWeights([kernel, tf.tensor1d([0, -100, 0])]);
  model.compile({loss: 'meanSquaredError', optimizer: tf.train.sgd(0)});
  const monitor = new ActivationMonitor({...silent, every: 1});
  const x = tf.randomNormal([300, 6, 6, 1], 0, 1, 'float32', 1);
  await model.fit(x, tf.zeros([300, 1]), {epochs: 1, verbose: 0, callbacks: [monitor]});
  expect(monitor.report().layers[0]).toMatchObject({units: 3, samples: 300, dead: [1]});
});
