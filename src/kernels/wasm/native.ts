import type {KernelBackend, TensorInfo} from '@tensorflow/tfjs';
import {FLOAT32_BYTES} from '../float32.js';
import {sizeOf} from '../target.js';
import {growTo} from './arrays.js';
import type {Arrays} from './arrays.js';
import type {Workspace} from './workspace.js';

/** TensorFlow takes memory so aligned as it is; any other it copies. */
const ALIGNMENT = 64;

/** What tfjs-node keeps of a tensor: its number in TensorFlow, or values that it has not taken yet. */
interface NativeTensor {
  shape: number[];
  dtype: number;
  id: number;
  values: Float32Array | null;
  refCount: number;
}

interface Attribute {
  readonly name: string;
  readonly type: number;
  readonly value: number;
}

/** What is used of native TensorFlow, the backend of tfjs-node. */
interface NativeBackend extends KernelBackend {
  readonly binding: {
    readonly TF_ATTR_TYPE: number;
    readonly TF_FLOAT: number;
    readonly TF_INT32: number;
    createTensor(shape: number[], dtype: number, values: Float32Array | Int32Array): number;
    executeOp(
      name: string,
      attributes: Attribute[],
      inputs: number[],
      outputs: number,
    ): {id: number}[];
    deleteTensor(id: number): void;
  };
  readonly tensorMap: {
    get(dataId: object): NativeTensor;
    set(dataId: object, tensor: NativeTensor): void;
  };
  getInputTensorIds(tensors: readonly TensorInfo[]): number[];
}

/** Native TensorFlow gives copies of its tensors, and takes new ones where an op first reads them. */
class NativeArrays implements Arrays {
  private readonly copies = new Map<object, Float32Array>();

  constructor(private readonly backend: NativeBackend) {}

  view({dataId}: TensorInfo): Float32Array {
    const {values} = this.backend.tensorMap.get(dataId);
    if (values) return values;
    let copy = this.copies.get(dataId);
    if (!copy) {
      copy = this.backend.readSync(dataId) as Float32Array;
      this.copies.set(dataId, copy);
    }
    return copy;
  }

  output(shape: readonly number[]): TensorInfo {
    const values = new Float32Array(sizeOf(shape));
    return {
      dataId: this.backend.write(values, [...shape], 'float32'),
      shape: [...shape],
      dtype: 'float32',
    };
  }

  release(): void {
    this.copies.clear();
  }
}

/**
 * Memory of the kernels' own, which TensorFlow copies its tensors into and out of: reading them by
 * JavaScript is ten times slower.
 */
class NativeMemory implements Workspace {
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
    const dataId = {};
    const dtype = this.backend.binding.TF_FLOAT;
    const tensor = {shape: [...shape], dtype, id: -1, values: null, refCount: 1};
    this.backend.tensorMap.set(dataId, tensor);
    this.outputs.set(dataId, tensor);
    return {dataId, shape: [...shape], dtype: 'float32'};
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
    const copied = this.execute('InplaceUpdate', [], [target, first, row]);
    for (const each of [row, target, first, copied]) binding.deleteTensor(each);
  }

  private copyOut({shape}: NativeTensor, address: number): number {
    const {binding} = this.backend;
    const row = this.rowAt(address, sizeOf(shape));
    const copy = this.execute('DeepCopy', [], [row]);
    const id = this.reshape(copy, shape);
    for (const each of [row, copy]) binding.deleteTensor(each);
    return id;
  }

  private reshape(id: number, shape: number[]): number {
    const {binding} = this.backend;
    const sizes = binding.createTensor([shape.length], binding.TF_INT32, Int32Array.from(shape));
    const attribute = {name: 'Tshape', type: binding.TF_ATTR_TYPE, value: binding.TF_INT32};
    const reshaped = this.execute('Reshape', [attribute], [id, sizes]);
    binding.deleteTensor(sizes);
    return reshaped;
  }

  private execute(name: string, attributes: Attribute[], inputs: number[]): number {
    const {binding} = this.backend;
    const type = {name: 'T', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT};
    return binding.executeOp(name, [type, ...attributes], inputs, 1)[0].id;
  }
}

function isNativeBackend(backend: KernelBackend): backend is NativeBackend {
  const {binding, tensorMap} = backend as Partial<NativeBackend>;
  return typeof binding?.executeOp === 'function' && typeof tensorMap?.get === 'function';
}

/** The tensors of native TensorFlow as arrays; none of any other backend. */
export function nativeArraysOf(backend: KernelBackend): Arrays | undefined {
  return isNativeBackend(backend) ? new NativeArrays(backend) : undefined;
}

/** Memory that native TensorFlow copies its tensors into, if it does. */
export function nativeMemoryOf(backend: KernelBackend): Workspace | undefined {
  if (!isNativeBackend(backend)) return undefined;
  const memory = new NativeMemory(backend);
  return memory.isShared() ? memory : undefined;
}
