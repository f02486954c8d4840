import * as tf from '@tensorflow/tfjs';
import {readDataset, seededRandom} from '../../examples/data.js';
import type {Dataset} from '../../examples/data.js';
import type {Kind} from './case.js';

export interface Data {
  readonly x: tf.Tensor;
  readonly y: tf.Tensor;
}

const files = new Map<string, Dataset>();

function read(file: string, headerLines = 0): Dataset {
  const dataset = files.get(file) ?? readDataset(file, headerLines);
  files.set(file, dataset);
  return dataset;
}

/** Some of the rows, in an order that the seed tells. */
function draw({features, labels}: Dataset, samples: number, seed: number): Dataset {
  const random = seededRandom(seed);
  const order = labels
    .map((_, index) => ({index, key: random()}))
    .sort((a, b) => a.key - b.key)
    .slice(0, samples);
  return {
    features: order.map(({index}) => features[index]),
    labels: order.map(({index}) => labels[index]),
  };
}

function oneHot(labels: readonly number[], classes: number): tf.Tensor {
  return tf.tidy(() => tf.oneHot(tf.tensor1d([...labels], 'int32'), classes).toFloat());
}

const matrix = (rows: Dataset['features']): tf.Tensor2D => tf.tensor2d(rows.map(row => [...row]));

/** Handwritten digits of 8 × 8 pixels from 0 to 16, as rows or as images, put through `scale`. */
export function digits(
  kind: Kind,
  samples: number,
  seed: number,
  scale: (pixels: tf.Tensor) => tf.Tensor = centred,
): Data {
  const {features, labels} = draw(read('digits.csv.gz'), samples, seed);
  const x = tf.tidy(() => {
    const rows = scale(matrix(features));
    return kind === 'dense' ? rows : rows.reshape([-1, 8, 8, 1]);
  });
  return {x, y: oneHot(labels, 10)};
}

/** Each pixel's mean is 0, and ink is 1 above paper. */
export const centred = (pixels: tf.Tensor): tf.Tensor => pixels.sub(pixels.mean(0)).div(16);
/** From 0 to 1. */
export const fromZeroToOne = (pixels: tf.Tensor): tf.Tensor => pixels.div(16);

/** Iris flowers, each feature of mean 0 and variance 1. */
export function iris(samples: number, seed: number): Data {
  const {features, labels} = draw(read('iris.csv', 1), samples, seed);
  const x = tf.tidy(() => {
    const rows = matrix(features);
    const {mean, variance} = tf.moments(rows, 0);
    return rows.sub(mean).div(variance.sqrt());
  });
  return {x, y: oneHot(labels, 3)};
}

/** Points on two spirals of one turn. */
export function spirals(samples: number, seed: number): Data {
  const random = seededRandom(seed);
  const points = Array.from({length: samples}, (_, index) => {
    const arm = index % 2;
    const turn = Math.sqrt(random());
    const angle = 2 * Math.PI * turn + arm * Math.PI;
    return {at: [2 * turn * Math.cos(angle), 2 * turn * Math.sin(angle)], arm};
  });
  return {
    x: tf.tensor2d(points.map(({at}) => at)),
    y: oneHot(
      points.map(({arm}) => arm),
      2,
    ),
  };
}

/** A smooth function of two numbers, from −2 to 2 each. */
export function regression(samples: number, seed: number): Data {
  const random = seededRandom(seed);
  const points = Array.from({length: samples}, () => [4 * random() - 2, 4 * random() - 2]);
  return {
    x: tf.tensor2d(points),
    y: tf.tensor2d(points.map(([a, b]) => [Math.sin(2 * a) + (a * b) / 2])),
  };
}
