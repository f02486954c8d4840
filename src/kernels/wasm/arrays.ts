import type {KernelBackend, TensorInfo} from '@tensorflow/tfjs';
import {FLOAT32_BYTES} from '../float32.js';
import {sizeOf} from '../target.js';
import type {KeepingWorkspace, KeptBytes} from './workspace.js';

const PAGE_BYTES = 65536;

/** Makes memory so large, if it is not; returns whether that moved its buffer. */
export function growTo(memory: WebAssembly.Memory, bytes: number): boolean {
  const missing = bytes - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE_BYTES));
  return missing > 0;
}

/** Tensors whose numbers are arrays, or can be read as such. */
export interface Arrays {
  view(tensor: TensorInfo): Float32Array;
  output(shape: readonly number[]): TensorInfo;
  /** What was read is no longer needed. */
  release(): void;
}

/** What is used of the cpu backend of tfjs. */
interface CpuBackend extends KernelBackend {
  readonly data: {get(dataId: object): {readonly values: Float32Array}};
  makeTensorInfo(shape: number[], dtype: 'float32', values: Float32Array): TensorInfo;
}

class CpuArrays implements Arrays {
  constructor(private readonly backend: CpuBackend) {}

  view({dataId}: TensorInfo): Float32Array {
    return this.backend.data.get(dataId).values;
  }

  output(shape: readonly number[]): TensorInfo {
    const values = new Float32Array(sizeOf(shape));
    return this.backend.makeTensorInfo([...shape], 'float32', values);
  }

  release(): void {}
}

/** How many elements are copied in and out at once: all tensors of a block fit a core's cache. */
const BLOCK_ELEMENTS = 4096;

/** Memory of the kernels' own, through which tensors that are arrays pass in blocks. */
export class ArrayWorkspace implements KeepingWorkspace {
  readonly largestBlock = BLOCK_ELEMENTS;
  readonly readsInPlace = false;
  readonly memory = new WebAssembly.Memory({initial: 16});
  private floats = new Float32Array(this.memory.buffer);
  private firstBlock = 0;
  /** What is kept lies before all that is reserved. */
  private readonly kept = new Set<{readonly end: number}>();
  private endOfKept = 0;

  constructor(
    private readonly backend: KernelBackend,
    private readonly arrays: Arrays,
  ) {}

  reserve(bytes: number, slots: number): number {
    const start = this.endOfKept;
    this.firstBlock = Math.ceil((start + bytes) / FLOAT32_BYTES);
    this.growTo(start + bytes + slots * BLOCK_ELEMENTS * FLOAT32_BYTES);
    return start;
  }

  keep(bytes: number): KeptBytes {
    const address = this.endOfKept;
    const area = {end: address + bytes};
    this.kept.add(area);
    this.endOfKept = area.end;
    this.growTo(area.end);
    const free = (): void => {
      this.kept.delete(area);
      this.endOfKept = Math.max(0, ...[...this.kept].map(({end}) => end));
    };
    return {address, free};
  }

  private growTo(bytes: number): void {
    if (growTo(this.memory, bytes)) this.floats = new Float32Array(this.memory.buffer);
  }

  release(): void {
    this.arrays.release();
  }

  view(tensor: TensorInfo): Float32Array {
    return this.arrays.view(tensor);
  }

  output(shape: readonly number[]): TensorInfo {
    return this.arrays.output(shape);
  }

  dispose({dataId}: TensorInfo): void {
    this.backend.disposeData(dataId);
  }

  read(tensor: TensorInfo, slot: number, offset: number, count: number): number {
    const at = this.slotOf(slot);
    this.floats.set(this.view(tensor).subarray(offset, offset + count), at);
    return at * FLOAT32_BYTES;
  }

  write(_tensor: TensorInfo, slot: number): number {
    return this.slotOf(slot) * FLOAT32_BYTES;
  }

  written(tensor: TensorInfo, slot: number, offset: number, count: number): void {
    const at = this.slotOf(slot);
    this.view(tensor).set(this.floats.subarray(at, at + count), offset);
  }

  private slotOf(slot: number): number {
    return this.firstBlock + slot * BLOCK_ELEMENTS;
  }
}

/** Other backends have `data` too: the cpu backend's holds the values. */
function isCpuBackend(backend: KernelBackend): boolean {
  const {data, makeTensorInfo} = backend as Partial<CpuBackend>;
  const isComplete = typeof data?.get === 'function' && typeof makeTensorInfo === 'function';
  return isComplete && 'blockSize' in backend && !('gpgpu' in backend);
}

/** The arrays of the cpu backend; none of any other. */
export function cpuArraysOf(backend: KernelBackend): Arrays | undefined {
  return isCpuBackend(backend) ? new CpuArrays(backend as CpuBackend) : undefined;
}
