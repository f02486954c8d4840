import * as tf from '@tensorflow/tfjs';
import {activations} from '../../src/index.js';
import type {AnyActivation} from '../../src/definition.js';
import {REFERENCES} from './reference.js';
import type {Reference, Setting} from './reference.js';

beforeAll(() => tf.setBackend('cpu'));

/** Where an activation may have a kink or a step. */
const KINKS = [-6, -3, -2.5, -2, -1, 0, 0.5, 1, 2, 2.2, 2.5, 3, 6];
const SMOOTH = [-5.3, -2.71, -1.37, -0.42, 0.33, 0.91, 1.77, 3.42, 6.6];
const POINTS = [...KINKS, ...SMOOTH];

/** Every option and weight: those given, the rest at their defaults. */
const complete = ({options, weights}: Reference, given: Setting): Setting =>
  ({...options, ...weights, ...given}) as Setting;

/** The slope of `f` at `x`, by extrapolated central differences: to about 1e-9. */
function slopeOf(f: (x: number) => number, x: number): number {
  const central = (h: number): number => (f(x + h) - f(x - h)) / (2 * h);
  return (4 * central(5e-4) - central(1e-3)) / 3;
}

/**
 * What an error in the last digit of a float32 `x` makes of `f` there: much, where f is ill-conditioned.
 */
const conditionAt = (f: (x: number) => number, x: number): number =>
  SMOOTH.includes(x) ? 2 ** -23 * Math.abs(x * slopeOf(f, x)) : 0;

/** Every number of `actual` that is off, by its index. */
function faults(
  actual: ArrayLike<number>,
  expected: readonly number[],
  relative: number,
  absolute: number,
  conditions: readonly number[] = [],
): string[] {
  return expected.flatMap((value, index) => {
    const allowed = relative * Math.abs(value) + absolute + (conditions[index] ?? 0);
    const isClose = Math.abs(actual[index] - value) <= allowed;
    return isClose ? [] : [`${index}: got ${actual[index]}, expected ${value}`];
  });
}

/** `setting` with one number of a weight replaced. */
function replaced(setting: Setting, weight: string, index: number, value: number): Setting {
  const current = setting[weight] as number | readonly number[];
  const changed =
    typeof current === 'number'
      ? value
      : current.map((kept, position) => (position === index ? value : kept));
  return {...setting, [weight]: changed};
}

test('every activation has a row, and every row an activation', () => {
  const classes = Object.entries(activations).map(([name, {className}]) => [name, className]);
  const rows = Object.entries(REFERENCES).map(([name, {className}]) => [name, className]);
  expect(rows.sort()).toEqual(classes.sort());
});

