import * as tf from '@tensorflow/tfjs';
import type {Tensor} from '@tensorflow/tfjs';
import {input, where} from '../../formula/index.js';
import {runProgram} from '../../kernels/index.js';
import type {Program} from '../../kernels/index.js';
import {axisOption} from './options.js';
import {ResizingLayer} from './resizing-layer.js';

const x = input('x');
const PROGRAM: Program = {
  inputs: [{name: 'x'}],
  outputs: [
    {name: 'positive', value: where(x.lessEqual(0), 0, x)},
    {name: 'negative', value: where(x.greaterEqual(0), 0, x.neg())},
  ],
};

/**
 * Concatenated ReLU: the positive and the negative part of each channel, both kept.
 *
 *     [max(x, 0), max(−x, 0)]
 *
 * Inputs of any rank, [batch, …, n], become [batch, …, 2n]: along `axis`, by default −1, the positive
 * parts come first.
 * @throws if the axis is out of range, or the batch's.
 */
export class CReLU extends ResizingLayer<{axis: number}> {
  /** @nocollapse */
  static readonly className = 'CReLU';
  static readonly activationName = 'crelu';
  static readonly formulaText = '[max(x, 0), max(-x, 0)]';
  static readonly paper = 'Shang et al., 2016, https://arxiv.org/abs/1603.05201';
  static readonly note =
    'For the first convolutions of a network: the paper finds their filters in pairs of ' +
    'opposite sign, which one filter replaces. Doubles the channels.';
  static override readonly options = {axis: axisOption};

  protected resized(size: number): number {
    return 2 * size;
  }

  protected transform(given: Tensor): Tensor {
    const shapes = {full: given.shape, reduced: []};
    const parts = runProgram('Activation/CReLU', PROGRAM, [given], shapes);
    return tf.concat(parts, this.axisOf(given.rank));
  }
}
