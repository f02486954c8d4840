import * as tf from '@tensorflow/tfjs';
import {layers} from '../../src/index.js';
import type {SwapRules} from '../../src/index.js';

/** A factory of layers. */
export type Target = (typeof layers)[keyof typeof layers];

const {dense} = tf.layers;

/** What a model gives, as one list; 0 of either sign is 0. */
export function valuesAt(model: tf.LayersModel, inputs: tf.Tensor | tf.Tensor[]): number[] {
  return tf.tidy(() =>
    [model.predict(inputs)].flat().flatMap(each => [...each.dataSync()].map(value => value + 0)),
  );
}

const toLearn = new Map<tf.layers.Layer, readonly [number, number]>();

/** A layer whose weights are to lie evenly between two values. */
export function learned(layer: tf.layers.Layer, low: number, high: number): tf.layers.Layer {
  toLearn.set(layer, [low, high]);
  return layer;
}

function learn(layer: tf.layers.Layer): void {
  const bounds = toLearn.get(layer);
  if (!bounds) return;
  const [low, high] = bounds;
  layer.setWeights(
    layer.getWeights().map(({shape, size}) => {
      const values = Array.from(
        {length: size},
        (_, i) => low + ((high - low) * i) / Math.max(1, size - 1),
      );
      return tf.tensor(values, shape);
    }),
  );
}

/** A model around an activation. */
export function modelWith(layer: tf.layers.Layer): tf.Sequential {
  const model = tf.sequential({
    layers: [dense({units: 4, inputShape: [3]}), layer, dense({units: 2, activation: 'sigmoid'})],
  });
  learn(layer);
  return model;
}

/** Replaces the activation of a model as `modelWith` makes. */
export const everywhere = (to: Target, args: object = {}): SwapRules => {
  return ({activation, isOutput, layerClass}) =>
    isOutput || (layerClass === 'Dense' && activation === 'linear')
      ? undefined
      : ({to, args} as never);
};
