import * as tf from '@tensorflow/tfjs';
import type {KernelBackend, TensorInfo} from '@tensorflow/tfjs';
import {constant, input, where} from '../../src/formula/index.js';
import type {Program} from '../../src/kernels/index.js';
import type {NativeBackend} from '../../src/kernels/tensorflow/backend.js';
import {opsAreFaster} from '../../src/kernels/tensorflow/cost.js';
import {tensorflowTarget} from '../../src/kernels/tensorflow/target.js';
import {describeOnNative} from '../helpers/native.js';

jest.mock('../../src/kernels/tensorflow/cost.js', () => ({opsAreFaster: jest.fn()}));

const x = input('x');
const a = input('a');
const [p, q] = [input('p[0]'), input('p[1]')];
const INPUTS = [{name: 'x'}, {name: 'a'}, {name: 'p', length: 2}];
const FULL = [200, 10, 10];

const ELEMENTWISE: Program = {
  inputs: INPUTS,
  outputs: [
    {name: 'choice', value: where(x.greater(0), x.mul(a), x.sigmoid().mul(p))},
    {name: 'input', value: x},
    {name: 'weight', value: a},
    {name: 'constant', value: constant(2)},
    {name: 'slope', value: x.sigmoid().mul(x.neg().sigmoid()).mul(a)},
  ],
};
const STACKED: Program = {
  inputs: INPUTS,
  outputs: [{name: 'stacked', value: [x, a, constant(2), x.mul(q)]}, ...ELEMENTWISE.outputs],
};
const GATHERED: Program = {
  inputs: INPUTS,
  outputs: [
    {name: 'least', value: x.mul(q), reduction: 'min'},
    {name: 'sum', value: x.mul(a), reduction: 'sum'},
    ...ELEMENTWISE.outputs,
  ],
};
const SHAPES = {full: FULL, reduced: [[1, 1, 10], [10]]};

/** Counts the tensors of TensorFlow, which `tf.memory()` does not, and can have any call fail. */
class Watched {
  readonly live = new Set<number>();
  private callsLeft = Infinity;

  constructor(backend: NativeBackend) {
    const {binding} = backend;
    const watched: Partial<NativeBackend['binding']> = {
      createTensor: (...given) => {
        this.count();
        const id = binding.createTensor(...given);
        this.live.add(id);
        return id;
      },
      executeOp: (...given) => {
        this.count();
        const made = binding.executeOp(...given);
        for (const {id} of made) this.live.add(id);
        return made;
      },
      deleteTensor: id => {
        binding.deleteTensor(id);
        this.live.delete(id);
      },
    };
    // Its own properties cannot be written.
    const inherited = Object.create(binding, Object.getOwnPropertyDescriptors(watched)) as object;
    Object.assign(backend, {binding: inherited});
  }

  /** Runs `work`, in which the call after so many fails; returns whether it did. */
  failsAfter(calls: number, work: () => void): boolean {
    this.callsLeft = calls;
    try {
      work();
      return false;
    } catch (error) {
      expect((error as Error).message).toBe('planted');
      return true;
    } finally {
      this.callsLeft = Infinity;
    }
  }

  private count(): void {
    if (this.callsLeft-- === 0) throw new Error('planted');
  }
}

describeOnNative('what is left where TensorFlow fails', () => {
  let backend: NativeBackend;
  let watched: Watched;
  let inputs: tf.Tensor[];

  beforeAll(() => {
    backend = tf.backend() as KernelBackend as NativeBackend;
    inputs = [tf.randomNormal(FULL), tf.randomNormal([10]), tf.randomNormal([10, 2])];
    backend.getInputTensorIds(inputs);
    watched = new Watched(backend);
  });

  const run = (program: Program): TensorInfo[] =>
    tensorflowTarget.run(program, inputs, SHAPES, backend);

  const disposed = (tensors: readonly TensorInfo[]): number[][] =>
    tensors.map(({dataId}) => {
      const values = [...(backend.readSync(dataId) as Float32Array)];
      backend.disposeData(dataId);
      return values;
    });

  test.each([
    ['ops', 'elementwise', ELEMENTWISE],
    ['ops', 'stacked', STACKED],
    ['kernels', 'elementwise', ELEMENTWISE],
    ['kernels', 'stacked', STACKED],
    ['kernels', 'gathered', GATHERED],
  ] as const)('nothing of %s, whichever call it is: %s', (by, _, program) => {
    jest.mocked(opsAreFaster).mockReturnValue(by === 'ops');
    const expected = disposed(run(program));
    const before = [backend.numDataIds(), watched.live.size];
    let calls = 0;
    while (watched.failsAfter(calls, () => disposed(run(program)))) {
      expect([calls, backend.numDataIds(), watched.live.size]).toEqual([calls, ...before]);
      calls++;
    }
    expect(calls).toBeGreaterThan(10);
    expect(disposed(run(program))).toEqual(expected);
    expect([backend.numDataIds(), watched.live.size]).toEqual(before);
  });
});
