import * as tf from '@tensorflow/tfjs';
import type {serialization} from '@tensorflow/tfjs';
import {checkType} from '../apply.js';
import {describe} from '../errors.js';
import {argumentsOfConfig} from './layer-arguments.js';

export type Shape = (number | null)[];

type ApplyArguments = Parameters<tf.layers.Layer['apply']>;

/** What all layers of this package have in common: one input that is checked, and configurations. */
export abstract class CheckedLayer extends tf.layers.Layer {
  /**
   * As in every layer of tfjs; builds it first, if need be.
   * @throws if the input is not one float32, int32 or bool tensor, before any weight is created.
   */
  override apply(
    inputs: ApplyArguments[0],
    kwargs?: ApplyArguments[1],
  ): ReturnType<tf.layers.Layer['apply']> {
    const all: unknown[] = [inputs].flat();
    if (all.length !== 1) {
      throw new Error(`${this.label}: takes one input, got ${all.length}`);
    }
    const [input] = all;
    if (!(input instanceof tf.Tensor || input instanceof tf.SymbolicTensor)) {
      throw new Error(`${this.label}: the input must be a tensor, got ${describe(input)}`);
    }
    checkType(this.label, 'the input', input.dtype);
    return super.apply(inputs, kwargs);
  }

  /** Makes the layer of a configuration that `getConfig`, stock tfjs or Keras wrote. */
  static override fromConfig<T extends serialization.Serializable>(
    cls: serialization.SerializableConstructor<T>,
    config: serialization.ConfigDict,
  ): T {
    return new cls(argumentsOfConfig(config));
  }

  /** How errors call it. */
  protected get label(): string {
    return `${this.getClassName()} '${this.name}'`;
  }
}

/** The shape of the one input. */
export function oneShape(inputShape: Shape | Shape[]): Shape {
  return (Array.isArray(inputShape[0]) ? inputShape[0] : inputShape) as Shape;
}
