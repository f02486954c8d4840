import fc from 'fast-check';
import {execFileSync} from 'node:child_process';
import path from 'node:path';
import {activations, catalogue, layers} from '../src/index.js';
import type {AnyActivation} from '../src/definition.js';
import {REFERENCES} from './activations/reference.js';

const entries = catalogue
  .filter(({elementwise}) => elementwise)
  .map(entry => [entry.name, entry] as const);

const activationNamed = (name: string): AnyActivation =>
  (activations as unknown as Record<string, AnyActivation>)[name];

/** An activation at its defaults, written without anything of the package. */
function referenceOf(name: string): (x: number) => number {
  const {f, options, weights} = REFERENCES[name];
  const stated = activationNamed(name).weights as Record<string, {value?: unknown}>;
  const values = Object.entries(stated).flatMap(([weight, {value}]) =>
    value === undefined ? [] : [[weight, value] as const],
  );
  const parameters = {...options, ...weights, ...Object.fromEntries(values)};
  return x => f(x, parameters);
}

/** From −30 to 30; kinks and peaks lie in between, where it is densest. */
const xs = Array.from({length: 1201}, (_, index) => 30 * ((index - 600) / 600) ** 3);

/** From closed forms and papers. */
const RANGES: Record<string, readonly [number | null, number | null]> = {
  linear: [null, null],
  relu: [0, null],
  leakyRelu: [null, null],
  relu6: [0, 6],
  thresholdedRelu: [0, null],
  squaredRelu: [0, null],
  squareplus: [0, null],
  sparsePlus: [0, null],
  prelu: [0, null],
  tlu: [0, null],
  starRelu: [-0.4472135955, null],
  elu: [-1, null],
  parametricElu: [-1, null],
  selu: [-1.758099341, null],
  celu: [-1, null],
  pelu: [-1, null],
  mpelu: [-0.25, null],
  ptelu: [-1, null],
  elish: [Number((2 * Math.SQRT2 - 3).toFixed(10)), null],
  isrlu: [-1, null],
  isru: [-1, 1],
  sigmoid: [0, 1],
  hardSigmoid: [0, 1],
  hardSigmoid3: [0, 1],
  sparseSigmoid: [0, 1],
  logSigmoid: [null, 0],
  tanh: [-1, 1],
  hardTanh: [-1, 1],
  tanhShrink: [null, null],
  hardShrink: [null, null],
  softShrink: [null, null],
  softsign: [-1, 1],
  lisht: [0, null],
  softplus: [0, null],
  psoftplus: [Number((-1.5 * Math.LN2).toFixed(9)), null],
  exponential: [0, null],
  softExponential: [null, null],
  swish: [-0.2784645428, null],
  hardSwish: [-0.375, null],
  mish: [-0.308843413, null],
  hardMish: [-0.5, null],
  serf: [-0.3484374588, null],
  gelu: [-0.1699712075, null],
  quickGelu: [-0.1636101896, null],
  sine: [-1, 1],
  gcu: [null, null],
  snake: [null, null],
  dyt: [-1, 1],
  pwlu: [0, null],
  polynomial: [-0.3285483006, null],
};

const NOT_MONOTONIC = [
  ...['swish', 'swishBeta', 'aconA', 'aconC', 'hardSwish', 'mish', 'hardMish', 'serf', 'pserf'],
  ...['smish', 'logish', 'telu', 'gelu', 'geluNew', 'quickGelu', 'elish', 'erfAct', 'lisht'],
  ...['sine', 'gcu', 'xielu', 'apl', 'rational', 'rationalA', 'rationalC', 'bSpline', 'polynomial'],
];

test('every activation has an entry of plain data', () => {
  expect(entries.map(([name]) => name).sort()).toEqual(Object.keys(activations).sort());
  const layerNames = catalogue.map(({name}) => name).filter(name => name in layers);
  expect(layerNames).toHaveLength(catalogue.length);
  expect(JSON.parse(JSON.stringify(catalogue))).toEqual(catalogue);
  expect(structuredClone(catalogue)).toEqual(catalogue);
});

