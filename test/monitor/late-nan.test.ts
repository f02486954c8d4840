import * as tf from '@tensorflow/tfjs';
import {ActivationMonitor} from '../../src/index.js';
import {dense, fixed, normal} from '../helpers/monitor.js';

/** 640 samples of which the targets of the last two batches are NaN. */
function lateNan() {
  const x = normal(640, 2);
  const y = tf.concat([tf.ones([600, 1]), tf.fill([40, 1], NaN)]);
  const model = fixed(dense(4, {inputShape: [2], activation: 'relu'}), dense(1));
  return {x, y, model};
}

// No pass after the first is watched.
const seldom = {reporters: [], every: 1000};

test('weights that are NaN after the last batches are found, watched or not', async () => {
  const {x, y, model} = lateNan();
  const monitor = new ActivationMonitor(seldom);
  const args = {shuffle: false, verbose: 0, epochs: 1} as const;
  await model.fit(x, y, {...args, callbacks: [monitor]});
  expect(monitor.report().ok).toBe(false);
  const [finding] = monitor.findings.filter(({rule}) => rule === 'non-finite');
  expect(finding.evidence).toMatchObject({phase: 'update'});
});

test('an epoch whose loss is NaN ends training where it was asked for', async () => {
  const {x, y, model} = lateNan();
  const monitor = new ActivationMonitor({...seldom, stopOn: ['non-finite']});
  const args = {shuffle: false, verbose: 0, epochs: 5} as const;
  const {epoch} = await model.fit(x, y, {...args, callbacks: [monitor]});
  expect(epoch).toEqual([0]);
});

test('a loss that is infinite where all else is finite is told of the last layer', async () => {
  const model = fixed(dense(2, {inputShape: [2], activation: 'tanh'}), dense(1, {name: 'output'}));
  const monitor = new ActivationMonitor({reporters: [], every: 1});
  const args = {verbose: 0, epochs: 2, callbacks: [monitor]} satisfies tf.ModelFitArgs;
  // The square of what is missing is more than float32 holds; its gradient is not.
  await model.fit(normal(64, 2), tf.fill([64, 1], 1e25), args);
  const findings = monitor.findings.filter(({rule}) => rule === 'non-finite');
  expect(findings).toMatchObject([
    {
      severity: 'error',
      layer: 'output',
      message:
        'NaN or infinity was first seen in the loss, while all the rest was finite, in epoch 0, after step 1 and by step 1',
      evidence: {phase: 'loss', epoch: 0},
    },
  ]);
});

test('a validation that breaks says nothing of the training', async () => {
  const model = fixed(dense(2, {inputShape: [2], activation: 'tanh'}), dense(1, {name: 'output'}));
  const monitor = new ActivationMonitor({reporters: [], every: 1});
  const validationData: [tf.Tensor, tf.Tensor] = [normal(8, 2), tf.fill([8, 1], NaN)];
  const args = {verbose: 0, epochs: 2, callbacks: [monitor], validationData} as const;
  await model.fit(normal(64, 2), tf.ones([64, 1]), {...args, callbacks: [monitor]});
  expect(monitor.findings.filter(({rule}) => rule === 'non-finite')).toEqual([]);
});

test('a batch of no samples ends nothing', async () => {
  const model = fixed(dense(4, {inputShape: [2], activation: 'relu'}), dense(1));
  const monitor = new ActivationMonitor({reporters: [], every: 1});
  const detach = monitor.attach(model);
  await model.trainOnBatch(tf.zeros([0, 2]), tf.zeros([0, 1]));
  await model.trainOnBatch(normal(8, 2), tf.ones([8, 1]));
  expect(monitor.report().layers.map(({samples}) => samples)).toEqual([8, 8]);
  detach();
});

test('an optimizer that is none is refused before anything is hooked', () => {
  const model = fixed(dense(4, {inputShape: [2], activation: 'relu'}), dense(1));
  const monitor = new ActivationMonitor({reporters: []});
  expect(() => monitor.attach(model, 'sgd' as unknown as tf.Optimizer)).toThrow(
    "optimizer must be a tf.Optimizer such as tf.train.adam(), got 'sgd'",
  );
  expect(model.layers.some(layer => Object.hasOwn(layer, 'call'))).toBe(false);
});

test('an info ends no training', async () => {
  const model = fixed(dense(4, {inputShape: [2], activation: 'relu'}), dense(1));
  const [kernel] = model.layers[0].getWeights();
  model.layers[0].setWeights([kernel, tf.tensor1d([-99, 0, 0, 0])]);
  const monitor = new ActivationMonitor({reporters: [], stopOn: ['dead-units']});
  const args = {verbose: 0, epochs: 2, callbacks: [monitor]} satisfies tf.ModelFitArgs;
  const {epoch} = await model.fit(normal(640, 2), tf.ones([640, 1]), args);
  expect(monitor.findings.map(({rule, severity}) => [rule, severity])).toContainEqual([
    'dead-units',
    'info',
  ]);
  expect(epoch).toEqual([0, 1]);
});

test('weights that were frozen as watching began are watched once they are trained', async () => {
  const model = fixed(dense(4, {inputShape: [2], activation: 'relu'}), dense(1));
  model.trainable = false;
  const monitor = new ActivationMonitor({reporters: [], every: 1});
  const detach = monitor.attach(model);
  model.trainable = true;
  for (let step = 0; step < 2; step++) await model.trainOnBatch(normal(8, 2), tf.ones([8, 1]));
  detach();
  expect(monitor.report().weights.map(({name, steps}) => [name, steps])).toEqual([
    ['kernel', 2],
    ['bias', 2],
    ['kernel', 2],
    ['bias', 2],
  ]);
});
