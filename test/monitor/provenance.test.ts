import * as tf from '@tensorflow/tfjs';
import {ActivationMonitor, defineActivation} from '../../src/index.js';
import type {FirstNonFinite} from '../../src/monitor/types.js';
import {dense, fixed, normal, silent} from '../helpers/monitor.js';

beforeAll(() => tf.setBackend('cpu'));

const BATCH = 8;
const FEATURES = 3;

/** Batches, of which some are changed. */
function batches(count: number, change: (x: number[][], batch: number) => void): tf.Tensor2D {
  const rows = normal(BATCH * count, FEATURES).arraySync() as number[][];
  for (let batch = 0; batch < count; batch++) {
    change(rows.slice(batch * BATCH, (batch + 1) * BATCH), batch);
  }
  return tf.tensor2d(rows);
}

interface Training {
  readonly every: number;
  readonly layers?: string[];
  readonly epochs?: number;
  readonly y?: tf.Tensor;
  readonly callbacks?: tf.CustomCallback[];
}

/** Where it came from: what the snapshots and the finding say, which is the same. */
async function originIn(
  model: tf.LayersModel,
  x: tf.Tensor,
  {epochs = 1, y = tf.ones([x.shape[0], 1]), callbacks = [], ...options}: Training,
): Promise<FirstNonFinite | null> {
  const monitor = new ActivationMonitor({...silent, ...options});
  await model.fit(x, y, {
    batchSize: BATCH,
    epochs,
    shuffle: false,
    verbose: 0,
    callbacks: [monitor, ...callbacks],
  });
  const {findings} = monitor.report();
  const first = monitor.snapshots[monitor.snapshots.length - 1].firstNonFinite;
  if (!first) {
    expect(findings.filter(({rule}) => rule === 'non-finite')).toEqual([]);
    return null;
  }
  const {layer, step, epoch} = first;
  expect(findings.filter(({rule}) => rule === 'non-finite')).toMatchObject([
    {layer, step, epoch, severity: 'error', evidence: {...first}},
  ]);
  return first;
}

/** The outputs of a layer of a model that does not learn. */
function rangeOf(model: tf.LayersModel, layer: string, x: tf.Tensor): [number, number] {
  const outputs = model.getLayer(layer).output;
  const values = (tf.model({inputs: model.inputs, outputs}).predict(x) as tf.Tensor).dataSync();
  return [Math.min(...values), Math.max(...values)];
}

/** Unit 1 of the second layer gives NaN where the first input is 1000: the first layer is finite. */
function breaking(): tf.Sequential {
  const overflow = defineActivation({
    name: 'overflowing',
    // Infinity from 89 on.
    formula: ({x}) => x.exp(),
  });
  const model = fixed(
    dense(2, {inputShape: [FEATURES], activation: 'relu', name: 'first'}),
    overflow.layer({name: 'second'}),
    dense(2, {activation: 'tanh', name: 'third'}),
    dense(1, {name: 'output'}),
  );
  model.layers[0].setWeights([
    tf.tensor2d([
      [0, 1],
      [1, 0],
      [0, 0],
    ]),
    tf.zeros([2]),
  ]);
  return model;
}

