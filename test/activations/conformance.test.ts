import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import {activations} from '../../src/index.js';
import type {AnyActivation} from '../../src/definition.js';
import {derivative, evaluate} from '../../src/formula/index.js';
import {startingValue} from '../../src/starting-value.js';
import {GRID, fault} from '../helpers/quality.js';

const members = Object.values(activations) as AnyActivation[];

/** The starting weights, somewhat moved and rounded to float32. */
function weightsOf(activation: AnyActivation): Record<string, number | number[]> {
  const {definition, name} = activation;
  const entries = Object.entries(definition.weights ?? {}).map(([weight, spec]) => {
    const start = startingValue(name, weight, spec);
    const moved = [start]
      .flat()
      .map((value, index) => Math.fround(value * 1.25 + 0.1 + index / 50));
    return [weight, spec.length === undefined ? moved[0] : moved] as const;
  });
  return Object.fromEntries(entries);
}

/** A weight for every point of the grid, so that its gradient is there for each point. */
function tensorsOf(weights: Record<string, number | number[]>): tf.Tensor[] {
  return Object.values(weights).map(value =>
    Array.isArray(value) ? tf.tensor2d(GRID.map(() => value)) : tf.tensor1d(GRID.map(() => value)),
  );
}

describe.each(['cpu', 'wasm'])('on %s', backend => {
  beforeAll(async () => {
    await tf.setBackend(backend);
  });

  describe.each(members.map(activation => [activation.name, activation] as const))(
    '%s',
    (_, activation) => {
      const weights = weightsOf(activation);
      const names = Object.keys(weights);
      const run = (x: tf.Tensor, ...tensors: tf.Tensor[]): tf.Tensor =>
        activation(
          x,
          Object.fromEntries(names.map((name, index) => [name, tensors[index]])) as object,
        );
      const check = (
        actual: ArrayLike<number>,
        expression = activation.formula,
        relative = 2e-6,
      ): void => {
        const faults = GRID.map((x, index) =>
          fault(actual[index], expression, {...weights, x}, relative),
        );
        expect(faults.filter(Boolean)).toEqual([]);
      };

      test('value', () => {
        check(run(tf.tensor1d(GRID), ...tensorsOf(weights)).dataSync());
      });

      test('gradients by x and by each weight', () => {
        const inputs = [tf.tensor1d(GRID), ...tensorsOf(weights)];
        const gradients = tf.grads((...all) => run(all[0], ...all.slice(1)))(
          inputs,
          tf.ones([GRID.length]),
        );
        check(gradients[0].dataSync(), derivative(activation.formula, 'x'), 1e-5);
        names.forEach((name, index) => {
          const length = activation.weights[name].length as number | undefined;
          const columns =
            length === undefined ? [gradients[index + 1]] : tf.unstack(gradients[index + 1], 1);
          columns.forEach((column, position) => {
            const variable = length === undefined ? name : `${name}[${position}]`;
            check(column.dataSync(), derivative(activation.formula, variable), 1e-5);
          });
        });
      });

      test('second order', () => {
        const tensors = tensorsOf(weights);
        const first = (x: tf.Tensor): tf.Tensor =>
          tf.grad(x => run(x, ...tensors))(x, tf.ones(x.shape));
        const second = tf.grad(first)(tf.tensor1d(GRID), tf.ones([GRID.length]));
        check(second.dataSync(), derivative(derivative(activation.formula, 'x'), 'x'), 1e-5);
      });
    },
  );

  test('a leaky ReLU of slope 0 is 0 at −Infinity, as ReLU is', () => {
    expect(activations.leakyRelu.evaluate(-Infinity, {alpha: 0})).toBe(0);
    expect(activations.leakyRelu([-Infinity], {alpha: 0}).dataSync()[0]).toBe(0);
    expect(activations.leakyRelu([-Infinity]).dataSync()[0]).toBe(-Infinity);
  });

  test.each(['swish', 'mish', 'gelu', 'geluNew', 'hardSwish'] as const)(
    '%s and its derivatives go to 0 at −Infinity',
    name => {
      const slope = derivative(activations[name].formula, 'x');
      expect(activations[name].evaluate(-Infinity)).toBeCloseTo(0, 15);
      expect(Object.is(activations[name]([-Infinity]).dataSync()[0] + 0, 0)).toBe(true);
      const first = (x: tf.Tensor): tf.Tensor =>
        tf.grad(x => activations[name](x))(x, tf.ones([1]));
      expect(first(tf.tensor1d([-Infinity])).dataSync()[0] + 0).toBe(0);
      expect(
        tf
          .grad(first)(tf.tensor1d([-Infinity]), tf.ones([1]))
          .dataSync()[0] + 0,
      ).toBe(0);
      for (const order of [slope, derivative(slope, 'x')]) {
        expect(evaluate(order, {x: -Infinity})).toBeCloseTo(0, 15);
      }
    },
  );
});
