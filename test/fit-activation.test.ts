import * as tf from '@tensorflow/tfjs';
import type {AnyActivation} from '../src/definition.js';
import {activations, layers, where} from '../src/index.js';
import {createActivation} from '../src/definition.js';
import {derivative, evaluate, inputsOf, polynomial} from '../src/formula/index.js';

const {rational, relu, swish, tanh, elu} = activations;

beforeAll(() => tf.setBackend('cpu'));

/** Evenly spaced from −3 to 3. */
const points = Array.from({length: 601}, (_, index) => -3 + index / 100);

const largestDifference = (f: (x: number) => number, g: (x: number) => number): number =>
  Math.max(...points.map(x => Math.abs(f(x) - g(x))));

/** Linear in its weights. */
const cubic = createActivation({
  name: 'cubic',
  weights: {c: {length: 4, initializer: [0, 1, 0, 0]}},
  formula: ({x, c}) => polynomial(x, c),
});

/** Straight lines between knots at −4, −2, 0, 2, 4, 6 and beyond. */
const lines = createActivation({
  name: 'lines',
  weights: {heights: {length: 6, initializer: [5, 6, 7, 8, 9, 10]}},
  formula: ({x, heights}) => {
    const hats = heights.map((height, index) =>
      x
        .div(2)
        .add(2 - index)
        .abs()
        .neg()
        .add(1)
        .maximum(0)
        .mul(height),
    );
    return hats.reduce((sum, hat) => sum.add(hat));
  },
});

test('a rational starts as swish, as an op, as a layer and in float64', () => {
  const fit = rational.fitTo(swish, {domain: [-3, 3]});
  expect(fit.error.largest).toBeLessThan(2e-6);
  expect(fit.error.rootMeanSquare).toBeLessThan(fit.error.largest);
  expect(fit.domain).toEqual([-3, 3]);
  const difference = largestDifference(
    x => rational.evaluate(x, fit.weights),
    x => swish.evaluate(x),
  );
  expect(difference).toBeCloseTo(fit.error.largest, 7);
  tf.tidy(() => {
    const x = tf.tensor1d(points);
    const expected = swish(x);
    const largest = (y: tf.Tensor): number => tf.max(tf.abs(tf.sub(y, expected))).dataSync()[0];
    expect(largest(rational(x, fit.weights))).toBeLessThan(1e-5);
    expect(largest(layers.rational(fit.layerArguments).apply(x) as tf.Tensor)).toBeLessThan(1e-5);
  });
  expect(JSON.parse(JSON.stringify(fit))).toEqual(fit);
});

test.each([
  ['tanh', 4e-6],
  ['sigmoid', 1e-8],
  ['softsign', 1e-14],
  ['elu', 2e-4],
  ['mish', 4e-4],
  ['gelu', 1e-3],
  ['relu', 0.034],
] as const)('a rational comes as close to %s as %d', (name, largest) => {
  expect(rational.fitTo(activations[name]).error.largest).toBeLessThan(largest);
});

test('the same fit every time', () => {
  expect(rational.fitTo(elu)).toEqual(rational.fitTo(elu));
});

test('an activation that is fitted to itself keeps its weights', () => {
  const {weights, error} = rational.fitTo(rational);
  expect(error.largest).toBeLessThan(1e-12);
  const {numerator, denominator} = rational.weights;
  weights.numerator.forEach((value, index) => {
    expect(value).toBeCloseTo(numerator.initializer[index], 6);
  });
  weights.denominator.forEach((value, index) => {
    expect(value).toBeCloseTo(denominator.initializer[index], 6);
  });
});

test('other weights are found again', () => {
  const weights = {numerator: [0.2, 1, -0.3, 0.5, 0.1, 0.05], denominator: [0.4, 0.6, 0.1, 0.2]};
  const fit = rational.fitTo(x => rational.evaluate(x, weights));
  expect(fit.error.largest).toBeLessThan(1e-12);
});

test('where the formula is linear in its weights, the error is orthogonal to every one', () => {
  for (const [target, domain] of [
    [Math.exp, [-1, 2]],
    [Math.abs, [-3, 3]],
    [(x: number) => 1e-6 * Math.sin(5 * x), [10, 12]],
  ] as const) {
    const fit = cubic.fitTo(target, {domain});
    const [low, high] = domain;
    const xs = Array.from({length: 1001}, (_, i) => low + ((high - low) * i) / 1000);
    const errors = xs.map(x => cubic.evaluate(x, fit.weights) - target(x));
    const middle = (low + high) / 2;
    for (const power of [0, 1, 2, 3]) {
      const values = xs.map(x => (x - middle) ** power);
      const product = errors.reduce((sum, error, i) => sum + error * values[i], 0);
      const size = (numbers: readonly number[]): number => Math.hypot(...numbers);
      expect(Math.abs(product)).toBeLessThan(1e-6 * size(errors) * size(values));
    }
  }
});

const fittable = (Object.values(activations) as unknown as AnyActivation[]).filter(
  activation => 'fitTo' in activation,
);

test('the activations with coefficients', () => {
  const names = fittable.map(({name}) => name);
  expect(names).toEqual(
    expect.arrayContaining(['rational', 'pwlu', 'bSpline', 'polynomial', 'apl']),
  );
});

