import * as tf from '@tensorflow/tfjs';
import type {DataType, Tensor} from '@tensorflow/tfjs';
import {InitializerBase} from './tfjs-classes.js';

/** Starts a vector of coefficients at given values, the same for every unit. */
export class StartingValues extends InitializerBase {
  /** @nocollapse */
  static readonly className = 'StartingValues';
  readonly values: readonly number[];

  /** @throws if `values` is not an array of finite numbers. */
  constructor({values}: {values: readonly number[]}) {
    super();
    if (!Array.isArray(values) || !values.every(Number.isFinite)) {
      throw new Error(`StartingValues: values must be finite numbers, got ${String(values)}`);
    }
    this.values = values;
  }

  override apply(shape: number[], dtype?: DataType): Tensor {
    if (shape[shape.length - 1] !== this.values.length) {
      throw new Error(
        `StartingValues: ${this.values.length} values cannot fill a weight of shape [${shape}]`,
      );
    }
    return tf.tidy(() => tf.broadcastTo(tf.tensor1d([...this.values], dtype), shape));
  }

  override getConfig() {
    return {values: [...this.values]};
  }
}
