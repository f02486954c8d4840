import * as tf from '@tensorflow/tfjs';
import type {DataType, Tensor, serialization} from '@tensorflow/tfjs';
import {InitializerBase} from './tfjs-classes.js';

type ConfigDict = serialization.ConfigDict;

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

/** In place of a bound of 0, which tfjs takes for one that is missing. */
const NEARLY_ZERO = 1e-7;

/** Uniformly between two bounds. */
export function uniform(minval: number, maxval: number): ConfigDict {
  return {className: 'RandomUniform', config: {minval: minval || NEARLY_ZERO, maxval, seed: null}};
}

/** Normally distributed about 0. */
export function normal(stddev: number): ConfigDict {
  return {className: 'RandomNormal', config: {mean: 0, stddev, seed: null}};
}
