import * as tf from '@tensorflow/tfjs';
import type {AnyActivation} from '../../src/definition.js';
import {derivative, evaluate} from '../../src/formula/index.js';
import {RELATIVE, members, weightsOf} from './conformance.js';
import {fault} from './quality.js';

/** An odd width. */
const UNITS = 17;

const GRADIENTS = 'gradients by x and by each weight';

/** How many elements are not looked at, from one to the next that is. */
const STRIDE = 29;

/** Ordinary numbers, and here and there one that no faster way is right for. */
function numbers(count: number): number[] {
  return Array.from({length: count}, (_, index) => {
    if (index % 997 === 5) return [-30, 80, -5000, Infinity, -Infinity][index % 5];
    return Math.fround(3 * Math.sin(index) + 2 * Math.sin(index / 7));
  });
}

/** The weights of every unit: those of the other tests, a little apart. */
function weightsOfUnits(activation: AnyActivation): Record<string, number | number[]>[] {
  const start = weightsOf(activation);
  return Array.from({length: UNITS}, (_, unit) =>
    Object.fromEntries(
      Object.entries(start).map(([name, value]) => [
        name,
        Array.isArray(value) ? value : Math.fround(value * (1 + unit / 40)),
      ]),
    ),
  );
}

/** Tests every activation on a tensor of so many rows, on the current backend. */
export function testLargeTensors(rows: number): void {
  const all = numbers(rows * UNITS);
  const indices = all
    .map((_, index) => index)
    .filter(index => index % STRIDE === 0 || index % 997 === 5);

  test.each(members.map(activation => [activation.name, activation] as const))(
    '%s of a large tensor, its slope, and sums of the slopes by its weights',
    (_, activation) => {
      const byUnit = weightsOfUnits(activation);
      const names = Object.keys(byUnit[0]);
      const x = tf.tensor2d(all, [rows, UNITS]);
      const weights = names.map(name => {
        const values = byUnit.map(unit => unit[name]);
        return Array.isArray(values[0]) ? tf.tensor1d(values[0]) : tf.tensor1d(values as number[]);
      });
      const run = (x: tf.Tensor, ...given: tf.Tensor[]): tf.Tensor =>
        activation(x, Object.fromEntries(names.map((name, at) => [name, given[at]])) as object);
      const {value, grads} = tf.valueAndGrads((...given) => run(given[0], ...given.slice(1)))(
        [x, ...weights],
        tf.ones(x.shape),
      );
      const slope = derivative(activation.formula, 'x');
      const [values, slopes] = [value, grads[0]].map(tensor => tensor.dataSync());
      const faults = indices.flatMap(index => {
        const at = {...byUnit[index % UNITS], x: all[index]};
        return [
          fault(values[index], activation.formula, at, RELATIVE.value) ?? [],
          fault(slopes[index], slope, at, RELATIVE[GRADIENTS]) ?? [],
        ].flat();
      });
      expect(faults).toEqual([]);

      names.forEach((name, at) => {
        if (Array.isArray(byUnit[0][name])) return;
        const byWeight = derivative(activation.formula, name);
        const actual = grads[at + 1].dataSync();
        for (const unit of [0, 8, UNITS - 1]) {
          const points = all.filter((_, index) => index % UNITS === unit);
          const term = (x: number, round?: (value: number) => number): number =>
            evaluate(byWeight, {...byUnit[unit], x}, round);
          const sum = points.reduce((total, x) => total + term(x), 0);
          if (Number.isFinite(sum)) {
            const size = points.reduce((total, x) => total + Math.abs(term(x)), 0);
            const rounding = points.reduce(
              (total, x) => total + Math.abs(term(x, Math.fround) - term(x)),
              0,
            );
            const allowed = Math.max(1e-5 * size, 2 * rounding);
            expect(Math.abs(actual[unit] - sum)).toBeLessThanOrEqual(allowed);
          } else expect(actual[unit]).toBe(sum);
        }
      });
      tf.dispose([x, value, weights, grads]);
    },
  );
}
