import type {TensorInfo} from '@tensorflow/tfjs';

/** Where a backend keeps its tensors, and how kernels get at them. */
export interface Workspace {
  readonly memory: WebAssembly.Memory;
  /** How many elements of a tensor a kernel may be given at once. */
  readonly largestBlock: number;
  /** Whether kernels reach every tensor where it lies. */
  readonly readsInPlace: boolean;
  /**
   * The address of free bytes, aligned to 8, until `release`: all that is needed, at once. There are
   * then that many slots for `read` and `write`.
   */
  reserve(bytes: number, slots: number): number;
  release(): void;
  /** All elements of a tensor, to be read or written before the next reservation or output. */
  view(tensor: TensorInfo): Float32Array;
  /** A new tensor. */
  output(shape: readonly number[]): TensorInfo;
  dispose(tensor: TensorInfo): void;
  /** The address of some elements of an input; `slot` numbers what is in use at the same time. */
  read(tensor: TensorInfo, slot: number, offset: number, count: number): number;
  /** The address at which to write some elements of an output. */
  write(tensor: TensorInfo, slot: number, offset: number, count: number): number;
  /** Called when elements of an output have been written. */
  written(tensor: TensorInfo, slot: number, offset: number, count: number): void;
}

/** A workspace that holds memory from run to run. */
export interface KeepingWorkspace extends Workspace {
  /** Bytes aligned to 8 that stay until they are freed, whatever is reserved meanwhile. */
  keep(bytes: number): KeptBytes;
}

/** Memory that is held from run to run. */
export interface KeptBytes {
  readonly address: number;
  free(): void;
}
