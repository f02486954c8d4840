import type {Tensor} from '@tensorflow/tfjs';
import type {Shape} from '../checked-layer.js';
import {resolveAxis, withSize} from './axes.js';
import {MixingLayer} from './mixing-layer.js';

/** A layer that changes the size of one axis, most often the channels'. */
export abstract class ResizingLayer<O extends {axis: number}> extends MixingLayer<O> {
  /**
   * The size of the axis after the layer.
   * @throws if the layer cannot work on such a size.
   */
  protected abstract resized(size: number): number;

  protected axisOf(rank: number): number {
    return resolveAxis(this.label, this.options.axis, rank, 1);
  }

  protected override shapeAfter(inputShape: Shape): Shape {
    const axis = this.axisOf(inputShape.length);
    const size = inputShape[axis];
    return withSize(inputShape, axis, size === null ? null : this.resized(size));
  }

  /** A mask holds on as long as it does not reach to the axis that is changed. */
  override computeMask(inputs: Tensor | Tensor[], mask?: Tensor | Tensor[]): Tensor | Tensor[] {
    const [input] = [inputs].flat();
    const [given] = [mask].flat();
    const isChanged = given && this.axisOf(input.rank) < given.rank;
    return isChanged ? (null as unknown as Tensor) : super.computeMask(inputs, mask);
  }
}
