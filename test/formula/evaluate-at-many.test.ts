import {derivative, evaluate, evaluateAtMany, input, where} from '../../src/formula/index.js';
import {activations} from '../../src/index.js';

const x = input('x');

test.each(Object.values(activations).map(activation => [activation.name, activation] as const))(
  'the values and slopes of %s are those of evaluate, one by one',
  (_, activation) => {
    const weights = Object.fromEntries(
      Object.entries(activation.weights as Record<string, {length?: number}>).map(
        ([weight, {length}]) => [weight, length ? Array<number>(length).fill(0.3) : 0.7],
      ),
    );
    const xs = Float64Array.of(
      -Infinity,
      -1e30,
      -7,
      -2.5,
      -1,
      -0.1,
      0,
      0.1,
      1,
      3,
      70,
      Infinity,
      NaN,
    );
    const columns = new Map();
    for (const expression of [activation.formula, derivative(activation.formula, 'x')]) {
      const expected = [...xs].map(x => evaluate(expression, {...weights, x}));
      expect([...evaluateAtMany(expression, xs, weights, columns)]).toEqual(expected);
    }
  },
);

test('a branch that is taken nowhere is left out, and its inputs are not asked for', () => {
  const formula = where(x.greater(0), x.mul(2), input('missing'));
  expect([...evaluateAtMany(formula, Float64Array.of(1, 2))]).toEqual([2, 4]);
  expect(() => evaluateAtMany(formula, Float64Array.of(1, -2))).toThrow(/no value for .*'missing'/);
});
