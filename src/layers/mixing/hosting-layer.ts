import type * as tf from '@tensorflow/tfjs';
import type {Constraint, Initializer, Regularizer} from '../../tfjs-classes.js';
import type {Shape} from '../checked-layer.js';
import {MixingLayer} from './mixing-layer.js';

/** A layer that applies others, and whose weights theirs are: tfjs itself would lose them. */
export abstract class HostingLayer<
  O extends object = object,
  W extends string = never,
> extends MixingLayer<O, W> {
  /** Builds a layer whose weights this one creates, as `${name of the layer}_${name of the weight}`. */
  protected host<T extends tf.layers.Layer>(layer: T, inputShape: Shape): T {
    const hosted = layer as unknown as {addWeight: HostingLayer['addWeight']};
    hosted.addWeight = (weight, ...rest) => this.addWeight(`${layer.name}_${weight}`, ...rest);
    layer.build(inputShape);
    return layer;
  }

  /** The arguments of a layer to host that set up its kernel as this one's weight. */
  protected kernelArguments(weight: W): {
    kernelInitializer: Initializer;
    kernelRegularizer?: Regularizer;
    kernelConstraint?: Constraint;
  } {
    const {initializer, regularizer, constraint} = this.weightParts[weight];
    return {
      kernelInitializer: initializer,
      kernelRegularizer: regularizer,
      kernelConstraint: constraint,
    };
  }
}
