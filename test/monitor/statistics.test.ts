import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import {ActivationMonitor, activations, defineActivation, layers} from '../../src/index.js';
import {defineRule, recommendedRules} from '../../src/monitor/rules/index.js';
import {bias, dense, fixed, normal, silent} from '../helpers/monitor.js';

const ones = {kernelInitializer: 'ones', useBias: false} as const;

/** What the monitor saw in one epoch. */
async function seenIn(
  model: tf.LayersModel,
  x: tf.Tensor,
  batchSize = 32,
): Promise<ActivationMonitor> {
  const monitor = new ActivationMonitor({...silent, every: 1});
  const [, ...shape] = model.outputs[0].shape as number[];
  const y = tf.zeros([x.shape[0], ...shape]);
  await model.fit(x, y, {batchSize, shuffle: false, verbose: 0, callbacks: [monitor]});
  return monitor;
}

function stdOf(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}

describe.each(['cpu', 'wasm'])('statistics on %s', backend => {
  beforeAll(async () => {
    await tf.setBackend(backend);
    await tf.ready();
  });

  test.each([0, 100, 1e4, 1e5])('the deviation about a mean of %d keeps its digits', async mean => {
    const x = tf.add(normal(320, 1), mean);
    const truth = stdOf([...x.dataSync()]);
    for (const batchSize of [32, 320]) {
      const model = fixed(dense(1, {inputShape: [1], ...ones}));
      const [layer] = (await seenIn(model, x, batchSize)).report().layers;
      expect(Math.abs(layer.std[0] / truth - 1)).toBeLessThan(1e-3);
      expect(Math.abs(layer.mean[0] / (mean + 1) - 1)).toBeLessThan(1);
    }
  });

  test('masked steps and NaN have no part in the first mean', async () => {
    const model = fixed(
      tf.layers.masking({maskValue: 0, inputShape: [2, 1]}),
      tf.layers.activation({activation: 'relu', name: 'watched'}),
      tf.layers.lstm({units: 1}),
    );
    const steps = normal(32, 2, 1).add(1e5);
    const x = steps.mul(tf.tensor3d([[[0], [1]]])) as tf.Tensor3D;
    const truth = stdOf([...steps.slice([0, 1, 0], [32, 1, 1]).dataSync()]);
    const [layer] = (await seenIn(model, x)).report().layers;
    expect(Math.abs(layer.std[0] / truth - 1)).toBeLessThan(1e-2);
    expect(layer).toMatchObject({samples: 32, zeroShare: [0]});
    const broken = tf.concat([tf.fill([1, 1], NaN), tf.fill([31, 1], 1e5)]);
    const [other] = (await seenIn(fixed(dense(1, {inputShape: [1], ...ones})), broken)).report()
      .layers;
    expect(other).toMatchObject({mean: [1e5], std: [0], min: [1e5], zeroShare: [0]});
  });

  test('a unit that gave nothing but NaN has no numbers', async () => {
    const model = fixed(dense(2, {inputShape: [1], activation: 'relu', ...ones}));
    model.layers[0].setWeights([tf.tensor2d([[1, NaN]])]);
    const monitor = await seenIn(model, tf.ones([32, 1]));
    expect(monitor.report().layers[0]).toMatchObject({
      mean: [1, null],
      std: [0, null],
      min: [1, null],
      max: [1, null],
      zeroShare: [0, null],
      slope: [1, null],
    });
    expect(monitor.findings).toMatchObject([{rule: 'non-finite', units: [1]}]);
  });

  test('the slope of a fused ELU is that of its input', async () => {
    const x = normal(320, 1);
    const model = fixed(dense(1, {inputShape: [1], activation: 'elu', ...ones}));
    const [layer] = (await seenIn(model, x)).report().layers;
    const slopes = [...x.dataSync()].map(z => (z > 0 ? 1 : Math.exp(z)));
    expect(layer.slope![0]).toBeCloseTo(slopes.reduce((sum, slope) => sum + slope) / 320, 5);
  });

  test('no operation gathers statistics, one tells of a formula at its weights', async () => {
    const model = fixed(
      dense(3, {inputShape: [2], activation: 'relu'}),
      layers.pelu(),
      dense(1, {activation: 'tanh'}),
    );
    const monitor = new ActivationMonitor({...silent, every: 1});
    const detach = monitor.attach(model);
    const [x, y] = [normal(8, 2), tf.ones([8, 1])];
    const countsOf = async (work: () => unknown): Promise<number[]> => {
      const {kernels} = await tf.profile(async () => {
        await work();
        return tf.scalar(0);
      });
      return ['Statistics', 'Curve'].map(
        kind => kernels.filter(({name}) => name === `Activation/${kind}`).length,
      );
    };
    // Statistics are added up in the memory of the kernels; the starting weights are read at once.
    expect(await countsOf(() => model.trainOnBatch(x, y))).toEqual([0, 1]);
    expect(await countsOf(() => monitor.report())).toEqual([0, 3]);
    // A formula without weights has one curve for ever.
    expect(await countsOf(() => monitor.report())).toEqual([0, 1]);
    detach();
  });
});

