import type {TensorInfo} from '@tensorflow/tfjs';
import {sizeOf} from '../target.js';
import type {Arrays} from '../wasm/arrays.js';
import type {NativeBackend} from './backend.js';

/** Native TensorFlow gives copies of its tensors, and takes new ones where an op first reads them. */
export class NativeArrays implements Arrays {
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
