import type {TensorInfo} from '@tensorflow/tfjs';
import {FLOAT32_BYTES} from '../float32.js';
import {sizeOf} from '../target.js';
import {growTo} from '../wasm/arrays.js';
import type {Workspace} from '../wasm/workspace.js';
import {trackTensor} from './backend.js';
import type {NativeBackend, NativeTensor} from './backend.js';

/** TensorFlow takes memory so aligned as it is; any other it copies. */
const ALIGNMENT = 64;

/**
 * Memory of the kernels' own, which TensorFlow copies its tensors into and out of: reading them by
 * JavaScript is ten times slower.
 */
export class NativeMemory implements Workspace {
  readonly largestBlock = Infinity;
  readonly readsInPlace = false;
  readonly memory = new WebAssembly.Memory({initial: 16});
  private end = 0;
  private readonly addresses = new Map<object, number>();
  private readonly outputs = new Map<object, NativeTensor>();

  constructor(private readonly backend: NativeBackend) {}

  /** Whether TensorFlow writes to this very memory: on a GPU, it has its own. */
  isShared(): boolean {
    const tensor = this.backend.write(new Float32Array([1, 2]), [2], 'float32');
    const info: TensorInfo = {dataId: tensor, shape: [2], dtype: 'float32'};
    try {
      const address = this.read(info, 0, 0);
      const [first, second] = new Float32Array(this.memory.buffer, address, 2);
      return first === 1 && second === 2;
    } catch {
      return false;
    } finally {
      this.release();
      this.dispose(info);
    }
  }

  reserve(bytes: number): number {
    return this.take(bytes);
  }

  release(): void {
    for (const [dataId, output] of this.outputs) {
      const address = this.addresses.get(dataId);
      if (address !== undefined) output.id = this.copyOut(output, address);
    }
    this.outputs.clear();
    this.addresses.clear();
    this.end = 0;
  }

  view({dataId, shape}: TensorInfo): Float32Array {
    const output = this.outputs.get(dataId);
    if (output) return (output.values ??= new Float32Array(sizeOf(shape)));
    return this.backend.readSync(dataId) as Float32Array;
  }

  output(shape: readonly number[]): TensorInfo {
    const {info, tensor} = trackTensor(this.backend, shape, -1);
    this.outputs.set(info.dataId, tensor);
    return info;
  }

  dispose({dataId}: TensorInfo): void {
    this.backend.disposeData(dataId);
  }

  read(tensor: TensorInfo, _slot: number, offset: number): number {
    let address = this.addresses.get(tensor.dataId);
    if (address === undefined) {
      address = this.take(sizeOf(tensor.shape) * FLOAT32_BYTES);
      this.addresses.set(tensor.dataId, address);
      this.copyIn(tensor, address);
    }
    return address + offset * FLOAT32_BYTES;
  }

  write({dataId, shape}: TensorInfo, _slot: number, offset: number): number {
    let address = this.addresses.get(dataId);
    if (address === undefined) {
      address = this.take(sizeOf(shape) * FLOAT32_BYTES);
      this.addresses.set(dataId, address);
    }
    return address + offset * FLOAT32_BYTES;
  }

  written(): void {}

  private take(bytes: number): number {
    const address = this.end;
    this.end = Math.ceil((address + bytes) / ALIGNMENT) * ALIGNMENT;
    growTo(this.memory, this.end);
    return address;
  }

  /** A tensor of one row that lies in the memory. */
  private rowAt(address: number, size: number): number {
    const {binding} = this.backend;
    const values = new Float32Array(this.memory.buffer, address, size);
    return binding.createTensor([1, size], binding.TF_FLOAT, values);
  }

  private copyIn(tensor: TensorInfo, address: number): void {
    const {binding} = this.backend;
    const size = sizeOf(tensor.shape);
    const [id] = this.backend.getInputTensorIds([tensor]);
    const row = this.reshape(id, [1, size]);
    const target = this.rowAt(address, size);
    const first = binding.createTensor([1], binding.TF_INT32, new Int32Array(1));
    const copied = this.execute('InplaceUpdate', [target, first, row]);
    for (const each of [row, target, first, copied]) binding.deleteTensor(each);
  }

  private copyOut({shape}: NativeTensor, address: number): number {
    const {binding} = this.backend;
    const row = this.rowAt(address, sizeOf(shape));
    const copy = this.execute('DeepCopy', [row]);
    const id = this.reshape(copy, shape);
    for (const each of [row, copy]) binding.deleteTensor(each);
    return id;
  }

  private reshape(id: number, shape: number[]): number {
    const {binding} = this.backend;
    const sizes = binding.createTensor([shape.length], binding.TF_INT32, Int32Array.from(shape));
    const reshaped = this.execute('Reshape', [id, sizes]);
    binding.deleteTensor(sizes);
    return reshaped;
  }

  private execute(name: string, inputs: readonly number[]): number {
    return this.backend.binding.executeOp(name, [], inputs, 1)[0].id;
  }
}