describe('the largest slope', () => {
  beforeAll(() => tf.setBackend('cpu'));

  const steep = defineActivation({name: 'steepTanh', formula: ({x}) => x.mul(100).tanh()});

  test.each<[string, tf.layers.Layer, number[], object | null, number[]]>([
    ['of a fixed formula', activations.selu.layer(), [4], null, [1.7580993]],
    ['of a steep one', steep.layer(), [4], null, [100]],
    ['of shared weights', layers.pelu({sharedAxes: 'all'}), [4], {a: [3], b: [2]}, [1.5]],
    ['of each unit', layers.pelu(), [4], {a: [1, 2, 3, 4], b: [1, 1, 1, 2]}, [1, 2, 3, 2]],
    [
      'of weights that the units share, and the positions do not',
      layers.pelu({sharedAxes: [2]}),
      [2, 4],
      {a: [[1], [3]], b: [[1], [1]]},
      [2],
    ],
    [
      'of weights of each element, averaged within a unit',
      layers.pelu({sharedAxes: []}),
      [2, 3],
      {
        a: [
          [1, 2, 3],
          [3, 2, 5],
        ],
        b: [
          [1, 1, 1],
          [1, 1, 1],
        ],
      },
      [2, 2, 4],
    ],
    [
      'where the channels are first',
      layers.pelu({sharedAxes: [], dataFormat: 'channelsFirst'}),
      [3, 2],
      {
        a: [
          [1, 3],
          [2, 2],
          [3, 5],
        ],
        b: [
          [1, 1],
          [1, 1],
          [1, 1],
        ],
      },
      [2, 2, 4],
    ],
    ['of coefficients', layers.rational(), [4], null, [1.07]],
  ])('%s', async (_, layer, inputShape, weights, largest) => {
    const model = fixed(dense(inputShape[inputShape.length - 1], {inputShape}), layer);
    if (weights) layer.setWeights(Object.values(weights).map(value => tf.tensor(value)));
    const monitor = await seenIn(model, normal(8, ...inputShape));
    const {largestSlope, units} = monitor.snapshots[0].layers[0];
    const expected = largest.length === 1 ? Array<number>(units).fill(largest[0]) : largest;
    expect(largestSlope).toHaveLength(units);
    largestSlope!.forEach((slope, unit) => expect(slope).toBeCloseTo(expected[unit], 1));
  });

  test('of a steep formula is saturated at slopes that are steep for another', async () => {
    const model = fixed(dense(1, {inputShape: [1], ...ones}), steep.layer());
    const [layer] = (await seenIn(model, tf.mul(normal(6400, 1), 2))).report().layers;
    expect(layer.slope![0]).toBeGreaterThan(0.05);
    expect(layer.saturated).toEqual([0]);
  });

  test('of thousands of units with weights of their own is told by one kernel', async () => {
    await tf.setBackend('wasm');
    const units = 2048;
    const model = fixed(dense(units, {inputShape: [2], ...bias(-50)}), layers.pelu(), dense(1));
    model.layers[1].setWeights([tf.randomUniform([units], 0.5, 2), tf.ones([units])]);
    const monitor = new ActivationMonitor({...silent, every: 1});
    const detach = monitor.attach(model);
    await model.trainOnBatch(normal(320, 2), tf.ones([320, 1]));
    const {kernels} = await tf.profile(() => {
      expect(monitor.report().layers[0].saturated).toHaveLength(units);
      return tf.scalar(0);
    });
    const curves = kernels.filter(({name}) => name === 'Activation/Curve');
    // The output's linear activation has one too.
    expect(curves.map(({inputShapes}) => inputShapes[1])).toEqual([[1, units], undefined]);
    detach();
  });
});

