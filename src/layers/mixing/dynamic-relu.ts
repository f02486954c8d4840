import * as tf from '@tensorflow/tfjs';
import type {Tensor} from '@tensorflow/tfjs';
import type {WeightDefinitions} from '../../activation-types.js';
import {relu, tanh} from '../../activations/index.js';
import {applyProgram} from '../../apply.js';
import {input, simplify} from '../../formula/index.js';
import type {Program} from '../../kernels/index.js';
import type {Shape} from '../checked-layer.js';
import {ChannelLayer} from './channel-layer.js';
import type {ChannelOptions} from './channel-layer.js';
import {booleanOption, countOption, dataFormatOption} from './options.js';

/** How far the small network can move slopes and intercepts. */
const LAMBDA_A = 1;
const LAMBDA_B = 0.5;

export interface DynamicReLUOptions extends ChannelOptions {
  /** Whether each channel has slopes of its own, variant B of the paper; false is A. Default: true. */
  perChannel: boolean;
  /** How many lines the largest is taken of. Default: 2. */
  pieces: number;
  /** By how much the small network between is narrower. Default: 4. */
  reduction: number;
}

/**
 * Dynamic ReLU: the largest of several lines, which a small network sets for each sample.
 *
 *     max over k of aₖ · x + bₖ; a₁ = 1 + θ₁, other aₖ = θₖ, bₖ = θₖ₊ₙ / 2 for n = `pieces`
 *     θ = 2 · sigmoid(dense2(relu(dense1(mean of x over space)))) − 1
 *
 * Inputs [batch, …, channels] of rank 2 or more, which outputs keep; with `dataFormat: 'channelsFirst'`
 * the channels are on axis 1. There are 2 `pieces`, and `dense1` has channels / `reduction` units, 4 by
 * default, at least 1. By default each channel has its own θ (DY-ReLU-B); with `perChannel: false` all
 * share one (DY-ReLU-A). The kernels start as `kernelInitializer` says, by default 'glorotUniform', the
 * biases as 0: at θ = 0 it is a ReLU. On ties, the gradient goes to the first line. Masks pass, and keep
 * nothing out of the means.
 * @throws if the size of the channel axis is not known, or `pieces` or `reduction` is no whole number of
 * at least 1.
 */
export class DynamicReLU extends ChannelLayer<DynamicReLUOptions, 'kernel'> {
  /** @nocollapse */
  static readonly className = 'DynamicReLU';
  static readonly activationName = 'dynamicRelu';
  static readonly formulaText =
    'max over k of a[k] * x + b[k], a and b = dense(relu(dense(mean(x)))) squashed';
  static readonly paper = 'Chen et al., 2020, https://arxiv.org/abs/2003.10027';
  static readonly note =
    'The paper reports large gains in small networks for images, at about 5 % more ' +
    'computation for MobileNetV2. What each unit does depends on the whole of a sample.';
  static override readonly options = {
    perChannel: booleanOption(true),
    pieces: countOption(2),
    reduction: countOption(4),
    dataFormat: dataFormatOption,
  };
  static override readonly weights: WeightDefinitions = {kernel: {initializer: 'glorotUniform'}};

  private dense1!: tf.layers.Layer;
  private dense2!: tf.layers.Layer;

  protected override createWeights(inputShape: Shape): void {
    super.createWeights(inputShape);
    const {perChannel, pieces, reduction} = this.options;
    const channels = this.channelsOf(inputShape);
    const width = Math.max(1, Math.floor(channels / reduction));
    const units = 2 * pieces * (perChannel ? channels : 1);
    const dense = (args: {units: number; name: string}): tf.layers.Layer =>
      tf.layers.dense({...args, ...this.kernelArguments('kernel')});
    this.dense1 = this.host(dense({units: width, name: 'dense1'}), [null, channels]);
    this.dense2 = this.host(dense({units, name: 'dense2'}), [null, width]);
  }

  protected transform(x: Tensor): Tensor {
    const {perChannel, pieces} = this.options;
    const means = this.meanOfChannels(x);
    const hidden = relu(this.dense1.call(means, {}) as Tensor);
    const logits = this.dense2.call(hidden, {}) as Tensor;
    const [batch, channels] = means.shape;
    const outer = this.channelShape(x.rank, perChannel ? channels : 1);
    // 2 · sigmoid(z) − 1 is tanh(z/2).
    const theta = tf.reshape(tanh(tf.mul(logits, 0.5)), [batch, ...outer, 2 * pieces]);
    return applyProgram('DynamicReLU', programOf(pieces), x, [theta], []);
  }
}

const programs = new Map<number, Program>();

function programOf(pieces: number): Program {
  if (!programs.has(pieces)) {
    const theta = (index: number) => input(`theta[${index}]`);
    const lines = Array.from({length: pieces}, (_, index) => {
      const slope = theta(index)
        .mul(LAMBDA_A)
        .add(index === 0 ? 1 : 0);
      return slope.mul(input('x')).add(theta(pieces + index).mul(LAMBDA_B));
    });
    const value = simplify(lines.reduce((most, line) => most.maximum(line)));
    programs.set(pieces, {
      inputs: [{name: 'x'}, {name: 'theta', length: 2 * pieces}],
      outputs: [{name: 'y', value}],
    });
  }
  return programs.get(pieces)!;
}
