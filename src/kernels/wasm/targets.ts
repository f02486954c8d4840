import type {KernelBackend, TensorInfo} from '@tensorflow/tfjs';
import {input} from '../../formula/index.js';
import type {Expression} from '../../formula/index.js';
import type {Program} from '../program.js';
import {sizeOf} from '../target.js';
import type {KernelTarget} from '../target.js';
import {canCompile} from './compile.js';
import {execute} from './execute.js';
import {WasmAccumulator} from './accumulator.js';
import type {KeptBytes, Workspace} from './workspace.js';
import {lower} from './lower.js';
import {recoveries} from './recover.js';
import {share} from './share.js';

const FLOAT32_BYTES = 4;
const PAGE_BYTES = 65536;

/** What is used of the wasm backend of tfjs. */
interface WasmBackend extends KernelBackend {
  readonly wasm: {
    readonly asm?: {readonly memory?: WebAssembly.Memory};
    readonly wasmMemory?: WebAssembly.Memory;
  };
  readonly dataIdMap: {get(dataId: object): {readonly memoryOffset: number}};
  makeOutput(shape: number[], dtype: 'float32'): TensorInfo;
}

/** What is used of the cpu backend of tfjs. */
interface CpuBackend extends KernelBackend {
  readonly data: {get(dataId: object): {readonly values: Float32Array}};
  makeTensorInfo(shape: number[], dtype: 'float32', values: Float32Array): TensorInfo;
}

function memoryOf(backend: KernelBackend): WebAssembly.Memory | undefined {
  const {wasm, dataIdMap, makeOutput} = backend as Partial<WasmBackend>;
  const memory = wasm?.asm?.memory ?? wasm?.wasmMemory;
  const isComplete = typeof dataIdMap?.get === 'function' && typeof makeOutput === 'function';
  return isComplete && memory?.buffer ? memory : undefined;
}

/** The wasm backend's own memory: kernels read and write its tensors where they are. */
class SharedWorkspace implements Workspace {
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

/** How many elements are copied in and out at once: all tensors of a block fit a core's cache. */
const BLOCK_ELEMENTS = 4096;

/** Memory of the kernels' own, through which the tensors of the cpu backend pass in blocks. */
class PrivateWorkspace implements Workspace {
  readonly largestBlock = BLOCK_ELEMENTS;
  readonly readsInPlace = false;
  readonly memory = new WebAssembly.Memory({initial: 16});
  private floats = new Float32Array(this.memory.buffer);
  private firstBlock = 0;
  /** What is kept lies before all that is reserved. */
  private readonly kept = new Set<{readonly end: number}>();
  private endOfKept = 0;

  constructor(private readonly backend: CpuBackend) {}

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
    const missing = bytes - this.memory.buffer.byteLength;
    if (missing <= 0) return;
    this.memory.grow(Math.ceil(missing / PAGE_BYTES));
    this.floats = new Float32Array(this.memory.buffer);
  }

  release(): void {}

  view({dataId}: TensorInfo): Float32Array {
    return this.backend.data.get(dataId).values;
  }

  output(shape: readonly number[]): TensorInfo {
    const values = new Float32Array(sizeOf(shape));
    return this.backend.makeTensorInfo([...shape], 'float32', values);
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

const recovering = new WeakMap<Program, boolean>();

/** Whether the gradient can take an exponential from the outputs. */
function usesOutputs(program: Program): boolean {
  let known = recovering.get(program);
  if (known === undefined) {
    const {outputs} = program;
    known =
      outputs.every(({value, reduction}) => !Array.isArray(value) && reduction === undefined) &&
      outputs.some(({name, value}) => recoveries(value as Expression, input(name)).length > 0);
    recovering.set(program, known);
  }
  return known;
}

/** WebAssembly on the memory of tfjs's wasm backend, or for its cpu backend on a memory of its own. */
export const wasmTarget: KernelTarget = {
  name: 'wasm',
  serves: backend => canCompile() && (memoryOf(backend) !== undefined || isCpuBackend(backend)),
  check: lower,
  share,
  usesOutputs,
  run: (program, inputs, shapes, backend) => execute(program, inputs, shapes, workspaceOf(backend)),
  accumulator: (program, backend) => new WasmAccumulator(program, workspaceOf(backend)),
};

const workspaces = new WeakMap<KernelBackend, Workspace>();

function workspaceOf(backend: KernelBackend): Workspace {
  let workspace = workspaces.get(backend);
  if (!workspace) {
    const memory = memoryOf(backend);
    workspace = memory
      ? new SharedWorkspace(backend as WasmBackend, memory)
      : new PrivateWorkspace(backend as CpuBackend);
    workspaces.set(backend, workspace);
  }
  return workspace;
}