describe('a run', () => {
  beforeAll(() => tf.setBackend('cpu'));
  afterEach(() => jest.restoreAllMocks());

  test('keeps the learned weights of every epoch', async () => {
    const model = fixed(dense(2, {inputShape: [2]}), layers.prelu({name: 'watched'}), dense(1));
    model.compile({loss: 'meanSquaredError', optimizer: tf.train.sgd(0.1)});
    const monitor = new ActivationMonitor({...silent, every: 1});
    await model.fit(normal(32, 2), tf.ones([32, 1]), {
      epochs: 2,
      verbose: 0,
      callbacks: [monitor],
    });
    const [first, second] = monitor.snapshots.map(({layers: [{weights}]}) => weights!.alpha);
    expect(first).toHaveLength(2);
    expect(second).not.toEqual(first);
    expect(second).toEqual([...model.layers[1].getWeights()[0].dataSync()]);
    expect(monitor.report().layers[0].weights).toEqual({alpha: second});
  });

  test("'auto' watches each batch up to 300 samples, and then as the budget allows", async () => {
    const overheadBudget = 1e-9;
    const model = fixed(dense(4, {inputShape: [2], activation: 'tanh'}), dense(1));
    const monitor = new ActivationMonitor({...silent, overheadBudget});
    await model.fit(normal(1000, 2), tf.ones([1000, 1]), {
      batchSize: 10,
      epochs: 11,
      verbose: 0,
      callbacks: [monitor],
    });
    const {cost, layers: seen} = monitor.report();
    expect(cost.every).toBe(999);
    // 30 batches are 300 samples; then comes the 999th of 1100; and the last are watched again.
    expect(seen[0].samples).toBe(300 + 10 + 310);
    expect(seen[0]).toMatchObject({fromStep: 1069, toStep: 1099});
    expect(monitor.snapshots[0].layers[0]).toMatchObject({fromStep: 0, toStep: 9});
  });

  test.each([2, 10])('of exactly every %d-th batch keeps its windows to the end', async every => {
    const model = fixed(dense(4, {inputShape: [2], activation: 'tanh'}), dense(1));
    const monitor = new ActivationMonitor({...silent, every});
    const data: [tf.Tensor, tf.Tensor] = [normal(640, 2), tf.ones([640, 1])];
    await model.fit(...data, {epochs: 4, verbose: 0, callbacks: [monitor]});
    const [layer] = monitor.report().layers;
    expect(layer.samples).toBe(32 * Math.ceil(80 / every));
    expect(layer.toStep).toBe(every === 2 ? 78 : 70);
  });

  test('of a dataset of unknown length ends with its last batches', async () => {
    const model = fixed(dense(4, {inputShape: [2], activation: 'tanh'}), dense(1));
    const monitor = new ActivationMonitor({...silent, overheadBudget: 1e-9});
    const samples = async function* (): AsyncGenerator<tf.TensorContainer> {
      for (let index = 0; index < 50; index++) yield {xs: normal(16, 2), ys: tf.ones([16, 1])};
    };
    const dataset = tf.data.generator(samples as never) as tf.data.Dataset<tf.TensorContainer>;
    await model.fitDataset(dataset, {epochs: 3, verbose: 0, callbacks: [monitor]});
    // 300 samples are 19 batches of 16; one more, since the last may be smaller.
    expect(monitor.report().layers[0]).toMatchObject({fromStep: 130, toStep: 149});
  });

  test('judges numbers that are not finite once, not in every batch', async () => {
    const check = jest.fn(() => []);
    const counting = defineRule({id: 'counting', description: 'Counts', check});
    const rules = [...recommendedRules, counting];
    const model = fixed(dense(4, {inputShape: [2], activation: 'tanh', name: 'only'}));
    const monitor = new ActivationMonitor({...silent, every: 1, rules});
    await model.fit(tf.fill([200, 2], NaN), tf.ones([200, 4]), {
      batchSize: 10,
      epochs: 1,
      verbose: 0,
      callbacks: [monitor],
    });
    expect(monitor.findings[0]).toMatchObject({rule: 'non-finite', step: 0});
    // When they appear, after 100 samples, at the end of the epoch, and of training.
    expect(check).toHaveBeenCalledTimes(6);
  });

  test('whose weights are NaN after its last step is not ok', async () => {
    const model = fixed(dense(2, {inputShape: [2]}), layers.prelu({name: 'watched'}), dense(1));
    model.compile({loss: 'meanSquaredError', optimizer: tf.train.sgd(NaN)});
    const monitor = await seenIn(model, normal(32, 2));
    expect(monitor.report().ok).toBe(false);
    expect(monitor.findings).toMatchObject([{rule: 'non-finite', evidence: {phase: 'update'}}]);
  });

  test.each([
    [299, []],
    [300, [0, 1]],
  ])('of %d samples calls the units %j dead', async (samples, dead) => {
    const model = fixed(dense(2, {inputShape: [2], activation: 'relu', ...bias(-100)}), dense(1));
    const monitor = await seenIn(model, normal(samples, 2), 13);
    expect(monitor.report().layers[0]).toMatchObject({samples, dead});
  });
});