describe.each(Object.entries(REFERENCES))('%s', (name, reference) => {
  const activation = (activations as Record<string, AnyActivation>)[name];
  const {
    options = {},
    layerOptions = {},
    weights = {},
    initializers = {},
    minima = {},
    kinks = {},
    settings = [],
  } = reference;
  const valueAt = (setting: Setting) => (x: number) => reference.f(x, complete(reference, setting));

  test('has the names, defaults and starting weights of its paper or of Keras', () => {
    expect(activation.className).toBe(reference.className);
    expect(activation.aliases).toEqual(reference.aliases ?? []);
    expect(activation.options).toEqual(options);
    const layer = activation.layer();
    layer.build([null, 3, 4, 5]);
    expect(layer.getConfig()).toMatchObject({...options, ...layerOptions});
    const expected = Object.values(weights).map(start => [start].flat());
    expect(layer.getWeights()).toHaveLength(expected.length);
    layer.getWeights().forEach((weight, index) => {
      const name = Object.keys(weights)[index];
      if (name in initializers) {
        expect(layer.getConfig()[`${name}Initializer`]).toEqual(initializers[name]);
        return;
      }
      const start = expected[index].map(Math.fround);
      expect([...weight.dataSync()].slice(0, start.length)).toEqual(start);
    });
    if (expected.length > 0) expect(layer.getConfig().sharedAxes).toEqual(reference.sharedAxes);
    layer.setWeights(layer.getWeights().map(weight => tf.fill(weight.shape, -9)));
    Object.keys(weights).forEach((weight, index) => {
      const [value] = layer.weights[index].read().dataSync();
      expect([weight, value]).toEqual([weight, Math.fround(minima[weight] ?? -9)]);
    });
  });

  test('has the values and slopes that mpmath computes', () => {
    for (const [x, value, slope] of reference.known) {
      expect(activation.evaluate(x)).toBeCloseTo(value, 13);
      expect(valueAt({})(x)).toBeCloseTo(value, 13);
      const scale = Math.max(1, Math.abs(slope));
      expect(slopeOf(valueAt({}), x) / scale).toBeCloseTo(slope / scale, 8);
      const gradient = tf.grad(x => activation(x))(tf.tensor1d([x]));
      expect(gradient.dataSync()[0] / scale).toBeCloseTo(slope / scale, 6);
    }
  });

  describe.each([{}, ...settings].map(setting => [setting] as const))('with %j', setting => {
    const expected = POINTS.map(valueAt(setting));
    const conditions = POINTS.map(x => conditionAt(valueAt(setting), x));

    test('evaluate, op and layer have the values of the closed form', () => {
      const evaluated = POINTS.map(x => activation.evaluate(x, setting as object));
      expect(faults(evaluated, expected, 1e-11, 1e-13)).toEqual([]);
      expect(
        faults(activation(POINTS, setting as object).dataSync(), expected, 1e-5, 1e-6, conditions),
      ).toEqual([]);
      const args = Object.entries(complete(reference, setting)).map(([key, value]) => [
        key in weights ? `${key}Initializer` : key,
        value,
      ]);
      const layer = activation.layer(Object.fromEntries(args));
      const actual = layer.apply(tf.tensor2d([POINTS])) as tf.Tensor;
      expect(faults(actual.dataSync(), expected, 1e-5, 1e-6, conditions)).toEqual([]);
    });

    test('NaN in, NaN out', () => {
      expect(activation.evaluate(NaN, setting as object)).toBeNaN();
      expect(activation([NaN], setting as object).dataSync()[0]).toBeNaN();
    });

    test('the gradients by x and by every weight are the slopes of the closed form', () => {
      const all = complete(reference, setting);
      const names = Object.keys(weights);
      const tensors = names.map(weight =>
        tf.tensor(SMOOTH.map(() => all[weight]) as number[] | number[][]),
      );
      const apply = (x: tf.Tensor, ...given: tf.Tensor[]): tf.Tensor =>
        activation(x, {
          ...setting,
          ...Object.fromEntries(names.map((weight, index) => [weight, given[index]])),
        } as object);
      const [byX, ...byWeights] = tf.grads((x, ...given) => apply(x, ...given))([
        tf.tensor1d(SMOOTH),
        ...tensors,
      ]);
      const slopes = SMOOTH.map(x => slopeOf(valueAt(setting), x));
      expect(faults(byX.dataSync(), slopes, 1e-4, 1e-6)).toEqual([]);
      names.forEach((weight, position) => {
        const start = [all[weight]].flat() as number[];
        const expectedSlopes = SMOOTH.flatMap(x =>
          start.map((value, index) =>
            slopeOf(moved => valueAt(replaced(all, weight, index, moved))(x), value),
          ),
        );
        const relative = all[weight] === kinks[weight] ? 1e-3 : 1e-4;
        expect(faults(byWeights[position].dataSync(), expectedSlopes, relative, 1e-6)).toEqual([]);
      });
    });
  });
});

test('rational starts as close to a leaky ReLU of slope 0.01 on [−3, 3] as documented', () => {
  const points = Array.from({length: 6001}, (_, index) => index / 1000 - 3);
  const errors = points.map(x =>
    Math.abs(activations.rational.evaluate(x) - (x > 0 ? x : 0.01 * x)),
  );
  expect(Math.max(...errors)).toBeLessThan(0.0345);
  expect(errors.reduce((total, error) => total + error) / errors.length).toBeLessThan(0.0056);
});
