import * as tf from '@tensorflow/tfjs';
import {relu} from '../../src/index.js';
import {NativeMemory} from '../../src/kernels/tensorflow/memory.js';
import {runByOps} from '../../src/kernels/tensorflow/ops.js';
import {describeOnNative} from '../helpers/native.js';

jest.mock('../../src/kernels/tensorflow/cost.js', () => ({opsAreFaster: () => false}));
jest.mock('../../src/kernels/tensorflow/ops.js', () => {
  const actual = jest.requireActual<{runByOps: typeof runByOps}>(
    '../../src/kernels/tensorflow/ops.js',
  );
  return {...actual, runByOps: jest.fn(actual.runByOps)};
});

/** How many calls by ops a large tensor takes. */
async function callsByOps(): Promise<number> {
  jest.mocked(runByOps).mockClear();
  const outputs = tf.tidy(() => relu(tf.fill([200, 100], -1)));
  expect(await outputs.min().array()).toBe(0);
  return jest.mocked(runByOps).mock.calls.length;
}

describeOnNative('large tensors, which kernels would run sooner', () => {
  afterEach(() => {
    jest.restoreAllMocks();
  });

  test('go to ops where TensorFlow has them elsewhere, on a GPU', async () => {
    jest.spyOn(NativeMemory.prototype, 'isShared').mockReturnValue(false);
    expect(await callsByOps()).toBe(1);
  });
});
