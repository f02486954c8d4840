import {mkdtempSync, rmSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import {ActivationMonitor, layers} from '../../src/index.js';
import {loadModel, saveModel} from '../../src/node/index.js';
import {CASES, trainingLosses} from '../helpers/cases.js';
import {readAll} from '../helpers/conformance.js';
import {expectClose} from '../helpers/layers.js';
import {describeOnNative} from '../helpers/native.js';

async function on<T>(backend: string, work: () => T | Promise<T>): Promise<T> {
  const before = tf.getBackend();
  await tf.setBackend(backend);
  try {
    return await work();
  } finally {
    await tf.setBackend(before);
  }
}

function network(): tf.Sequential {
  const dense = (units: number, seed: number, args: object = {}): tf.layers.Layer =>
    tf.layers.dense({units, kernelInitializer: tf.initializers.heNormal({seed}), ...args});
  const model = tf.sequential({
    layers: [
      dense(32, 1, {inputShape: [8], biasInitializer: tf.initializers.constant({value: -3})}),
      layers.relu({name: 'relu'}),
      dense(16, 2),
      layers.pelu({name: 'pelu'}),
      layers.swiglu(),
      dense(1, 3),
    ],
  });
  model.compile({optimizer: tf.train.adam(0.01), loss: 'meanSquaredError'});
  return model;
}

async function train(callbacks: ActivationMonitor[]): Promise<number[][]> {
  const model = network();
  const optimizer = model.optimizer;
  const x = tf.randomNormal([320, 8], 0, 1, 'float32', 1);
  const y = tf.sum(x, 1, true);
  await model.fit(x, y, {epochs: 3, batchSize: 32, shuffle: false, verbose: 0, callbacks});
  const weights = await readAll(model.getWeights().map(weight => weight.clone()));
  tf.dispose([x, y]);
  model.dispose();
  optimizer.dispose();
  return weights;
}

describeOnNative('layers and the monitor', () => {
  test.each([...CASES.keys()])('as on cpu: %s', async name => {
    const expected = await on('cpu', () => readAll(tf.tidy(() => CASES.get(name)!())));
    const before = tf.memory().numTensors;
    const actual = await readAll(tf.tidy(() => CASES.get(name)!()));
    expect(tf.memory().numTensors).toBe(before);
    expect(actual).toHaveLength(expected.length);
    actual.forEach((row, index) => {
      if (expected[index].every(Number.isFinite)) expectClose(row, expected[index], 1e-5);
      else expect(row).toEqual(expected[index]);
    });
  });

  test('steps of training as on cpu', async () => {
    expectClose(await trainingLosses(), await on('cpu', trainingLosses), 1e-4);
  });

  test('a model that learns convolutions, saved and loaded', async () => {
    const model = tf.sequential({
      layers: [
        tf.layers.conv2d({filters: 4, kernelSize: 3, inputShape: [8, 8, 1]}),
        layers.prelu({sharedAxes: [1, 2]}),
        layers.frelu(),
        tf.layers.flatten(),
        layers.kan({units: 2}),
      ],
    });
    model.compile({optimizer: 'adam', loss: 'meanSquaredError'});
    const [x, y] = [tf.randomNormal([32, 8, 8, 1]), tf.zeros([32, 2])];
    const {history} = await model.fit(x, y, {epochs: 4, verbose: 0});
    expect(history.loss[3]).toBeLessThan(history.loss[0] as number);
    const folder = mkdtempSync(path.join(os.tmpdir(), 'native-'));
    await saveModel(model, folder);
    const loaded = await loadModel(folder);
    rmSync(folder, {recursive: true});
    const [expected, actual] = [model, loaded].map(each => each.predict(x) as tf.Tensor);
    expect(await actual.array()).toEqual(await expected.array());
  });

  test('the monitor names dead units, changes nothing and leaks nothing', async () => {
    const unwatched = await train([]);
    const before = tf.memory().numTensors;
    const monitor = new ActivationMonitor({reporters: []});
    expect(await train([monitor])).toEqual(unwatched);
    expect(tf.memory().numTensors).toBe(before);
    const {layers: watched} = monitor.report();
    expect(watched.map(({name}) => name)).toEqual(expect.arrayContaining(['relu', 'pelu']));
    const [{dead, samples}] = watched;
    expect(samples).toBeGreaterThanOrEqual(300);
    const onCpu = await on('cpu', async () => {
      const monitor = new ActivationMonitor({reporters: []});
      await train([monitor]);
      return monitor.report().layers[0].dead;
    });
    expect(dead.length).toBeGreaterThan(0);
    expect(dead).toEqual(onCpu);
  });
});
