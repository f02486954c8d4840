import * as tf from '@tensorflow/tfjs';
import {activationParameterGroup, layers, lintModel} from '../../src/index.js';
import {expectRefused, reloaded} from '../helpers/layers.js';

const OPTIMIZERS: Readonly<Record<string, () => tf.Optimizer>> = {
  sgd: () => tf.train.sgd(0.1),
  momentum: () => tf.train.momentum(0.1, 0.9),
  nesterov: () => tf.train.momentum(0.1, 0.9, true),
  adam: () => tf.train.adam(0.1),
  adamax: () => tf.train.adamax(0.1),
  rmsprop: () => tf.train.rmsprop(0.1, 0.9, 0.5, 1e-7, true),
  adagrad: () => tf.train.adagrad(0.1),
  adadelta: () => tf.train.adadelta(0.1),
};

const x = tf.tensor2d([-1, 2, 0.5, -0.3, -2, 1], [3, 2]);
const y = tf.tensor2d([1, 0, 2], [3, 1]);

/** A model whose activation has weights, the same at every call. */
function makeModel(optimizer: tf.Optimizer): tf.Sequential {
  const kernelInitializer = tf.initializers.constant({value: 0.5});
  const model = tf.sequential({
    layers: [
      tf.layers.dense({units: 2, inputShape: [2], kernelInitializer}),
      layers.prelu({alphaInitializer: 0.25, name: 'learned'}),
      tf.layers.dense({units: 1, kernelInitializer, useBias: false}),
    ],
  });
  model.compile({optimizer, loss: 'meanSquaredError'});
  return model;
}

function weightsOf(model: tf.LayersModel): number[][] {
  return model.getWeights().map(weight => [...weight.dataSync()]);
}

const names = Object.keys(OPTIMIZERS);

test.each(names)('%s: the first step is scaled, and decays', async name => {
  const plain = makeModel(OPTIMIZERS[name]());
  const grouped = makeModel(
    activationParameterGroup(OPTIMIZERS[name](), {learningRate: 0.25, decay: 0.5}),
  );
  await plain.trainOnBatch(x, y);
  await grouped.trainOnBatch(x, y);
  const [kernel, bias, alpha, last] = weightsOf(plain);
  const [groupedKernel, groupedBias, groupedAlpha, groupedLast] = weightsOf(grouped);
  expect([groupedKernel, groupedBias, groupedLast]).toEqual([kernel, bias, last]);
  groupedAlpha.forEach((value, index) => {
    const step = alpha[index] - 0.25;
    expect(Math.abs(step)).toBeGreaterThan(1e-6);
    expect(value).toBeCloseTo(0.25 + 0.25 * step - 0.5 * 0.1 * 0.25, 6);
  });
});

test.each(names)('%s: the defaults change nothing, and no tensor is left', async name => {
  const plain = makeModel(OPTIMIZERS[name]());
  const grouped = makeModel(activationParameterGroup(OPTIMIZERS[name]()));
  for (let step = 0; step < 5; step++) {
    await plain.trainOnBatch(x, y);
    await grouped.trainOnBatch(x, y);
  }
  expect(weightsOf(grouped)).toEqual(weightsOf(plain));
  const count = async (model: tf.Sequential): Promise<number> => {
    const {numTensors} = tf.memory();
    await model.trainOnBatch(x, y);
    return tf.memory().numTensors - numTensors;
  };
  expect(await count(grouped)).toBe(await count(plain));
});

// Adamax of stock tfjs cannot be saved.
test.each(names.filter(name => name !== 'adamax'))(
  '%s is saved and loaded with its state',
  async name => {
    const optimizer = activationParameterGroup(OPTIMIZERS[name](), {
      learningRate: 0.5,
      decay: 0.01,
    });
    const model = makeModel(optimizer);
    for (let step = 0; step < 3; step++) await model.trainOnBatch(x, y);
    const loaded = await reloadedWithOptimizer(model);
    expect(loaded.optimizer.getConfig()).toEqual(optimizer.getConfig());
    expect(loaded.optimizer.iterations).toBe(3);
    for (let step = 0; step < 3; step++) {
      await model.trainOnBatch(x, y);
      await loaded.trainOnBatch(x, y);
    }
    weightsOf(loaded).forEach((values, index) =>
      values.forEach((value, at) => expect(value).toBeCloseTo(weightsOf(model)[index][at], 5)),
    );
  },
);

async function reloadedWithOptimizer(model: tf.LayersModel): Promise<tf.LayersModel> {
  let artifacts!: tf.io.ModelArtifacts;
  await model.save(
    tf.io.withSaveHandler(async given => {
      artifacts = given;
      return {modelArtifactsInfo: {dateSaved: new Date(), modelTopologyType: 'JSON'}};
    }),
    {includeOptimizer: true},
  );
  const {modelTopology, trainingConfig} = JSON.parse(JSON.stringify(artifacts)) as typeof artifacts;
  return tf.loadLayersModel(tf.io.fromMemory({...artifacts, modelTopology, trainingConfig}));
}

