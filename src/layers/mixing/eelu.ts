import * as tf from '@tensorflow/tfjs';
import type {Tensor} from '@tensorflow/tfjs';
import type {WeightDefinitions} from '../../activation-types.js';
import {minValue} from '../../constraints.js';
import {input, where} from '../../formula/index.js';
import type {Program} from '../../kernels/index.js';
import {dataFormatOption, numberOption, seedOption, sharedAxesOption} from './options.js';
import {RandomLayer} from './random-layer.js';
import type {RandomOptions, SharedOptions} from './random-layer.js';

const [x, noise, alpha, beta] = ['x', 'noise', 'alpha', 'beta'].map(input);
const PROGRAM: Program = {
  inputs: ['x', 'noise', 'alpha', 'beta'].map(name => ({name})),
  outputs: [
    {
      name: 'y',
      value: where(x.greater(0), x.mul(noise), alpha.mul(x.mul(beta).expm1())),
    },
  ],
};

export interface EELUOptions extends RandomOptions, SharedOptions {
  /** The largest standard deviation of the slopes. Default: 1. */
  epsilon: number;
}

/**
 * Elastic ELU: an ELU that learns its negative side, and whose positive slopes are random in training.
 *
 *     k · x for x > 0, alpha · (e^(beta·x) − 1) below
 *
 * In training, k ~ N(1, s²), cut off at 0 and 2, is drawn for each input, and s ~ U(0, epsilon) for each
 * call; in inference k is 1. Inputs of any shape, which outputs keep. `alpha` starts at 0.25 and `beta`
 * at 1, both are kept at 0 or above and, by default, each channel has its own. Layers of the same
 * `seed` draw the same sequence.
 *
 * How k is drawn and what the weights start as is taken from implementations, not checked against the
 * article itself. One of them trains the weights only in every second pass, without noise; here every
 * pass does both.
 * @throws if `epsilon` is negative, a shared axis is out of range, or an axis that is not shared has no
 * known size.
 */
export class EELU extends RandomLayer<EELUOptions, 'alpha' | 'beta'> {
  /** @nocollapse */
  static readonly className = 'EELU';
  static readonly activationName = 'eelu';
  static readonly formulaText = 'where(x > 0, k * x, alpha * expm1(beta * x)), k ~ N(1, s^2)';
  static readonly paper = 'Kim et al., 2020, https://doi.org/10.1016/j.neucom.2020.03.051';
  static readonly note =
    'The paper claims better generalization in image classification, through noise in ' +
    'training. Its training is random.';
  static override readonly options = {
    epsilon: numberOption(1, 0),
    seed: seedOption,
    sharedAxes: sharedAxesOption,
    dataFormat: dataFormatOption,
  };
  static override readonly weights: WeightDefinitions = {
    alpha: {initializer: 0.25, constraint: minValue(0)},
    beta: {initializer: 'ones', constraint: minValue(0)},
  };

  protected readonly program = PROGRAM;
  protected readonly mean = 1;

  protected draw(shape: number[]): Tensor {
    const deviation = tf.randomUniform([], 0, this.options.epsilon, 'float32', this.nextSeed());
    const normal = tf.randomNormal(shape, 0, 1, 'float32', this.nextSeed());
    return tf.clipByValue(tf.add(tf.mul(normal, deviation), 1), 0, 2);
  }
}
