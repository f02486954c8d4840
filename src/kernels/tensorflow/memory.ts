import type {TensorInfo} from '@tensorflow/tfjs';
import {FLOAT32_BYTES} from '../float32.js';
import {sizeOf} from '../target.js';
import {growTo} from '../wasm/arrays.js';
import type {Workspace} from '../wasm/workspace.js';
import {trackTensor} from './backend.js';
import type {NativeBackend, NativeTensor} from './backend.js';
import {withScope} from './scope.js';
import type {Scope} from './scope.js';

/** TensorFlow takes memory so aligned as it is; any other it copies. */
const ALIGNMENT = 64;

/** Kernels can address a third more, which is left for what they gather. */
const LARGEST_BYTES = 3 * 2 ** 30;

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

  /** Whether there is room for tensors of these shapes at once. */
  holds(shapes: readonly (readonly number[])[]): boolean {
    const sizes = shapes.map(sizeOf);
    return sizes.reduce((total, size) => total + size, 0) * FLOAT32_BYTES <= LARGEST_BYTES;
  }

  reserve(bytes: number): number {
    return this.take(bytes);
  }

  release(): void {
    try {
      for (const [dataId, output] of this.outputs) {
        const address = this.addresses.get(dataId);
        if (address !== undefined) output.id = this.copyOut(output, address);
      }
    } finally {
      this.outputs.clear();
      this.addresses.clear();
      this.end = 0;
    }
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
    this.outputs.delete(dataId);
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

  private copyIn(tensor: TensorInfo, address: number): void {
    const size = sizeOf(tensor.shape);
    const [id] = this.backend.getInputTensorIds([tensor]);
    withScope(this.backend, scope => {
      const row = scope.inShape([1, size], 'Reshape', id);
      const first = scope.create([1], new Int32Array(1));
      scope.execute('InplaceUpdate', [this.rowAt(address, size, scope), first, row]);
    });
  }

  private copyOut({shape}: NativeTensor, address: number): number {
    return withScope(this.backend, scope => {
      const copy = scope.execute('DeepCopy', [this.rowAt(address, sizeOf(shape), scope)]);
      return scope.keep(scope.inShape(shape, 'Reshape', copy));
    });
  }

  /** A tensor of one row that lies in the memory. */
  private rowAt(address: number, size: number, scope: Scope): number {
    return scope.create([1, size], new Float32Array(this.memory.buffer, address, size));
  }
}
