import type {KernelBackend, TensorInfo} from '@tensorflow/tfjs';
import {FLOAT32_BYTES} from '../float32.js';
import {sizeOf} from '../target.js';
import type {KeepingWorkspace, KeptBytes} from './workspace.js';

/** What is used of the wasm backend of tfjs. */
interface WasmBackend extends KernelBackend {
  readonly wasm: {
    readonly asm?: {readonly memory?: WebAssembly.Memory};
    readonly wasmMemory?: WebAssembly.Memory;
  };
  readonly dataIdMap: {get(dataId: object): {readonly memoryOffset: number}};
  makeOutput(shape: number[], dtype: 'float32'): TensorInfo;
}

function memoryOf(backend: KernelBackend): WebAssembly.Memory | undefined {
  const {wasm, dataIdMap, makeOutput} = backend as Partial<WasmBackend>;
  const memory = wasm?.asm?.memory ?? wasm?.wasmMemory;
  const isComplete = typeof dataIdMap?.get === 'function' && typeof makeOutput === 'function';
  return isComplete && memory?.buffer ? memory : undefined;
}

/** The wasm backend's own memory: kernels read and write its tensors where they are. */
class SharedWorkspace implements KeepingWorkspace {
  readonly largestBlock = Infinity;
  readonly readsInPlace = true;
  private scratch: TensorInfo | undefined;

  constructor(
    private readonly backend: WasmBackend,
    readonly memory: WebAssembly.Memory,
  ) {}

  reserve(bytes: number): number {
    if (bytes === 0) return 0;
    this.scratch = this.backend.makeOutput([bytes / FLOAT32_BYTES], 'float32');
    return this.addressOf(this.scratch);
  }

  release(): void {
    if (this.scratch) this.backend.disposeData(this.scratch.dataId);
    this.scratch = undefined;
  }

  keep(bytes: number): KeptBytes {
    const tensor = this.backend.makeOutput([bytes / FLOAT32_BYTES], 'float32');
    return {address: this.addressOf(tensor), free: () => this.dispose(tensor)};
  }

  view(tensor: TensorInfo): Float32Array {
    return new Float32Array(this.memory.buffer, this.addressOf(tensor), sizeOf(tensor.shape));
  }

  output(shape: readonly number[]): TensorInfo {
    return this.backend.makeOutput([...shape], 'float32');
  }

  dispose({dataId}: TensorInfo): void {
    this.backend.disposeData(dataId);
  }

  read(tensor: TensorInfo, _slot: number, offset: number): number {
    return this.addressOf(tensor) + offset * FLOAT32_BYTES;
  }

  write(tensor: TensorInfo, _slot: number, offset: number): number {
    return this.addressOf(tensor) + offset * FLOAT32_BYTES;
  }

  written(): void {}

  private addressOf({dataId}: TensorInfo): number {
    return this.backend.dataIdMap.get(dataId).memoryOffset;
  }
}

/** The workspace of the wasm backend; none of any other. */
export function wasmWorkspaceOf(backend: KernelBackend): KeepingWorkspace | undefined {
  const memory = memoryOf(backend);
  return memory && new SharedWorkspace(backend as WasmBackend, memory);
}
