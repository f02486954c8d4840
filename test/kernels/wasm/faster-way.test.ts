import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import {derivative} from '../../../src/formula/index.js';
import {activations} from '../../../src/index.js';
import {startingValue} from '../../../src/starting-value.js';
import {GRID, fault} from '../../helpers/quality.js';

/** More than a kernel computes side by side: a faster way is taken where none of these forbids it. */
const TURN = 32;

/** Each number of the grid with no other near it. */
const ALONE = GRID.flatMap(value => Array<number>(TURN).fill(value));

describe.each(['cpu', 'wasm'])('on %s', backend => {
  beforeAll(async () => {
    await tf.setBackend(backend);
  });

  test.each(Object.values(activations).map(activation => [activation.name, activation] as const))(
    '%s is right where no number forbids the faster way',
    (_, activation) => {
      const {definition, formula, name} = activation;
      const weights = Object.fromEntries(
        Object.entries(definition.weights ?? {}).map(([weight, each]) => [
          weight,
          [startingValue(name, weight, each)].flat().map(Math.fround),
        ]),
      );
      const values = Object.fromEntries(
        Object.entries(definition.weights ?? {}).map(([weight, {length}]) => [
          weight,
          length === undefined ? weights[weight][0] : weights[weight],
        ]),
      );
      const run = (x: tf.Tensor): tf.Tensor => (activation as (x: tf.Tensor) => tf.Tensor)(x);
      const x = tf.tensor1d(ALONE);
      for (const [actual, expression, relative] of [
        [run(x), formula, 2e-6],
        [tf.grad(run)(x, tf.ones(x.shape)), derivative(formula, 'x'), 1e-5],
      ] as const) {
        const results = actual.dataSync();
        const faults = GRID.map((point, index) =>
          fault(results[index * TURN], expression, {...values, x: point}, relative),
        );
        expect(faults.filter(Boolean)).toEqual([]);
      }
    },
  );
});
