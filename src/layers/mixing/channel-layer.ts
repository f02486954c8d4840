import * as tf from '@tensorflow/tfjs';
import type {Tensor} from '@tensorflow/tfjs';
import type {Shape} from '../checked-layer.js';
import type {DataFormat} from '../shared-axes.js';
import {HostingLayer} from './hosting-layer.js';

export interface ChannelOptions {
  /** Where the channel axis is. Default: 'channelsLast'. */
  dataFormat: DataFormat;
}

/** A layer that learns something of each channel, with layers of its own. */
export abstract class ChannelLayer<
  O extends ChannelOptions,
  W extends string = never,
> extends HostingLayer<O, W> {
  readonly dataFormat: DataFormat = this.options.dataFormat;

  protected axisOf(rank: number): number {
    return this.dataFormat === 'channelsFirst' ? 1 : rank - 1;
  }

  protected override shapeAfter(inputShape: Shape): Shape {
    this.channelsOf(inputShape);
    return inputShape;
  }

  /** @throws if there is no channel axis, or its size is not known. */
  protected channelsOf(inputShape: Shape): number {
    const channels = inputShape[this.axisOf(inputShape.length)];
    if (inputShape.length >= 2 && channels !== null) return channels;
    throw new Error(
      `${this.label}: the input needs a batch axis and a channel axis of known size, ` +
        `got shape [${inputShape.map(String)}]`,
    );
  }

  protected override createWeights(inputShape: Shape): void {
    const rank = inputShape.length;
    const axes = {[this.axisOf(rank)]: this.channelsOf(inputShape)};
    this.inputSpec = [new tf.InputSpec({ndim: rank, axes})];
  }

  /** The mean of each channel: [batch, channels]. */
  protected meanOfChannels(x: Tensor): Tensor {
    const axes = x.shape.map((_, axis) => axis).slice(1);
    const spatial = axes.filter(axis => axis !== this.axisOf(x.rank));
    return spatial.length > 0 ? tf.mean(x, spatial) : x;
  }

  /** The shape with which something of each channel broadcasts to inputs, the batch aside. */
  protected channelShape(rank: number, channels: number): number[] {
    const shape = Array<number>(rank - 1).fill(1);
    shape[this.axisOf(rank) - 1] = channels;
    return shape;
  }
}
