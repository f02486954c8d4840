import * as tf from '@tensorflow/tfjs';
import type {Tensor} from '@tensorflow/tfjs';
import {describe} from './errors.js';
import {ConstraintBase} from './tfjs-classes.js';
import type {Constraint} from './tfjs-classes.js';

function requireNumber(className: string, argument: string, value: unknown): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new Error(`${className}: ${argument} must be a finite number, got ${describe(value)}`);
}

/** Raises every weight below `minValue` to it. */
export class MinValue extends ConstraintBase {
  /** @nocollapse */
  static readonly className = 'MinValue';
  readonly minValue: number;

  constructor({minValue}: {minValue: number}) {
    super();
    this.minValue = requireNumber('MinValue', 'minValue', minValue);
  }

  override apply(weight: Tensor): Tensor {
    return tf.maximum(weight, this.minValue);
  }

  override getConfig() {
    return {minValue: this.minValue};
  }
}

/** Lowers every weight above `maxValue` to it. */
export class MaxValue extends ConstraintBase {
  /** @nocollapse */
  static readonly className = 'MaxValue';
  readonly maxValue: number;

  constructor({maxValue}: {maxValue: number}) {
    super();
    this.maxValue = requireNumber('MaxValue', 'maxValue', maxValue);
  }

  override apply(weight: Tensor): Tensor {
    return tf.minimum(weight, this.maxValue);
  }

  override getConfig() {
    return {maxValue: this.maxValue};
  }
}

/** Keeps every weight between `minValue` and `maxValue`. */
export class MinMaxValue extends ConstraintBase {
  /** @nocollapse */
  static readonly className = 'MinMaxValue';
  readonly minValue: number;
  readonly maxValue: number;

  constructor({minValue, maxValue}: {minValue: number; maxValue: number}) {
    super();
    this.minValue = requireNumber('MinMaxValue', 'minValue', minValue);
    this.maxValue = requireNumber('MinMaxValue', 'maxValue', maxValue);
    if (minValue > maxValue) {
      throw new Error(`MinMaxValue: minValue ${minValue} is larger than maxValue ${maxValue}`);
    }
  }

  override apply(weight: Tensor): Tensor {
    return tf.clipByValue(weight, this.minValue, this.maxValue);
  }

  override getConfig() {
    return {minValue: this.minValue, maxValue: this.maxValue};
  }
}

/** Keeps every weight at `minimum` or above, after each optimizer step. */
export function minValue(minimum: number): Constraint {
  return new MinValue({minValue: minimum});
}

/** Keeps every weight at `maximum` or below, after each optimizer step. */
export function maxValue(maximum: number): Constraint {
  return new MaxValue({maxValue: maximum});
}

/** Keeps every weight between `minimum` and `maximum`, after each optimizer step. */
export function minMaxValue(minimum: number, maximum: number): Constraint {
  return new MinMaxValue({minValue: minimum, maxValue: maximum});
}
