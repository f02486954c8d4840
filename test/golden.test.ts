import * as tf from '@tensorflow/tfjs';
import {execFileSync} from 'node:child_process';
import path from 'node:path';
import type {AnyActivation} from '../src/definition.js';
import {derivative, evaluate} from '../src/formula/index.js';
import type {Expression, Values} from '../src/formula/index.js';
import {activations} from '../src/index.js';
import {RELATIVE, readAll} from './helpers/conformance.js';
import {goldenNames, readGolden} from './helpers/golden.js';
import type {GoldenCase, GoldenFile, GoldenRow} from './helpers/golden.js';
import {roundingNear} from './helpers/quality.js';

beforeAll(() => tf.setBackend('cpu'));

/** Float32 may be off by so much, or by twice what float32 arithmetic loses step by step. */
const FLOAT32 = {
  value: RELATIVE.value,
  gradient: RELATIVE['gradients by x and by each weight'],
};

/** One golden number, and the expression that the package has for it. */
interface Quantity {
  readonly name: string;
  readonly expression: Expression;
  readonly golden: (row: GoldenRow) => number | undefined;
  readonly from: (row: GoldenRow) => readonly string[];
}

/** The value, and the gradients by x and by every number of every weight. */
function quantitiesOf(activation: AnyActivation, {options, weights}: GoldenCase): Quantity[] {
  const {formula} = activation.instance({...activation.options, ...options});
  const value: Quantity = {
    name: 'value',
    expression: formula,
    golden: row => row.value,
    from: row => row.from.value,
  };
  const gradient = (input: string, index?: number): Quantity => ({
    name: `gradient by ${input}${index === undefined ? '' : `[${index}]`}`,
    expression: derivative(formula, index === undefined ? input : `${input}[${index}]`),
    golden: row => [row.gradients?.[input]].flat()[index ?? 0] as number | undefined,
    from: row => row.from.gradients!,
  });
  const byWeights = Object.entries(weights).flatMap(([weight, start]) =>
    typeof start === 'number'
      ? [gradient(weight)]
      : start.map((_, index) => gradient(weight, index)),
  );
  return [value, gradient('x'), ...byWeights];
}

/** 13 digits; where terms of size 1 cancel, at least two, and an error of no more than 1e−15. */
function isCloseInFloat64(actual: number, expected: number): boolean {
  const error = Math.abs(actual - expected);
  const size = Math.abs(expected);
  return error <= 1e-13 * size || (error <= 1e-15 && error <= 1e-2 * size);
}

/** What `check` finds at each golden number, with the sources of that number. */
function faultsOf(
  quantities: readonly Quantity[],
  rows: readonly GoldenRow[],
  check: (quantity: Quantity, golden: number, row: number) => string | undefined,
): string[] {
  return quantities.flatMap(quantity =>
    rows.flatMap((row, index) => {
      const golden = quantity.golden(row);
      const found = golden === undefined ? undefined : check(quantity, golden, index);
      if (found === undefined) return [];
      const sources = quantity.from(row).join(', ');
      return [`${quantity.name} at x = ${row.x}: ${found}, golden ${golden} (from ${sources})`];
    }),
  );
}

/** The value and the gradients of an op, as rows of numbers in the order of the quantities. */
async function measure(
  activation: AnyActivation,
  {options, weights, rows}: GoldenCase,
): Promise<number[][]> {
  const names = Object.keys(weights);
  const tensors = tf.tidy(() => {
    const x = tf.tensor1d(rows.map(row => row.x));
    const perRow = Object.values(weights).map(value =>
      tf.tensor(rows.map(() => value) as number[] | number[][]),
    );
    const run = (x: tf.Tensor, ...given: tf.Tensor[]): tf.Tensor =>
      activation(x, {
        ...options,
        ...Object.fromEntries(names.map((name, index) => [name, given[index]])),
      } as object);
    const {value, grads} = tf.valueAndGrads((...all) => run(all[0], ...all.slice(1)))([
      x,
      ...perRow,
    ]);
    const gradients = grads.flatMap(each => (each.rank === 1 ? [each] : tf.unstack(each, 1)));
    return [value, ...gradients];
  });
  return readAll(tensors);
}

/** The sources of the numbers of a case, and of how many rows. */
function sourcesOf({rows}: GoldenCase): string {
  const counts = new Map<string, number>();
  for (const {from} of rows) {
    const gradients = from.gradients ?? from.value;
    const isOne = from.value.join() === gradients.join();
    const sources = isOne
      ? from.value.join(', ')
      : `${from.value.join(', ')}; gradients ${gradients.join(', ')}`;
    counts.set(sources, (counts.get(sources) ?? 0) + 1);
  }
  return [...counts].map(([sources, count]) => `${count} rows from ${sources}`).join(' | ');
}

const family = new Map<string, AnyActivation>(Object.entries(activations));
const names = goldenNames();

test('every activation has golden values, and all golden values an activation', () => {
  expect(names.sort()).toEqual([...family.keys()].sort());
});

test('there are golden values from each of the other systems', () => {
  const systems = names.flatMap(name =>
    readGolden<GoldenFile>(name).systems.map(({system}) => system),
  );
  expect(new Set(systems)).toEqual(new Set(['PyTorch', 'Keras', 'JAX', 'SciPy']));
});

test('docs/golden.md is that of the golden files', () => {
  const script = path.join(__dirname, '../scripts/golden-table.ts');
  const check = ['--import', 'tsx', script, '--check'];
  expect(() => execFileSync(process.execPath, check, {stdio: 'pipe'})).not.toThrow();
});

describe.each(names.filter(name => family.has(name)))('%s', name => {
  const activation = family.get(name)!;
  const {cases} = readGolden<GoldenFile>(name);

  test('golden values name all options and weights', () => {
    for (const {options, weights} of cases) {
      expect(Object.keys(options)).toEqual(Object.keys(activation.options));
      expect(Object.keys(weights)).toEqual(Object.keys(activation.weights as object));
    }
  });

  describe.each(
    cases.map(each => [{...each.options, ...each.weights}, sourcesOf(each), each] as const),
  )('with %j: %s', (_parameters, _sources, golden) => {
    const quantities = quantitiesOf(activation, golden);
    const {options, weights, rows} = golden;
    const valuesAt = (row: number): Values => ({...weights, x: rows[row].x}) as Values;

    test('in float64', () => {
      const faults = faultsOf(quantities, rows, ({name, expression}, expected, row) => {
        const actual =
          name === 'value'
            ? activation.evaluate(rows[row].x, {...options, ...weights} as object)
            : evaluate(expression, valuesAt(row));
        return isCloseInFloat64(actual, expected) ? undefined : `got ${actual}`;
      });
      expect(faults).toEqual([]);
    });

    test('in float32, on cpu', async () => {
      const measured = await measure(activation, golden);
      expect(measured).toHaveLength(quantities.length);
      const faults = faultsOf(quantities, rows, ({name, expression}, expected, row) => {
        const actual = measured[quantities.findIndex(each => each.name === name)][row];
        const relative = name === 'value' ? FLOAT32.value : FLOAT32.gradient;
        const error = Math.abs(actual - expected);
        const isClose =
          error <= relative * Math.abs(expected) + 1e-12 ||
          error <= 2 * roundingNear(expression, valuesAt(row));
        return isClose ? undefined : `got ${actual}`;
      });
      expect(faults).toEqual([]);
    });
  });
});
