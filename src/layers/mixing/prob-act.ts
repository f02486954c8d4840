import * as tf from '@tensorflow/tfjs';
import type {Tensor} from '@tensorflow/tfjs';
import type {WeightDefinitions} from '../../activation-types.js';
import {relu} from '../../activations/index.js';
import {input} from '../../formula/index.js';
import type {Program} from '../../kernels/index.js';
import {dataFormatOption, seedOption, sharedAxesOption} from './options.js';
import {RandomLayer} from './random-layer.js';
import type {RandomOptions, SharedOptions} from './random-layer.js';

const [noise, sigma] = ['noise', 'sigma'].map(input);
const PROGRAM: Program = {
  inputs: [{name: 'x'}, {name: 'noise'}, {name: 'sigma'}],
  outputs: [{name: 'y', value: relu.formula.add(sigma.mul(noise))}],
};

/**
 * ProbAct: a ReLU with normal noise, whose scale is learned.
 *
 *     max(x, 0) + sigma · ε; ε ~ N(0, 1) in training, its mean 0 in inference
 *
 * Inputs of any shape, which outputs keep. `sigma` starts at 0 (`sigmaInitializer`) and is learned, one
 * for each channel (`sharedAxes: 'spatial'`); 'all' is the one trainable sigma of the paper, [] one for
 * each element. `{sigmaInitializer: 0.5, trainable: false}` is its fixed one. Layers of the same `seed`
 * draw the same sequence.
 * @throws if a shared axis is out of range, or an axis that is not shared has no known size.
 */
export class ProbAct extends RandomLayer<RandomOptions & SharedOptions, 'sigma'> {
  /** @nocollapse */
  static readonly className = 'ProbAct';
  static readonly activationName = 'probAct';
  static readonly formulaText = 'max(x, 0) + sigma * e, e ~ N(0, 1)';
  static readonly paper = 'Shridhar et al., 2019, https://arxiv.org/abs/1905.10761';
  static readonly note =
    'The paper reports gains of 2 to 3 % over ReLU on CIFAR and STL-10, and less overfitting. ' +
    'Its training is random.';
  static override readonly options = {
    seed: seedOption,
    sharedAxes: sharedAxesOption,
    dataFormat: dataFormatOption,
  };
  static override readonly weights: WeightDefinitions = {sigma: {initializer: 'zeros'}};

  protected readonly program = PROGRAM;
  protected readonly mean = 0;

  protected draw(shape: number[]): Tensor {
    return tf.randomNormal(shape, 0, 1, 'float32', this.nextSeed());
  }
}