test('a rate of 0 holds activations, in nested and in loaded models, too', async () => {
  const inner = makeModel(tf.train.sgd(0));
  const nested = tf.sequential({layers: [inner, tf.layers.dense({units: 1})]});
  const loaded = await reloaded(nested);
  for (const model of [nested, loaded]) {
    const optimizer = activationParameterGroup(tf.train.adam(0.1), {learningRate: 0});
    model.compile({optimizer, loss: 'meanSquaredError'});
    const before = weightsOf(model);
    await model.fit(x, y, {epochs: 2, verbose: 0});
    const after = weightsOf(model);
    expect(after[2]).toEqual(before[2]);
    expect(after[0]).not.toEqual(before[0]);
  }
});

test('a constraint holds after the scaled step, which it does not cut short', async () => {
  const make = (optimizer: tf.Optimizer, alphaConstraint?: string): tf.Sequential => {
    const model = tf.sequential({
      layers: [layers.prelu({inputShape: [1], alphaInitializer: 0.05, alphaConstraint})],
    });
    model.compile({optimizer, loss: 'meanSquaredError'});
    return model;
  };
  const [input, target] = [tf.tensor2d([[-1]]), tf.tensor2d([[0.45]])];
  for (const [learningRate, expected] of [
    [0.02, 0.03],
    [1, 0],
  ]) {
    const model = make(activationParameterGroup(tf.train.sgd(1), {learningRate}), 'nonNeg');
    await model.trainOnBatch(input, target);
    expect(weightsOf(model)[0][0]).toBeCloseTo(expected, 5);
  }
});

test('an error of the optimizer leaves constraints as they were, and no tensor', () => {
  class Failing extends tf.SGDOptimizer {
    override applyGradients(): never {
      throw new Error('no step today');
    }
  }
  const layer = layers.prelu({inputShape: [1], alphaConstraint: 'nonNeg'});
  layer.build([null, 1]);
  const optimizer = activationParameterGroup(new Failing(0.1));
  const [{name}] = layer.weights.map(weight => weight.read() as tf.Variable);
  const gradients = [{name, tensor: tf.ones([1])}];
  expectRefused(() => optimizer.applyGradients(gradients), /no step today/);
  layer.weights[0].write(tf.tensor([-1]));
  expect([...layer.getWeights()[0].dataSync()]).toEqual([0]);
});

test('the learning rate is that of the optimizer', () => {
  for (const make of Object.values(OPTIMIZERS)) {
    const group = activationParameterGroup(make());
    expect(group.learningRate).toBe(0.1);
    group.learningRate = 0.05;
    expect(group.learningRate).toBe(0.05);
    group.dispose();
  }
});

test('what reads the learning rate of an optimizer looks into the group', () => {
  const optimizer = activationParameterGroup(tf.train.adam(30), {learningRate: 0.5, decay: 0.1});
  const findings = lintModel(makeModel(optimizer)).filter(({rule}) => rule === 'learning-rate');
  expect(findings.map(({message}) => message)).toEqual([
    expect.stringMatching(/^the learning rate of Adam is 30;/),
  ]);
  expect(findings[0].fixes[0].code).toContain(
    'optimizer: activationParameterGroup(tf.train.adam(0.001), {learningRate: 0.5, decay: 0.1})',
  );
});

test('minimize, too, takes steps of both kinds', () => {
  const layer = layers.prelu({inputShape: [1], alphaInitializer: 0.5});
  layer.build([null, 1]);
  const optimizer = activationParameterGroup(tf.train.sgd(1), {learningRate: 0.5});
  optimizer.minimize(() => tf.sum(layer.apply(tf.tensor2d([[-1]])) as tf.Tensor) as tf.Scalar);
  expect(layer.getWeights()[0].dataSync()[0]).toBeCloseTo(1, 6);
});

test('refuses what it cannot work with', () => {
  const adam = tf.train.adam();
  const refuse = (optimizer: unknown, options: unknown, message: RegExp): void =>
    expectRefused(
      () => activationParameterGroup(optimizer as tf.Optimizer, options as never),
      message,
    );
  refuse('adam', {}, /the optimizer must be one of tfjs.*got 'adam'/);
  refuse(null, {}, /the optimizer must be one of tfjs.*got null/);
  refuse(activationParameterGroup(adam), {}, /got an instance of ActivationParameterGroup/);
  refuse(adam, {rate: 1}, /unknown option 'rate'; accepted: learningRate, decay/);
  refuse(adam, {learningRate: -1}, /learningRate must be a finite number of at least 0, got -1/);
  refuse(adam, {decay: '1'}, /decay must be a finite number of at least 0, got '1'/);
  refuse(adam, 3, /the options must be an object, got 3/);
});
