import * as tf from '@tensorflow/tfjs';
import {layers} from 'tfjs-activations';
import {readDataset, split} from '../../examples/data.js';

/** A network and the data that it learns; every call gives the same. */
export interface Subject {
  readonly model: tf.Sequential;
  readonly x: tf.Tensor;
  readonly y: tf.Tensor;
}

export const BATCH_SIZE = 32;

const dense = (units: number, seed: number, args: object = {}): tf.layers.Layer =>
  tf.layers.dense({units, kernelInitializer: tf.initializers.glorotNormal({seed}), ...args});

/** The network of examples/digits.ts, on its data. */
function digits(): Subject {
  const model = tf.sequential({
    layers: [
      dense(96, 1, {inputShape: [64]}),
      layers.prelu(),
      tf.layers.dropout({rate: 0.2, seed: 10}),
      dense(48, 2),
      layers.rational(),
      tf.layers.dropout({rate: 0.2, seed: 11}),
      dense(48, 3),
      layers.snake(),
      dense(10, 4, {activation: 'softmax'}),
    ],
  });
  const {train, test} = split(readDataset('digits.csv.gz'), 0.2, 1);
  const x = train.x.div(16);
  tf.dispose([train.x, test]);
  return {model, x, y: train.y};
}

/** 784-256-256-10 with ReLU, on noise of ten classes. */
function mlp(): Subject {
  const samples = 20 * BATCH_SIZE;
  const model = tf.sequential({
    layers: [
      dense(256, 1, {inputShape: [784], activation: 'relu'}),
      dense(256, 2, {activation: 'relu'}),
      dense(10, 3, {activation: 'softmax'}),
    ],
  });
  const x = tf.randomNormal([samples, 784], 0, 1, 'float32', 2);
  const y = tf.tidy(() => {
    const labels = tf.randomUniform([samples], 0, 10, 'float32', 1);
    return tf.oneHot(labels.floor().toInt(), 10).toFloat();
  });
  return {model, x, y};
}

export const NETWORKS = {digits, mlp} as const;
export type NetworkName = keyof typeof NETWORKS;
export const NETWORK_NAMES = Object.keys(NETWORKS) as NetworkName[];
