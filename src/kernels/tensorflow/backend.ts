import type {KernelBackend, TensorInfo} from '@tensorflow/tfjs';

/** What tfjs-node keeps of a tensor: its number in TensorFlow, or values that it has not taken yet. */
export interface NativeTensor {
  shape: number[];
  dtype: number;
  id: number;
  values: Float32Array | null;
  refCount: number;
}

/** An attribute of an op; most that are types TensorFlow finds by itself. */
export interface Attribute {
  readonly name: string;
  readonly type: number;
  readonly value: number | boolean;
}

/** What is used of native TensorFlow, the backend of tfjs-node. */
export interface NativeBackend extends KernelBackend {
  readonly binding: {
    readonly TF_ATTR_INT: number;
    readonly TF_ATTR_FLOAT: number;
    readonly TF_ATTR_BOOL: number;
    readonly TF_ATTR_TYPE: number;
    readonly TF_FLOAT: number;
    readonly TF_INT32: number;
    createTensor(shape: number[], dtype: number, values: Float32Array | Int32Array): number;
    executeOp(
      name: string,
      attributes: readonly Attribute[],
      inputs: readonly number[],
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

export function isNativeBackend(backend: KernelBackend): backend is NativeBackend {
  const {binding, tensorMap} = backend as Partial<NativeBackend>;
  return typeof binding?.executeOp === 'function' && typeof tensorMap?.get === 'function';
}

/** A tensor of tfjs for one of TensorFlow, whose number may be set later. */
export function trackTensor(
  {binding, tensorMap}: NativeBackend,
  shape: readonly number[],
  id: number,
): {readonly info: TensorInfo; readonly tensor: NativeTensor} {
  const dataId = {};
  const tensor = {shape: [...shape], dtype: binding.TF_FLOAT, id, values: null, refCount: 1};
  tensorMap.set(dataId, tensor);
  return {info: {dataId, shape: [...shape], dtype: 'float32'}, tensor};
}
