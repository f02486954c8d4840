import * as tf from '@tensorflow/tfjs';
import type {LayerVariable, Tensor} from '@tensorflow/tfjs';
import type {WeightDefinitions} from '../../activation-types.js';
import {applyProgram} from '../../apply.js';
import {input} from '../../formula/index.js';
import type {Program} from '../../kernels/index.js';
import type {Shape} from '../checked-layer.js';
import {ChannelLayer} from './channel-layer.js';
import type {ChannelOptions} from './channel-layer.js';
import {depthwiseConvolution} from './depthwise-convolution.js';
import type {CallArguments} from './mixing-layer.js';
import {dataFormatOption} from './options.js';

const PROGRAM: Program = {
  inputs: [{name: 'x'}, {name: 'condition'}],
  outputs: [{name: 'y', value: input('x').maximum(input('condition'))}],
};

/** As PyTorch normalizes, in whose terms the layer was published. */
const NORMALIZATION = {momentum: 0.9, epsilon: 1e-5};

/**
 * Funnel ReLU: the larger of the input and a condition that looks at its 3×3 neighbours.
 *
 *     max(x, norm(depthwise 3×3 convolution of x))
 *
 * Inputs of rank 4, [batch, height, width, channels], or with `dataFormat: 'channelsFirst'` [batch,
 * channels, height, width]; outputs keep it. The convolution has one kernel for each channel, no bias,
 * and pads with zeros; it starts as `depthwiseInitializer` says, by default 'glorotUniform'. In training
 * the batch normalization uses and updates the statistics of the batch (momentum 0.9, epsilon 1e−5),
 * unless the layer is frozen (`trainable = false`). On ties, the gradient goes to the input.
 *
 * TensorFlow.js itself cannot train depthwise convolutions on wasm; this layer brings a gradient of its
 * own, on every backend.
 * @throws if the input is not of rank 4, or the size of its channel axis is not known.
 */
export class FReLU extends ChannelLayer<ChannelOptions, 'depthwise'> {
  /** @nocollapse */
  static readonly className = 'FReLU';
  static readonly activationName = 'frelu';
  static readonly formulaText = 'max(x, norm(depthwiseConv2d(x)))';
  static readonly paper = 'Ma et al., 2020, https://arxiv.org/abs/2007.11824';
  static readonly note =
    'For images: the paper reports gains in classification, detection and segmentation at ' +
    'little cost. It normalizes over the batch, so batches should not be small.';
  static override readonly options = {dataFormat: dataFormatOption};
  static override readonly weights: WeightDefinitions = {
    depthwise: {initializer: 'glorotUniform'},
  };

  private kernel!: LayerVariable;
  private normalization!: tf.layers.Layer;

  protected override channelsOf(inputShape: Shape): number {
    if (inputShape.length === 4) return super.channelsOf(inputShape);
    throw new Error(
      `${this.label}: the input must be of rank 4, got shape [${inputShape.map(String)}]`,
    );
  }

  protected override createWeights(inputShape: Shape): void {
    super.createWeights(inputShape);
    const channels = this.channelsOf(inputShape);
    this.kernel = this.createWeight('depthwise', [3, 3, channels, 1]);
    const normalization = tf.layers.batchNormalization({name: 'norm', ...NORMALIZATION});
    this.normalization = this.host(normalization, [null, null, null, channels]);
  }

  protected transform(x: Tensor, {training}: CallArguments): Tensor {
    const isFirst = this.dataFormat === 'channelsFirst';
    const channelsLast = isFirst ? tf.transpose(x, [0, 2, 3, 1]) : x;
    const convolved = depthwiseConvolution(channelsLast, this.kernel.read());
    const kwargs = {training: this.trainable && training};
    const normalized = this.normalization.call(convolved, kwargs) as Tensor;
    const condition = isFirst ? tf.transpose(normalized, [0, 3, 1, 2]) : normalized;
    return applyProgram('FReLU', PROGRAM, x, [condition], []);
  }
}
