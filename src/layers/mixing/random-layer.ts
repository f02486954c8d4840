import * as tf from '@tensorflow/tfjs';
import type {LayerVariable, Tensor, serialization} from '@tensorflow/tfjs';
import type {SharedAxes} from '../../activation-types.js';
import {applyProgram} from '../../apply.js';
import type {Program} from '../../kernels/index.js';
import type {Shape} from '../checked-layer.js';
import {resolveSharedAxes, weightShape} from '../shared-axes.js';
import type {DataFormat} from '../shared-axes.js';
import {MixingLayer} from './mixing-layer.js';
import type {CallArguments} from './mixing-layer.js';

export interface RandomOptions {
  /** What its random numbers start from; null, the default, is another start for each layer. */
  seed: number | null;
}

/** Of random layers with weights. */
export interface SharedOptions {
  /** Which axes share one weight. Default: 'spatial', so every channel has its own. */
  sharedAxes: SharedAxes;
  /** Where the channel axis is, for 'spatial'. Default: 'channelsLast'. */
  dataFormat: DataFormat;
}

/** Multiples of it have ever new fractions: no two layers with integer seeds share one. */
const GOLDEN_RATIO = (1 + Math.sqrt(5)) / 2;

/** An elementwise layer that draws a number for each input in training; in inference it is their mean. */
export abstract class RandomLayer<
  O extends RandomOptions,
  W extends string = never,
> extends MixingLayer<O, W> {
  private readonly start = this.options.seed ?? Math.floor(Math.random() * 2 ** 32);
  private draws = 0;
  private variables: readonly LayerVariable[] = [];
  private axes: readonly number[] | undefined;

  /** Of `x`, `noise` and the weights, in their order. */
  protected abstract readonly program: Program;

  /** The numbers drawn in training, one for each element of a tensor of this shape. */
  protected abstract draw(shape: number[]): Tensor;

  /** The number in inference. */
  protected abstract readonly mean: number;

  protected override shapeAfter(inputShape: Shape): Shape {
    if (Object.keys(this.weightParts).length > 0) this.weightShape(inputShape);
    return inputShape;
  }

  protected override createWeights(inputShape: Shape): void {
    const names = Object.keys(this.weightParts) as W[];
    if (names.length === 0) return;
    const shape = this.weightShape(inputShape);
    this.variables = names.map(name => this.createWeight(name, shape));
    this.axes = this.sharedAxes(inputShape.length);
    const own = shape.flatMap((size, index) => (size === 1 ? [] : [[index + 1, size]]));
    const axes = Object.fromEntries(own) as Record<number, number>;
    this.inputSpec = [new tf.InputSpec({ndim: inputShape.length, axes})];
  }

  protected transform(x: Tensor, {training}: CallArguments): Tensor {
    const noise = training ? this.draw(x.shape) : tf.scalar(this.mean);
    const weights = this.variables.map(variable => variable.read());
    const constants = ['noise', ...(this.trainable ? [] : Object.keys(this.weightParts))];
    return applyProgram(this.getClassName(), this.program, x, [noise, ...weights], constants);
  }

  override getConfig(): serialization.ConfigDict {
    const {axes} = this;
    return {...super.getConfig(), ...(axes ? {sharedAxes: [...axes]} : {})};
  }

  /** Said only of channels that come first: those of other layers are where their inputs have them. */
  get dataFormat(): 'channelsFirst' | undefined {
    const {dataFormat} = this.options as unknown as Partial<SharedOptions>;
    return dataFormat === 'channelsFirst' ? dataFormat : undefined;
  }

  /** The seed of the next draw. tfjs takes 0 for none, which no such number is. */
  protected nextSeed(): number {
    this.draws++;
    return this.start + this.draws * GOLDEN_RATIO;
  }

  private sharedAxes(rank: number): number[] {
    const {sharedAxes, dataFormat} = this.options as unknown as SharedOptions;
    return resolveSharedAxes(this.label, sharedAxes, rank, dataFormat);
  }

  private weightShape(inputShape: Shape): number[] {
    return weightShape(this.label, inputShape, this.sharedAxes(inputShape.length));
  }
}
