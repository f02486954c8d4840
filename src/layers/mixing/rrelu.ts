import * as tf from '@tensorflow/tfjs';
import type {Tensor} from '@tensorflow/tfjs';
import {input, where} from '../../formula/index.js';
import type {Program} from '../../kernels/index.js';
import {numberOption, seedOption} from './options.js';
import {RandomLayer} from './random-layer.js';
import type {RandomOptions} from './random-layer.js';

const [x, noise] = ['x', 'noise'].map(input);
const PROGRAM: Program = {
  inputs: [{name: 'x'}, {name: 'noise'}],
  outputs: [{name: 'y', value: where(x.greater(0), x, x.mul(noise))}],
};

export interface RReLUOptions extends RandomOptions {
  /** The smallest slope. Default: 1/8. */
  lower: number;
  /** The largest slope. Default: 1/3. */
  upper: number;
}

/**
 * Randomized leaky ReLU: in training, each negative input is multiplied by a slope drawn for it.
 *
 *     x for x > 0, r · x below; r ~ U(lower, upper) in training, (lower + upper)/2 in inference
 *
 * Inputs of any shape, which outputs keep. `lower` is 1/8 and `upper` 1/3 by default; layers of the
 * same `seed` draw the same sequence.
 * @throws if `lower` is above `upper`, or one is not finite.
 */
export class RReLU extends RandomLayer<RReLUOptions> {
  /** @nocollapse */
  static readonly className = 'RReLU';
  static readonly activationName = 'rrelu';
  static readonly formulaText = 'where(x > 0, x, r * x), r ~ U(lower, upper)';
  static readonly paper = 'Xu et al., 2015, https://arxiv.org/abs/1505.00853';
  static readonly note =
    'The paper reports less overfitting than leaky and parametric ReLU on small sets of ' +
    'images. Its training is random.';
  static override readonly options = {
    lower: numberOption(1 / 8),
    upper: numberOption(1 / 3),
    seed: seedOption,
  };

  static override readonly checkOptions = (owner: string, {lower, upper}: RReLUOptions): void => {
    if (lower <= upper) return;
    throw new Error(`${owner}: lower ${lower} is above upper ${upper}`);
  };

  protected readonly program = PROGRAM;

  protected draw(shape: number[]): Tensor {
    const {lower, upper} = this.options;
    return tf.randomUniform(shape, lower, upper, 'float32', this.nextSeed());
  }

  protected get mean(): number {
    return (this.options.lower + this.options.upper) / 2;
  }
}
