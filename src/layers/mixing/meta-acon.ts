import * as tf from '@tensorflow/tfjs';
import type {LayerVariable, Tensor} from '@tensorflow/tfjs';
import type {WeightDefinitions} from '../../activation-types.js';
import {sigmoid} from '../../activations/index.js';
import {applyProgram} from '../../apply.js';
import {input, smoothMaximum} from '../../formula/index.js';
import type {Program} from '../../kernels/index.js';
import type {Shape} from '../checked-layer.js';
import {ChannelLayer} from './channel-layer.js';
import type {ChannelOptions} from './channel-layer.js';
import type {CallArguments} from './mixing-layer.js';
import {countOption, dataFormatOption} from './options.js';

const [x, beta, p1, p2] = ['x', 'beta', 'p1', 'p2'].map(input);
const PROGRAM: Program = {
  inputs: ['x', 'beta', 'p1', 'p2'].map(name => ({name})),
  outputs: [{name: 'y', value: smoothMaximum(x, p1, p2, beta)}],
};

/** As PyTorch normalizes, in whose terms the layer was published. */
const NORMALIZATION = {momentum: 0.9, epsilon: 1e-5};

export interface MetaACONOptions extends ChannelOptions {
  /** By how much the small network between is narrower. Default: 16. */
  reduction: number;
}

/**
 * Meta-ACON: ACON-C, "activate or not", whose switch a small network sets for each sample and channel.
 *
 *     (p1 − p2) · x · sigmoid(β · (p1 − p2) · x) + p2 · x
 *     β = sigmoid(norm2(dense2(norm1(dense1(mean of x over space)))))
 *
 * Inputs [batch, …, channels] of rank 2 or more, which outputs keep; with `dataFormat: 'channelsFirst'`
 * the channels are on axis 1. `dense1` has max(r, channels / r) units for r = `reduction`, 16 by
 * default. `p1` and `p2`, one for each channel, start as N(0, 1); the kernels of `dense1` and `dense2` as
 * `kernelInitializer` says, by default 'glorotUniform'. (They have no biases: the normalization of a
 * batch takes away whatever is added to all of it.) In training the batch
 * normalizations use and update the statistics of the batch (momentum 0.9, epsilon 1e−5), unless the
 * layer is frozen (`trainable = false`). Masks pass, and keep nothing out of the means.
 * @throws if the size of the channel axis is not known, or `reduction` is no whole number of at least 1.
 */
export class MetaACON extends ChannelLayer<MetaACONOptions, 'p1' | 'p2' | 'kernel'> {
  /** @nocollapse */
  static readonly className = 'MetaACON';
  static readonly activationName = 'metaAcon';
  static readonly formulaText =
    '(p1 - p2) * x * sigmoid(beta * (p1 - p2) * x) + p2 * x, ' +
    'beta = sigmoid(norm(dense(norm(dense(mean(x))))))';
  static readonly paper = 'Ma et al., 2021, https://arxiv.org/abs/2009.04759';
  static readonly note =
    'The paper reports more than ACON-C gains on ImageNet, most of all in small networks. It ' +
    'normalizes over the batch: not for batches of one or two samples.';
  static override readonly options = {reduction: countOption(16), dataFormat: dataFormatOption};
  static override readonly weights: WeightDefinitions = {
    p1: {initializer: tf.initializers.randomNormal({mean: 0, stddev: 1})},
    p2: {initializer: tf.initializers.randomNormal({mean: 0, stddev: 1})},
    kernel: {initializer: 'glorotUniform'},
  };

  private network: readonly tf.layers.Layer[] = [];
  private slopes: readonly LayerVariable[] = [];

  protected override createWeights(inputShape: Shape): void {
    super.createWeights(inputShape);
    const {reduction} = this.options;
    const channels = this.channelsOf(inputShape);
    const shape = this.channelShape(inputShape.length, channels);
    this.slopes = [this.createWeight('p1', shape), this.createWeight('p2', shape)];
    const width = Math.max(reduction, Math.floor(channels / reduction));
    const dense = (units: number, name: string): tf.layers.Layer =>
      tf.layers.dense({units, name, useBias: false, ...this.kernelArguments('kernel')});
    const normalization = (name: string): tf.layers.Layer =>
      tf.layers.batchNormalization({name, ...NORMALIZATION});
    this.network = [
      this.host(dense(width, 'dense1'), [null, channels]),
      this.host(normalization('norm1'), [null, width]),
      this.host(dense(channels, 'dense2'), [null, width]),
      this.host(normalization('norm2'), [null, channels]),
    ];
  }

  protected transform(given: Tensor, kwargs: CallArguments): Tensor {
    const training = this.trainable && kwargs.training;
    const means = this.meanOfChannels(given);
    const switches = this.network.reduce(
      (values, layer) => layer.call(values, {training}) as Tensor,
      means,
    );
    const [batch, channels] = means.shape;
    const shape = [batch, ...this.channelShape(given.rank, channels)];
    const weights = this.slopes.map(variable => variable.read());
    const constants = this.trainable ? [] : ['p1', 'p2'];
    const factors = [tf.reshape(sigmoid(switches), shape), ...weights];
    return applyProgram('MetaACON', PROGRAM, given, factors, constants);
  }
}
