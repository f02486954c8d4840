import * as tf from '@tensorflow/tfjs';
import type {Tensor, TensorLike} from '@tensorflow/tfjs';
import {describe, messageOf} from './errors.js';
import {runProgram} from './kernels/index.js';
import type {Program} from './kernels/index.js';

/**
 * Applies an activation's program to `x` and its weights, which broadcast to the shape of `x`.
 * `constants` names weights of which no gradient will be asked.
 */
export function applyProgram(
  className: string,
  program: Program,
  x: Tensor,
  weights: readonly Tensor[],
  constants: readonly string[],
): Tensor {
  const shapes = {full: x.shape, reduced: []};
  return runProgram(`Activation/${className}`, program, [x, ...weights], shapes, constants)[0];
}

/**
 * `value` as a float32 tensor; int32 and bool are cast.
 * @throws if it is a string or complex64 tensor, or nothing of which a tensor can be made.
 */
export function toFloat(owner: string, argument: string, value: Tensor | TensorLike): Tensor {
  const tensor = value instanceof tf.Tensor ? value : tensorOf(owner, argument, value);
  checkType(owner, argument, tensor.dtype);
  return tensor.dtype === 'float32' ? tensor : tf.cast(tensor, 'float32');
}

function tensorOf(owner: string, argument: string, value: TensorLike): Tensor {
  let reason = '';
  if (typeof value !== 'object' || value !== null) {
    try {
      return tf.tensor(value as never);
    } catch (error) {
      reason = Array.isArray(value) ? `: ${messageOf(error)}` : '';
    }
  }
  throw new Error(
    `${owner}: ${argument} must be a tensor, a number, or an array (nested, Float32Array, ` +
      `Int32Array or Uint8Array), got ${describe(value)}${reason}`,
  );
}

/** @throws if a tensor of this type cannot be cast to float32. */
export function checkType(owner: string, argument: string, dtype: string | undefined): void {
  if (dtype === 'float32' || dtype === 'int32' || dtype === 'bool') return;
  throw new Error(
    `${owner}: ${argument} must be a float32, int32 or bool tensor, got one of type ${dtype}`,
  );
}

/**
 * @throws if a weight of this shape does not broadcast to `full`, or lacks its coefficients.
 */
export function checkWeightShape(
  owner: string,
  weight: string,
  shape: readonly number[],
  length: number | undefined,
  full: readonly number[],
): void {
  const outer = length === undefined ? shape : shape.slice(0, -1);
  if (length !== undefined && shape[shape.length - 1] !== length) {
    throw new Error(
      `${owner}: ${weight} needs a last axis of ${length} coefficients, got shape [${shape}]`,
    );
  }
  const offset = full.length - outer.length;
  const fits =
    offset >= 0 && outer.every((size, axis) => size === 1 || size === full[axis + offset]);
  if (fits) return;
  const coefficients = length === undefined ? '' : ` (before its ${length} coefficients)`;
  throw new Error(
    `${owner}: ${weight} of shape [${shape}] does not broadcast${coefficients} to x of shape [${full}]`,
  );
}
