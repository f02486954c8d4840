import * as tf from '@tensorflow/tfjs';
import {ActivationMonitor, layers} from '../../src/index.js';
import type {Report} from '../../src/index.js';
import {bias, dense, fixed, isHooked, normal} from '../helpers/monitor.js';

/** The cpu backend under WebGPU's name, of which a tensor cannot be read synchronously. */
beforeAll(async () => {
  await tf.setBackend('cpu');
  const Cpu = tf.backend().constructor as new () => tf.KernelBackend;
  tf.registerBackend('webgpu', () => new Cpu());
  tf.copyRegisteredKernels('cpu', 'webgpu');
  await tf.setBackend('webgpu');
});

beforeEach(() => {
  jest.spyOn(tf.Tensor.prototype, 'dataSync').mockImplementation(() => {
    throw new Error('dataSync on WebGPU');
  });
});

afterEach(() => jest.restoreAllMocks());

const dying = (): tf.Sequential =>
  fixed(dense(2, {inputShape: [4], activation: 'relu', ...bias(-100)}), layers.prelu(), dense(1));

test('watches fit', async () => {
  const reports: Report[] = [];
  const reporters = [{onTrainEnd: (report: Report) => void reports.push(report)}];
  const monitor = new ActivationMonitor({reporters, every: 1});
  await dying().fit(normal(320, 4), tf.ones([320, 1]), {verbose: 0, callbacks: [monitor]});
  expect(reports).toHaveLength(1);
  expect(monitor.report().layers[0]).toMatchObject({samples: 320, dead: [0, 1]});
  expect(monitor.report().ok).toBe(false);
});

test('reads all that a batch gave at once', async () => {
  const model = dying();
  const monitor = new ActivationMonitor({reporters: [], every: 1});
  const read = jest.spyOn(tf.backend(), 'read');
  const reads: number[] = [];
  class Counter extends tf.Callback {
    override async onBatchEnd(): Promise<void> {
      reads.push(read.mock.calls.length);
    }
  }
  const callbacks = [monitor, new Counter()];
  await model.fit(normal(96, 4), tf.ones([96, 1]), {verbose: 0, callbacks});
  expect(reads).toEqual([1, 2, 3]);
  expect(monitor.report().layers[0].samples).toBe(96);
});

test('watches a loop: what is on the device arrives a moment later', async () => {
  const warn = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
  const reports: Report[] = [];
  const reporters = [{onTrainEnd: (report: Report) => void reports.push(report)}];
  const model = dying();
  const monitor = new ActivationMonitor({reporters, every: 1});
  const detach = monitor.attach(model);
  const [x, y] = [normal(320, 4), tf.ones([320, 1])];
  const before = tf.memory().numTensors;
  for (let step = 0; step < 3; step++) await model.trainOnBatch(x, y);
  expect(monitor.report().layers[0].samples).toBe(640);
  detach();
  expect(isHooked(model)).toBe(false);
  await tf.nextFrame();
  const report = monitor.report();
  expect(report.layers.map(({samples}) => samples)).toEqual([960, 960, 960]);
  expect(report).toMatchObject({
    ok: false,
    layers: [{dead: [0, 1]}, {weights: {alpha: [0, 0]}}, {}],
  });
  expect(reports.map(({ok}) => ok)).toEqual([false]);
  expect(tf.memory().numTensors).toBe(before);
  expect(warn).not.toHaveBeenCalled();
});

test('restores the layers and says so where the device can no longer be read', async () => {
  const warn = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
  const model = dying();
  const monitor = new ActivationMonitor({reporters: [], every: 1});
  const detach = monitor.attach(model);
  await model.trainOnBatch(normal(8, 4), tf.ones([8, 1]));
  jest.spyOn(tf.backend(), 'read').mockRejectedValue(new Error('device lost'));
  detach();
  await tf.nextFrame();
  expect(isHooked(model)).toBe(false);
  expect(warn.mock.calls).toEqual([[expect.stringMatching(/could not read .*device lost/)]]);
});
