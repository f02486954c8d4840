import * as tf from '@tensorflow/tfjs';
import type {LayerVariable, Tensor, TensorLike, serialization} from '@tensorflow/tfjs';
import {toFloat} from '../apply.js';
import type {LayerArgs} from '../tfjs-classes.js';
import {CheckedLayer, oneShape} from './checked-layer.js';
import type {Shape} from './checked-layer.js';
import {layerArguments, ownerOf} from './layer-arguments.js';

/** Arguments of {@link Normalization}, as in Keras. */
export type NormalizationArgs = LayerArgs & {
  /** The axes with a mean and variance for each place. Default: -1. */
  axis?: number | number[] | null;
  /** Of the data; null for what `adapt` has found, which are then weights. Default: null. */
  mean?: TensorLike | null;
  variance?: TensorLike | null;
  /** Whether to go from normalized values to the others. Default: false. */
  invert?: boolean;
};

/** The smallest standard deviation that is divided by, as in Keras. */
const EPSILON = 1e-7;

/**
 * Keras's layer of this name, which TensorFlow.js lacks: (x − mean) / max(√variance, 1e−7), or, inverted,
 * mean + x·max(√variance, 1e−7). Its weights do not train; `adapt` is for Keras.
 */
export class Normalization extends CheckedLayer {
  /** @nocollapse */
  static readonly className: string = 'Normalization';

  private readonly axis: number | number[];
  private readonly given: {readonly mean: TensorLike; readonly variance: TensorLike} | undefined;
  private readonly invert: boolean;
  private adapted?: {readonly mean: LayerVariable; readonly variance: LayerVariable};

  /** @throws if an argument is unknown, or there is one of mean and variance without the other. */
  constructor(args: NormalizationArgs = {}) {
    const owner = ownerOf(Normalization.className, args);
    super(layerArguments(owner, args, ['axis', 'mean', 'variance', 'invert']));
    const {axis, mean, variance, invert = false} = args;
    const [hasMean, hasVariance] = [mean, variance].map(each => (each ?? null) !== null);
    if (hasMean !== hasVariance) {
      throw new Error(`${owner}: mean and variance must both be given, or neither`);
    }
    this.axis = axis === null ? [] : (axis ?? -1);
    this.given = hasMean ? {mean: mean!, variance: variance!} : undefined;
    this.invert = invert;
  }

  override build(inputShape: Shape | Shape[]): void {
    super.build(inputShape);
    if (this.given) return;
    const shape = oneShape(inputShape);
    const kept = this.axes(shape).map(axis => shape[axis]);
    const {zeros, ones} = tf.initializers;
    const mean = this.addWeight('mean', kept, 'float32', zeros(), undefined, false);
    const variance = this.addWeight('variance', kept, 'float32', ones(), undefined, false);
    // How much `adapt` has seen, for Keras to get it back.
    this.addWeight('count', [], 'int32', zeros(), undefined, false);
    this.adapted = {mean, variance};
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    return tf.tidy(() => {
      const x = toFloat(this.label, 'the input', [inputs].flat()[0]);
      const kept = this.axes(x.shape);
      const sizes = kept.map(axis => x.shape[axis]);
      const shape = x.shape.map((size, axis) => (kept.includes(axis) ? size : 1));
      const [mean, variance] = this.values().map(value => value.broadcastTo(sizes).reshape(shape));
      const deviation = variance.sqrt().maximum(EPSILON);
      return this.invert ? mean.add(x.mul(deviation)) : x.sub(mean).div(deviation);
    });
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape | Shape[] {
    return inputShape;
  }

  override getConfig(): serialization.ConfigDict {
    const {axis, given, invert} = this;
    const {mean = null, variance = null} = given ?? {};
    return {...super.getConfig(), axis, mean, variance, invert} as serialization.ConfigDict;
  }

  private values(): Tensor[] {
    if (this.given) return [tf.tensor(this.given.mean), tf.tensor(this.given.variance)];
    return [this.adapted!.mean.read(), this.adapted!.variance.read()];
  }

  /** The axes that are kept, counted from 0, in their order. */
  private axes({length}: Shape | readonly number[]): number[] {
    return [this.axis]
      .flat()
      .map(axis => (axis < 0 ? axis + length : axis))
      .sort((a, b) => a - b);
  }
}