test.each(fittable.map(activation => [activation.name, activation] as const))(
  '%s comes at least as close to tanh as at its start, and where it is linear as close as can be',
  (_, activation) => {
    const {weights, error, domain} = activation.fitTo!(tanh);
    const [low, high] = domain;
    const xs = Array.from({length: 1001}, (_, i) => low + ((high - low) * i) / 1000);
    const errorsWith = (given: object): number[] =>
      xs.map(x => activation.evaluate(x, given) - Math.tanh(x));
    const size = (numbers: readonly number[]): number => Math.hypot(...numbers);
    const errors = errorsWith(weights);
    expect(size(errors)).toBeLessThan(size(errorsWith({})));
    expect(size(errors) / Math.sqrt(1001)).toBeCloseTo(error.rootMeanSquare, 12);
    const names = Object.entries(weights).flatMap(([weight, value]) =>
      typeof value === 'number' ? [weight] : value.map((_, index) => `${weight}[${index}]`),
    );
    const slopes = names.map(name => derivative(activation.formula, name));
    if (slopes.some(slope => names.some(name => inputsOf(slope).has(name)))) return;
    for (const slope of slopes) {
      const values = xs.map(x => evaluate(slope, {...weights, x}));
      const product = errors.reduce((sum, each, i) => sum + each * values[i], 0);
      expect(Math.abs(product)).toBeLessThanOrEqual(1e-9 * size(errors) * size(values));
    }
  },
);

test('a PWLU goes on beyond its knots as its target does', () => {
  const {pwlu} = activations;
  expect(Math.abs(pwlu.evaluate(5, pwlu.fitTo(tanh).weights) - 1)).toBeLessThan(0.1);
  expect(pwlu.evaluate(-5, pwlu.fitTo(x => 2 * x).weights)).toBeCloseTo(-10, 10);
});

test('coefficients that shape nothing on the domain keep their starting values', () => {
  const {weights, error} = lines.fitTo(x => Math.abs(x), {domain: [-2, 2]});
  expect(error.largest).toBeLessThan(1e-12);
  [5, 2, 0, 2, 9, 10].forEach((height, index) => {
    expect(weights.heights[index]).toBeCloseTo(height, 10);
  });
});

test('single weights are fitted along with vectors, and given as numbers', () => {
  const scaled = createActivation({
    name: 'scaledCubic',
    weights: {steepness: {initializer: 'ones'}, c: {length: 3, initializer: 'zeros'}},
    formula: ({x, steepness, c}) => x.mul(steepness).tanh().add(polynomial(x, c)),
  });
  const fit = scaled.fitTo(x => Math.tanh(2.5 * x) + 0.5 * x * x - 1);
  expect(fit.error.largest).toBeLessThan(1e-9);
  expect(fit.weights.steepness).toBeCloseTo(2.5, 8);
  expect(fit.layerArguments.steepnessInitializer).toBe(fit.weights.steepness);
  const layer = scaled.layer(fit.layerArguments);
  const [y] = (layer.apply(tf.tensor2d([[1]])) as tf.Tensor).dataSync();
  expect(y).toBeCloseTo(Math.tanh(2.5) - 0.5, 6);
});

test('the interval is the definition’s, or [−3, 3], unless one is given', () => {
  expect(rational.fitTo(tanh).domain).toEqual(rational.definition.domain);
  expect(cubic.fitTo(tanh).domain).toEqual([-3, 3]);
  expect(cubic.fitTo(tanh, {domain: [-1, 4]}).domain).toEqual([-1, 4]);
  const near = (domain: readonly [number, number]) =>
    Math.abs(cubic.evaluate(3.5, cubic.fitTo(tanh, {domain}).weights) - Math.tanh(3.5));
  expect(near([3, 4])).toBeLessThan(1e-4);
  expect(near([-1, 1])).toBeGreaterThan(0.1);
});

test('an activation without coefficients has none', () => {
  expect('fitTo' in relu).toBe(false);
  // @ts-expect-error -- nor in its type
  expect(() => relu.fitTo(swish)).toThrow(TypeError);
});

test.each<[unknown, unknown, RegExp]>([
  ['swish', {}, /rational\.fitTo: the target must be an activation, or a function .* got 'swish'/],
  [undefined, {}, /the target must be an activation, or a function .* got undefined/],
  [layers.elu(), {}, /the target must be an activation, or a function .* got an instance of ELU$/],
  [Math.log, {}, /must give a finite number on all of the domain, got NaN at -3/],
  [(x: number) => 1 / x, {}, /finite number on all of the domain, got Infinity at 0/],
  [() => '1', {}, /finite number on all of the domain, got '1' at -3/],
  [
    Math.sin,
    {domain: [3, -3]},
    /domain must be two finite numbers, the lower first, got \[3, -3\]/,
  ],
  [Math.sin, {domain: [1, 1]}, /domain must be two finite numbers/],
  [Math.sin, {domain: [0, Infinity]}, /domain must be two finite numbers/],
  [Math.sin, {domain: 3}, /domain must be two finite numbers, the lower first, got 3/],
  [Math.sin, {points: 10}, /rational\.fitTo: unknown option 'points'; accepted: domain/],
  [Math.sin, [-3, 3], /the options must be an object, got \[-3, 3\]/],
])('%p with %p is refused', (target, options, message) => {
  expect(() => rational.fitTo(target as AnyActivation, options as object)).toThrow(message);
});

test('a function with a step or a kink inside the domain is fitted too', () => {
  const step = createActivation({
    name: 'steps',
    weights: {levels: {length: 2, initializer: 'zeros'}},
    formula: ({x, levels}) => where(x.less(0), levels[0], x.multiplyNoNan(0).add(levels[1])),
  });
  const {weights} = step.fitTo(x => (x < 0 ? -2 : 5));
  expect(weights.levels[0]).toBeCloseTo(-2, 10);
  expect(weights.levels[1]).toBeCloseTo(5, 10);
});