describe('forwards', () => {
  test('a layer, its units, the step, and the range until then', async () => {
    const model = breaking();
    const x = batches(5, (rows, batch) => {
      if (batch === 3) rows[2][0] = 1000;
    });
    const until = rangeOf(model, 'second', x.slice([0, 0], [3 * BATCH, FEATURES]));
    const first = await originIn(model, x, {every: 1});
    expect(first).toMatchObject({
      phase: 'forward',
      layer: 'second',
      units: [1],
      epoch: 0,
      step: 3,
      lastFiniteStep: 2,
    });
    // What was finite in the same batch may count as well.
    const [low, high] = first!.lastFiniteRange!;
    expect(low).toBeLessThanOrEqual(until[0] + 1e-5);
    expect(high).toBeGreaterThanOrEqual(until[1] - 1e-5);
    expect(Number.isFinite(high) && low > 0).toBe(true);
  });

  test('in the second epoch, whose steps go on counting', async () => {
    const model = breaking();
    const x = batches(4, () => undefined);
    const plant = new tf.CustomCallback({
      onEpochBegin: async epoch => {
        // From now on unit 0 of the first layer is far above what exp can take.
        if (epoch !== 1) return;
        const [kernel] = model.layers[0].getWeights();
        model.layers[0].setWeights([kernel, tf.tensor1d([1000, 0])]);
      },
    });
    const training = {epochs: 2, callbacks: [plant]};
    expect(await originIn(model, x, {every: 1, ...training})).toMatchObject({
      phase: 'forward',
      layer: 'second',
      units: [0],
      epoch: 1,
      step: 4,
      lastFiniteStep: 3,
    });
  });

  test('in the first step, nothing was finite before', async () => {
    const x = batches(2, rows => rows.forEach(row => row.fill(NaN)));
    const model = fixed(
      dense(2, {inputShape: [FEATURES], activation: 'tanh', name: 'only'}),
      dense(1),
    );
    expect(await originIn(model, x, {every: 1})).toEqual({
      phase: 'forward',
      layer: 'only',
      units: [0, 1],
      epoch: 0,
      step: 0,
      lastFiniteStep: -1,
      lastFiniteRange: null,
    });
  });

  test('a training that is finite has none', async () => {
    const x = batches(4, () => undefined);
    expect(await originIn(breaking(), x, {every: 1})).toBeNull();
  });
});

describe('every 3 batches', () => {
  /** What is broken stays so from a step on, as where the weights are. */
  test.each([
    // [batches of an epoch, the first that is broken, the last that was watched before, and after]
    [7, 1, 0, 3],
    [7, 3, 0, 3],
    [7, 4, 3, 6],
    [7, 5, 3, 6],
    [7, 6, 3, 6],
    // An epoch ends in steps that are not watched.
    [5, 4, 3, 6],
    [5, 5, 3, 6],
    [6, 4, 3, 6],
    [6, 5, 3, 6],
    [6, 6, 3, 6],
    [4, 10, 9, 12],
    [4, 11, 9, 12],
  ])('epochs of %d batches, broken from step %d: within steps %d to %d', async (...args) => {
    const [size, broken, before, after] = args;
    const x = batches(size, () => undefined);
    const model = breaking();
    let begun = -1;
    const plant = new tf.CustomCallback({
      onBatchBegin: async () => {
        if (++begun !== broken) return;
        const [kernel] = model.layers[0].getWeights();
        model.layers[0].setWeights([kernel, tf.tensor1d([1000, 0])]);
      },
    });
    const first = await originIn(model, x, {every: 3, epochs: 4, callbacks: [plant]});
    // Where a step in between has broken the weights, every layer is: the loss of the epoch tells to
    // look at them, if it comes before the next step that is watched.
    const layer = broken === after ? 'second' : 'first';
    const last = Math.ceil((broken + 1) / size) * size - 1;
    const isTold = broken < last && last < after;
    const step = isTold ? last : after;
    expect(first).toMatchObject({
      phase: isTold ? 'update' : 'forward',
      layer,
      step,
      epoch: Math.floor(step / size),
      lastFiniteStep: before,
    });
    expect(first!.lastFiniteStep).toBeLessThan(broken);
    expect(first!.step).toBeGreaterThanOrEqual(broken);
  });

  test('a report in between does not count as a look at a step', async () => {
    const model = breaking();
    const monitor = new ActivationMonitor({...silent, every: 3});
    let step = -1;
    const plant = new tf.CustomCallback({
      onBatchBegin: async () => {
        monitor.report();
        if (++step !== 4) return;
        const [kernel] = model.layers[0].getWeights();
        model.layers[0].setWeights([kernel, tf.tensor1d([1000, 0])]);
      },
      onBatchEnd: async () => void monitor.report(),
    });
    await model.fit(
      batches(8, () => undefined),
      tf.ones([8 * BATCH, 1]),
      {
        batchSize: BATCH,
        epochs: 1,
        verbose: 0,
        callbacks: [monitor, plant],
      },
    );
    const {firstNonFinite} = monitor.snapshots[monitor.snapshots.length - 1];
    expect(firstNonFinite).toMatchObject({step: 6, lastFiniteStep: 3});
  });

  test('in a loop of one’s own', async () => {
    const model = breaking();
    const monitor = new ActivationMonitor({...silent, every: 3});
    const detach = monitor.attach(model);
    const [kernel] = model.layers[0].getWeights();
    for (let step = 0; step < 8; step++) {
      if (step === 5) model.layers[0].setWeights([kernel, tf.tensor1d([1000, 0])]);
      await model.trainOnBatch(normal(BATCH, FEATURES), tf.ones([BATCH, 1]));
      monitor.report();
    }
    detach();
    const {firstNonFinite} = monitor.snapshots[monitor.snapshots.length - 1];
    expect(firstNonFinite).toMatchObject({step: 6, lastFiniteStep: 3});
  });
});

