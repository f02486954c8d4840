import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import {input} from '../../../src/formula/index.js';
import type {Program} from '../../../src/kernels/index.js';
import {kernelOf} from '../../../src/kernels/wasm/compile.js';
import {
  activations,
  defineActivation,
  kernelTarget,
  shareWasmIdentity,
} from '../../../src/index.js';

describe.each(['cpu', 'wasm'])('on %s', backend => {
  beforeAll(async () => {
    await tf.setBackend(backend);
  });

  test('every activation runs as WebAssembly', () => {
    expect(kernelTarget()).toBe('wasm');
    for (const activation of Object.values(activations)) {
      expect(kernelTarget(activation)).toBe('wasm');
    }
    expect(kernelTarget('hard_silu')).toBe('wasm');
    expect(() => kernelTarget('softmax')).toThrow(
      "kernelTarget: expected an activation such as activations.mish, or its name, got 'softmax'",
    );
  });

  test('code that is refused gives a warning with both names, and stock ops the values', () => {
    const refused = defineActivation({
      name: `refusedOn${backend === 'cpu' ? 'Cpu' : 'Wasm'}`,
      formula: ({x}) => x.mul(3),
    });
    const {Module} = WebAssembly;
    const warn = jest.spyOn(console, 'warn').mockImplementation();
    WebAssembly.Module = jest.fn(() => {
      throw new RangeError('larger than 4 kB');
    }) as unknown as typeof WebAssembly.Module;
    try {
      expect([...refused([1, 2]).dataSync()]).toEqual([3, 6]);
      expect([...refused([1, 2]).dataSync()]).toEqual([3, 6]);
      const messages = warn.mock.calls.map(String).filter(text => text.includes('target'));
      expect(messages).toHaveLength(1);
      expect(messages[0]).toContain(`Activation/${refused.className}`);
      expect(messages[0]).toContain('the wasm target');
      expect(messages[0]).toContain('larger than 4 kB');
      expect(kernelTarget(refused)).toBe('composed');
    } finally {
      WebAssembly.Module = Module;
      warn.mockRestore();
    }
  });

  test('one step keeps its output and its gradient alone', () => {
    const x = tf.randomNormal([512, 64]);
    const dy = tf.ones(x.shape);
    const slopes = tf.ones([64]);
    for (const step of [
      () => tf.grads((x, alpha) => activations.prelu(x, {alpha}))([x, slopes], dy),
      () => [tf.grad(x => activations.elu(x))(x, dy)],
      () => [tf.grad(x => activations.gelu(x))(x, dy)],
    ]) {
      tf.dispose(step());
      const bytes = peakBytes(() => tf.dispose(step()));
      expect(bytes / (x.size * 4)).toBeLessThan(2.1);
      expect(bytes / (x.size * 4)).toBeGreaterThanOrEqual(2);
    }
  });

  /** The most bytes that the backend holds at once beyond those before. */
  function peakBytes(work: () => void): number {
    const owner = tf.backend() as unknown as Record<'data' | 'dataIdMap', Storage>;
    const storage = owner.dataIdMap ?? owner.data;
    const {set, delete: remove} = storage;
    const sizes = new Map<object, number>();
    let [held, peak] = [0, 0];
    storage.set = (id, data) => {
      const size = data.values?.byteLength ?? data.shape.reduce((a, b) => a * b, 4);
      sizes.set(id, size);
      held += size;
      peak = Math.max(peak, held);
      set.call(storage, id, data);
    };
    storage.delete = id => {
      held -= sizes.get(id) ?? 0;
      return remove.call(storage, id);
    };
    work();
    Object.assign(storage, {set, delete: remove});
    return peak;
  }

  interface Storage {
    set(id: object, data: {values?: Float32Array; shape: number[]}): void;
    delete(id: object): boolean;
  }
});

test('a kernel links to memory that threads share', () => {
  const memory = new WebAssembly.Memory({initial: 1, maximum: 4, shared: true});
  const x = input('x');
  const program: Program = {inputs: [{name: 'x'}], outputs: [{name: 'y', value: x.mul(2)}]};
  const placement = {rows: false, columns: true};
  const kernel = kernelOf(program, new Map([['x', placement]]), [{placement}], memory);
  const floats = new Float32Array(memory.buffer);
  floats.set([1, 2, 3, 4, 5]);
  kernel(1, 5, 0, 0, 400, 0, 0);
  expect([...floats.subarray(100, 105)]).toEqual([2, 4, 6, 8, 10]);
});

describe('shareWasmIdentity', () => {
  test('shares what tf.clone copies, until it is put back', async () => {
    await tf.setBackend('wasm');
    const x = tf.tensor1d([1, 2, 3]);
    const isShared = (): boolean => {
      const clone = x.clone();
      const shared = clone.dataId === x.dataId;
      expect([...clone.dataSync()]).toEqual([1, 2, 3]);
      clone.dispose();
      return shared;
    };
    expect(isShared()).toBe(false);
    const restore = shareWasmIdentity();
    expect(shareWasmIdentity()).toBe(restore);
    expect(isShared()).toBe(true);
    expect([...x.dataSync()]).toEqual([1, 2, 3]);
    restore();
    restore();
    expect(isShared()).toBe(false);
  });
});
