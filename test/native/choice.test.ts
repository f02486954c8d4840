import * as tf from '@tensorflow/tfjs';
import {input} from '../../src/formula/index.js';
import type {NativeBackend} from '../../src/kernels/tensorflow/backend.js';
import {NativeMemory} from '../../src/kernels/tensorflow/memory.js';
import {runByOps} from '../../src/kernels/tensorflow/ops.js';
import {tensorflowTarget} from '../../src/kernels/tensorflow/target.js';
import {describeOnNative} from '../helpers/native.js';

jest.mock('../../src/kernels/tensorflow/cost.js', () => ({opsAreFaster: () => false}));
jest.mock('../../src/kernels/tensorflow/ops.js', () => {
  const actual = jest.requireActual<{runByOps: typeof runByOps}>(
    '../../src/kernels/tensorflow/ops.js',
  );
  return {...actual, runByOps: jest.fn(actual.runByOps)};
});

const PROGRAM = {inputs: [{name: 'x'}], outputs: [{name: 'y', value: input('x').abs()}]};
const FULL = [200, 100];

/** How many calls by ops a large tensor takes. */
function callsByOps(backend: NativeBackend): number {
  jest.mocked(runByOps).mockClear();
  const x = tf.fill(FULL, -1);
  const [y] = tensorflowTarget.run(PROGRAM, [x], {full: FULL, reduced: []}, backend);
  expect(backend.readSync(y.dataId)[0]).toBe(1);
  backend.disposeData(y.dataId);
  x.dispose();
  return jest.mocked(runByOps).mock.calls.length;
}

describeOnNative('large tensors, which kernels would run sooner', () => {
  let backend: NativeBackend;

  beforeEach(() => {
    backend = Object.create(tf.backend()) as NativeBackend;
  });

  afterEach(() => {
    jest.restoreAllMocks();
  });

  test('go to kernels', () => {
    expect(callsByOps(backend)).toBe(0);
  });

  test('go to ops where TensorFlow has them elsewhere, on a GPU', () => {
    jest.spyOn(NativeMemory.prototype, 'isShared').mockReturnValue(false);
    expect(callsByOps(backend)).toBe(1);
  });

  test('go to ops where they are too large for the memory of a kernel', () => {
    const holds = jest.spyOn(NativeMemory.prototype, 'holds').mockReturnValue(false);
    expect(callsByOps(backend)).toBe(1);
    expect(holds).toHaveBeenCalledWith([FULL, FULL]);
  });

  test('the memory of a kernel holds 3 GiB', () => {
    const memory = new NativeMemory(backend);
    expect(
      memory.holds([
        [2 ** 14, 2 ** 14],
        [2 ** 14, 2 ** 14, 2],
      ]),
    ).toBe(true);
    expect(memory.holds([[2 ** 15, 2 ** 15], [3]])).toBe(false);
  });
});