describe('backwards', () => {
  test('a loss with the slope of a root at 0: the output, though all outputs are finite', async () => {
    const model = fixed(
      dense(2, {inputShape: [FEATURES], activation: 'tanh', name: 'hidden'}),
      dense(2, {name: 'output', useBias: false}),
    );
    // sqrt'(0) · 0 is NaN: of unit 1, where the target is the output.
    const loss = (truth: tf.Tensor, prediction: tf.Tensor): tf.Tensor =>
      tf.mean(tf.sqrt(tf.square(tf.sub(truth, prediction))));
    model.compile({loss, optimizer: tf.train.sgd(0)});
    const x = batches(4, (rows, batch) => {
      if (batch === 2) rows[5].fill(0);
    });
    const outputs = (model.predict(x) as tf.Tensor2D).arraySync();
    const y = tf.tensor2d(outputs.map(([a, b], row) => [a + 1, row === 2 * BATCH + 5 ? b : b + 1]));
    const [low, high] = rangeOf(model, 'output', x.slice([0, 0], [3 * BATCH, FEATURES]));
    const first = await originIn(model, x, {every: 1, y});
    expect(first).toMatchObject({
      phase: 'backward',
      layer: 'output',
      units: [1],
      epoch: 0,
      step: 2,
      lastFiniteStep: 1,
    });
    expect(first!.lastFiniteRange![0]).toBeCloseTo(low, 5);
    expect(first!.lastFiniteRange![1]).toBeCloseTo(high, 5);
  });

  test('an activation with the slope of a root at 0', async () => {
    const root = defineActivation({name: 'root', formula: ({x}) => x.abs().sqrt()});
    const model = fixed(
      dense(2, {inputShape: [FEATURES], activation: 'relu', name: 'before'}),
      root.layer({name: 'root'}),
      dense(2, {activation: 'tanh', name: 'after'}),
      dense(1, {name: 'output'}),
    );
    // Of unit 1 alone can the input be 0.
    model.layers[0].setWeights([
      tf.tensor2d([
        [0, 1],
        [0, 0],
        [0, 0],
      ]),
      tf.tensor1d([1, 0]),
    ]);
    const x = batches(4, (rows, batch) =>
      rows.forEach((row, index) => (row[0] = batch === 1 && index === 0 ? 0 : 1)),
    );
    expect(await originIn(model, x, {every: 1})).toMatchObject({
      phase: 'backward',
      layer: 'root',
      units: [1],
      epoch: 0,
      step: 1,
      lastFiniteStep: 0,
      lastFiniteRange: [0, 1],
    });
  });

  test('a gradient that only weights get', async () => {
    // ∂loss/∂y is 1e30, which is finite; times an input of 1e30 it is not.
    const model = fixed(dense(1, {inputShape: [1], name: 'only', useBias: false}));
    model.layers[0].setWeights([tf.tensor2d([[0]])]);
    const loss = (_: tf.Tensor, prediction: tf.Tensor): tf.Tensor =>
      tf.mul(tf.sum(prediction), 1e30);
    model.compile({loss, optimizer: tf.train.sgd(0)});
    const x = tf.concat([tf.ones([2 * BATCH, 1]), tf.fill([BATCH, 1], 1e30)]);
    expect(await originIn(model, x, {every: 1})).toEqual({
      phase: 'backward',
      layer: 'only',
      units: [],
      epoch: 0,
      step: 2,
      lastFiniteStep: 1,
      lastFiniteRange: null,
    });
  });
});

