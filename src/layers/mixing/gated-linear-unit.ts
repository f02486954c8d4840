import * as tf from '@tensorflow/tfjs';
import type {Tensor} from '@tensorflow/tfjs';
import {applyProgram} from '../../apply.js';
import {input} from '../../formula/index.js';
import type {Expression} from '../../formula/index.js';
import type {Program} from '../../kernels/index.js';
import {axisOption} from './options.js';
import {ResizingLayer} from './resizing-layer.js';

/** A layer that multiplies the first half of its channels by an activation of the second half. */
export abstract class GatedLinearUnit extends ResizingLayer<{axis: number}> {
  static override readonly options = {axis: axisOption};

  /** Of `a`, the first half, and `x`, the second. */
  protected abstract readonly program: Program;

  protected resized(size: number): number {
    if (size % 2 === 0) return size / 2;
    throw new Error(
      `${this.label}: axis ${this.options.axis} of size ${size} cannot be halved; ` +
        `give it an even number of channels`,
    );
  }

  protected transform(x: Tensor): Tensor {
    const [a, b] = tf.split(x, 2, this.axisOf(x.rank));
    return applyProgram(this.getClassName(), this.program, a, [b], []);
  }
}

/** The program of `a` times the formula of an activation of `x`. */
export function gatedBy(activation: {readonly formula: Expression}): Program {
  const value = input('a').mul(activation.formula);
  return {inputs: [{name: 'a'}, {name: 'x'}], outputs: [{name: 'y', value}]};
}
