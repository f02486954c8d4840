import * as tf from '@tensorflow/tfjs';
import type {Tensor} from '@tensorflow/tfjs';
import {applyProgram} from '../../apply.js';
import {input} from '../../formula/index.js';
import type {Program} from '../../kernels/index.js';
import type {MixingLayerArgs} from './mixing-layer.js';
import {axisOption, countOption} from './options.js';
import {ResizingLayer} from './resizing-layer.js';

export interface MaxoutOptions {
  /** How many channels remain; those before must be a multiple. */
  numUnits: number;
  /** The axis of the channels. Default: −1. */
  axis: number;
}

export type MaxoutArgs = MixingLayerArgs<MaxoutOptions> & {numUnits: number};

/**
 * Maxout: the largest of k channels each.
 *
 *     unit j is max(x[j], x[j + n], x[j + 2n], …) for n = `numUnits`
 *
 * Inputs of any rank, [batch, …, k · numUnits], become [batch, …, numUnits]. The arguments and the
 * order of the channels are those of TensorFlow Addons: `numUnits` must be given, `axis` is −1 by
 * default. On ties, the gradient goes to the first.
 * @throws if `numUnits` is no whole number of at least 1, the axis is out of range or the batch's, or
 * its size is no multiple of `numUnits`.
 */
export class Maxout extends ResizingLayer<MaxoutOptions> {
  /** @nocollapse */
  static readonly className = 'Maxout';
  static readonly activationName = 'maxout';
  static readonly formulaText = 'max(x[j], x[j + n], x[j + 2n], …)';
  static readonly paper = 'Goodfellow et al., 2013, https://arxiv.org/abs/1302.4389';
  static readonly note =
    'The paper trains it with dropout, and reports better image classification than with ' +
    'ReLU. The layer before has to be k times as wide, with as many times the weights.';
  static override readonly options = {numUnits: countOption(), axis: axisOption};

  protected resized(size: number): number {
    const {axis, numUnits} = this.options;
    if (size > 0 && size % numUnits === 0) return numUnits;
    throw new Error(
      `${this.label}: axis ${axis} of size ${size} cannot be split into pieces of ` +
        `numUnits ${numUnits}; make it a multiple`,
    );
  }

  protected transform(x: Tensor): Tensor {
    const axis = this.axisOf(x.rank);
    const pieces = x.shape[axis] / this.options.numUnits;
    if (pieces === 1) return x;
    const [first, ...others] = tf.split(x, pieces, axis);
    return applyProgram('Maxout', programOf(pieces), first, others, []);
  }
}

const programs = new Map<number, Program>();

/** The largest of so many inputs. */
function programOf(pieces: number): Program {
  if (!programs.has(pieces)) {
    const inputs = Array.from({length: pieces}, (_, index) => ({name: `x${index}`}));
    const value = inputs.map(({name}) => input(name)).reduce((most, each) => most.maximum(each));
    programs.set(pieces, {inputs, outputs: [{name: 'y', value}]});
  }
  return programs.get(pieces)!;
}