test('backwards, of the weights alone it is the last', async () => {
  const steep = defineActivation({name: 'steepRoot', formula: ({x}) => x.abs().sqrt()});
  const model = fixed(
    dense(2, {inputShape: [FEATURES], activation: 'tanh', name: 'first'}),
    dense(2, {name: 'second', kernelInitializer: 'zeros'}),
    steep.layer({name: 'root'}),
    dense(1, {name: 'output'}),
  );
  const x = batches(2, () => undefined);
  // The root of 0 has no slope: all weights before it get NaN, the nearest is that of 'second'.
  expect(await originIn(model, x, {every: 1, layers: ['output']})).toMatchObject({
    phase: 'backward',
    layer: 'second',
    step: 0,
    lastFiniteStep: -1,
  });
});

describe('in the update', () => {
  /** A model that does not learn, whose optimizer breaks a bias in a step. */
  const broken = (step: number): tf.Sequential => {
    const model = fixed(
      dense(2, {inputShape: [1], activation: 'relu', name: 'hidden'}),
      dense(1, {name: 'output'}),
    );
    let count = 0;
    const {optimizer} = model;
    const apply = optimizer.applyGradients.bind(optimizer);
    optimizer.applyGradients = gradients => {
      apply(gradients);
      if (count++ !== step) return;
      const [kernel] = model.layers[0].getWeights();
      model.layers[0].setWeights([kernel, tf.tensor1d([1, Infinity])]);
    };
    return model;
  };

  test('a learning rate that makes a weight infinite', async () => {
    const model = fixed(
      dense(1, {inputShape: [1], name: 'output', kernelInitializer: 'zeros', useBias: false}),
    );
    const loss = (_: tf.Tensor, prediction: tf.Tensor): tf.Tensor => tf.mean(prediction);
    model.compile({loss, optimizer: tf.train.sgd(1.2e38)});
    // The gradient is 1: −1.2e38, −2.4e38, and what float32 cannot hold. All outputs are finite.
    const first = await originIn(model, tf.ones([5 * BATCH, 1]), {every: 1});
    expect(first).toEqual({
      phase: 'update',
      layer: 'output',
      units: [],
      epoch: 0,
      step: 2,
      lastFiniteStep: 1,
      lastFiniteRange: null,
    });
  });

  test.each([0, 1, 2])('an optimizer that breaks a weight in step %d', async step => {
    expect(await originIn(broken(step), tf.ones([5 * BATCH, 1]), {every: 1})).toMatchObject({
      phase: 'update',
      layer: 'hidden',
      units: [],
      step,
      lastFiniteStep: step - 1,
    });
  });

  test.each([1, 2, 3, 4, 5, 6])('every 3 batches, of step %d', async step => {
    const first = await originIn(broken(step), tf.ones([5 * BATCH, 1]), {every: 3, epochs: 2});
    const isWatched = step % 3 === 0;
    // After a step that nobody watched, all that can be seen is what the broken weight gives.
    expect(first).toMatchObject({
      phase: isWatched ? 'update' : 'forward',
      layer: 'hidden',
      step: isWatched ? step : Math.ceil(step / 3) * 3,
      lastFiniteStep: isWatched ? step - 3 : Math.floor(step / 3) * 3,
    });
  });
});