describe.each(entries)('%s', (name, entry) => {
  const activation = activationNamed(name);
  const row = REFERENCES[name];
  let values: number[];

  beforeAll(() => {
    values = xs.map(referenceOf(name));
  });

  test('has its names, options, weights and texts', () => {
    expect(entry.className).toBe(row.className);
    expect(entry.aliases).toEqual(row.aliases ?? []);
    expect(entry.options).toEqual(row.options ?? {});
    expect(entry.layerOptions).toEqual(row.layerOptions ?? {});
    const weights = entry.weights.map(weight => weight.name);
    expect(weights).toEqual(Object.keys(activation.weights as object));
    expect(entry.kind).toBe(weights.length > 0 ? 'learnable' : 'fixed');
    expect(entry.sharedAxes === null).toBe(weights.length === 0);
    expect(entry.formula).toBe(String(activation.formula));
    expect(entry.derivative).toBe(String(activation.derivative));
    expect(entry.kernelInitializer!.className).toBe('VarianceScaling');
    expect(entry.paper === null || entry.paper.length > 10).toBe(true);
    expect(entry.summary).toMatch(/^[A-Z].{20,300}\.$/);
  });

  test('stays within its range, and reaches it', () => {
    const [low, high] = entry.range!;
    if (name in RANGES) expect(entry.range).toEqual(RANGES[name]);
    const [least, greatest] = [low ?? -Infinity, high ?? Infinity];
    fc.assert(
      fc.property(fc.double({min: -100, max: 100, noNaN: true}), x => {
        const y = activation.evaluate(x);
        expect(y).toBeGreaterThanOrEqual(least - 1e-9);
        expect(y).toBeLessThanOrEqual(greatest + 1e-9);
      }),
    );
    const near = (bound: number | null, reached: number): void => {
      if (bound === null) return expect(Math.abs(reached)).toBeGreaterThan(3);
      // Softsign is within 1/31 of its limits at ±30, squareplus within 1/30.
      expect(Math.abs(reached - bound)).toBeLessThan(0.04);
    };
    near(low, Math.min(...values));
    near(high, Math.max(...values));
  });

  test('is monotonic, or not', () => {
    expect(entry.monotonic).toBe(!NOT_MONOTONIC.includes(name));
    const falls = values.some((value, index) => index > 0 && value < values[index - 1] - 1e-9);
    const rises = values.some((value, index) => index > 0 && value > values[index - 1] + 1e-9);
    expect(falls && rises).toBe(!entry.monotonic);
    if (!entry.monotonic) return;
    const points = fc.double({min: -100, max: 100, noNaN: true});
    fc.assert(
      fc.property(points, points, (x, y) => {
        const rise = activation.evaluate(Math.max(x, y)) - activation.evaluate(Math.min(x, y));
        expect(rises ? rise : -rise).toBeGreaterThanOrEqual(-1e-9);
      }),
    );
  });

  test('has the gain of its closed form', () => {
    const heights = xs.map((z, index) => values[index] ** 2 * Math.exp((-z * z) / 2));
    const moment = xs.reduce((sum, z, index) => {
      if (index === 0) return 0;
      return sum + ((z - xs[index - 1]) * (heights[index] + heights[index - 1])) / 2;
    }, 0);
    const gain = 1 / Math.sqrt(moment / Math.sqrt(2 * Math.PI));
    expect(Math.abs(entry.gain! / gain - 1)).toBeLessThan(0.01);
    const {scale} = entry.kernelInitializer!.config as {scale: number};
    if (!activation.definition.kernelScale) expect(scale / entry.gain! ** 2).toBeCloseTo(1, 10);
  });
});

test('weights tell their length, initializer, regularizer, constraint and axes', () => {
  const weightsOf = (name: string) => catalogue.find(entry => entry.name === name)!.weights;
  const one = {className: 'Ones', config: {}};
  const constraint = {className: 'MinValue', config: {minValue: 0.1}};
  expect(weightsOf('pelu')).toEqual([
    {name: 'a', initializer: one, constraint},
    {name: 'b', initializer: one, constraint},
  ]);
  expect(weightsOf('apl')[0]).toMatchObject({name: 'slopes', length: 5});
  expect(weightsOf('apl')[0].regularizer!.className).toBe('L1L2');
  expect(weightsOf('dyt')[0]).toMatchObject({name: 'alpha', sharedAxes: 'all'});
});

test('layers that mix units have their formula as text, and nothing that one number has', () => {
  const maxout = catalogue.find(({name}) => name === 'maxout')!;
  expect(maxout).toMatchObject({
    className: 'Maxout',
    kind: 'fixed',
    options: {numUnits: null, axis: -1},
    weights: [],
    derivative: null,
    range: null,
    gain: null,
  });
  const others = catalogue.filter(({elementwise}) => !elementwise);
  expect(others.map(({name}) => name)).toEqual(expect.arrayContaining(['softmax', 'glu', 'kan']));
  for (const {formula, paper, summary} of others) {
    expect(formula.length).toBeGreaterThan(5);
    expect(paper!.length).toBeGreaterThan(10);
    expect(summary).toMatch(/^[A-Z].{20,300}\.$/);
  }
});

test('docs/activations.md and docs/curves/ tell what is so', () => {
  const script = path.join(__dirname, '../scripts/catalogue.ts');
  const check = ['--import', 'tsx', script, '--check'];
  expect(() => execFileSync(process.execPath, check, {stdio: 'pipe'})).not.toThrow();
}, 60_000);
