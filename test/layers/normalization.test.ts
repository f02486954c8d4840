import * as tf from '@tensorflow/tfjs';
import '../../src/index.js';
import {Normalization} from '../../src/layers/normalization.js';

beforeAll(() => tf.setBackend('cpu'));

const outputOf = (layer: Normalization, x: tf.Tensor) => (layer.apply(x) as tf.Tensor).arraySync();

test('given values belong to the axes that are kept', () => {
  const x = tf.tensor3d([
    [
      [1, 2],
      [3, 4],
      [5, 6],
    ],
  ]);
  expect(outputOf(new Normalization({mean: 1, variance: 4}), x)).toEqual([
    [
      [0, 0.5],
      [1, 1.5],
      [2, 2.5],
    ],
  ]);
  expect(outputOf(new Normalization({mean: [1, 2], variance: [4, 1]}), x)).toEqual([
    [
      [0, 0],
      [1, 2],
      [2, 4],
    ],
  ]);
  const rows = {axis: 1, mean: [1, 3, 5], variance: [1, 4, 1]};
  expect(outputOf(new Normalization(rows), x)).toEqual([
    [
      [0, 1],
      [0, 0.5],
      [0, 1],
    ],
  ]);
  expect(outputOf(new Normalization({...rows, invert: true}), x)).toEqual([
    [
      [2, 3],
      [9, 11],
      [10, 11],
    ],
  ]);
  const all = {
    axis: [2, 1],
    mean: [
      [1, 2],
      [3, 4],
      [5, 6],
    ],
    variance: 1,
  };
  expect(outputOf(new Normalization(all), x)).toEqual([
    [
      [0, 0],
      [0, 0],
      [0, 0],
    ],
  ]);
});

test('what was adapted is weights, which do not train; no variance is divided by', () => {
  const layer = new Normalization({axis: null});
  expect(outputOf(layer, tf.tensor1d([3]))).toEqual([3]);
  expect(layer.trainableWeights).toEqual([]);
  layer.setWeights([tf.scalar(2), tf.scalar(0), tf.scalar(5, 'int32')]);
  expect(outputOf(layer, tf.tensor2d([[2, 2]]))).toEqual([[0, 0]]);
});

test('configurations come back', () => {
  for (const args of [{}, {axis: [1, 2]}, {mean: [1, 2], variance: [3, 4], invert: true}]) {
    const layer = new Normalization({name: 'it', ...args});
    const again = Normalization.fromConfig(Normalization, layer.getConfig());
    expect(again.getConfig()).toEqual(layer.getConfig());
  }
});

test('a mean without a variance is refused', () => {
  expect(() => new Normalization({name: 'it', mean: 1})).toThrow(
    "Normalization 'it': mean and variance must both be given, or neither",
  );
  expect(() => new Normalization({means: 1} as never)).toThrow("unknown argument 'means'");
});
