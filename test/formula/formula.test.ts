import * as fc from 'fast-check';
import {
  COMPARISONS,
  OPERATIONS,
  apply,
  compare,
  constant,
  derivative,
  evaluate,
  input,
  nodesOf,
  polynomial,
  simplify,
  where,
} from '../../src/formula/index.js';
import type {Comparison, Expression, Operation, Values} from '../../src/formula/index.js';
import {erf, erfc} from '../../src/formula/special-functions.js';

const x = input('x');
const a = input('a');
const p = [input('p[0]'), input('p[1]')];

const operations = Object.entries(OPERATIONS) as [Operation, number][];

const formulas: fc.Arbitrary<Expression> = fc.letrec<{formula: Expression}>(tie => ({
  formula: fc.oneof(
    {maxDepth: 4, withCrossShrink: true},
    fc.constantFrom(x, a, ...p),
    fc.double({min: -3, max: 3, noNaN: true}).map(constant),
    fc
      .tuple(fc.constantFrom(...operations), tie('formula'), tie('formula'))
      .map(([[operation, operands], u, v]) => apply(operation, [u, v].slice(0, operands))),
    fc
      .tuple(
        fc.constantFrom(...COMPARISONS),
        tie('formula'),
        tie('formula'),
        tie('formula'),
        tie('formula'),
      )
      .map(([name, l, r, u, v]) => where(compare(name as Comparison, [l, r]), u, v)),
  ),
})).formula;

const special = fc.constantFrom(0, -0, 1, -1, 1e-30, 1e30, Infinity, -Infinity, NaN);
const numbers = fc.oneof(fc.double({min: -4, max: 4, noNaN: true}), special);

/** Whether a zero is divided by, or raised to a power: only there does its sign, which is free, show. */
function readsSignOfZero(formula: Expression, values: Values): boolean {
  const readers: Record<string, number> = {div: 1, rsqrt: 0, pow: 0};
  return nodesOf(formula).some(({operation, operands}) => {
    const operand = operands[readers[operation]] as Expression | undefined;
    return operand !== undefined && evaluate(operand, values) === 0;
  });
}

test('simplification never changes a value', () => {
  let compared = 0;
  fc.assert(
    fc.property(formulas, numbers, numbers, numbers, (formula, vx, va, vp) => {
      const values = {x: vx, a: va, p: [vp, 0.5]};
      if (readsSignOfZero(formula, values)) return true;
      compared++;
      const [before, after] = [formula, simplify(formula)].map(f => evaluate(f, values) + 0);
      return Object.is(before, after);
    }),
    {numRuns: 5000},
  );
  expect(compared).toBeGreaterThan(3500);
});

/** Nearer to 0 than this, the terms of a quotient's derivative may cancel to few digits. */
const NEAR_ZERO = 1e-8;

/**
 * Whether the formula is smooth enough in float64 for the chain rule: no root or power is taken of what
 * is near 0 or below, and no step is so small or large that its derivative may overflow.
 */
function isRegular(formula: Expression, values: Values): boolean {
  const singularAtZero = ['sqrt', 'rsqrt', 'pow', 'div', 'log'];
  return nodesOf(formula).every(node => {
    const value = evaluate(node as Expression, values) as unknown;
    if (typeof value !== 'number') return true;
    if (value !== 0 && !(Math.abs(value) > 1e-60 && Math.abs(value) < 1e60)) return false;
    if (!singularAtZero.includes(node.operation)) return true;
    const [u, v] = node.operands.map(operand => evaluate(operand as Expression, values));
    if (node.operation === 'div') return Math.abs(v) > NEAR_ZERO;
    const isConstantPower = node.operation === 'pow' && node.operands[1].operation === 'constant';
    return (isConstantPower ? Math.abs(u) : u) > NEAR_ZERO;
  });
}

test('the derivative agrees with finite differences, away from kinks', () => {
  let compared = 0;
  fc.assert(
    fc.property(
      formulas,
      fc.double({min: -3, max: 3, noNaN: true}),
      fc.double({min: 0.2, max: 2, noNaN: true}),
      (formula, at, va) => {
        const f = (value: number): number => evaluate(formula, {x: value, a: va, p: [0.7, -0.4]});
        const central = (h: number): number => (f(at + h) - f(at - h)) / (2 * h);
        const [coarse, middle, fine] = [1e-3, 5e-4, 2.5e-4].map(central);
        const extrapolated = (4 * fine - middle) / 3;
        const check = (4 * middle - coarse) / 3;
        const scale = Math.max(1, Math.abs(f(at)), Math.abs(extrapolated));
        if (!isRegular(formula, {x: at, a: va, p: [0.7, -0.4]})) return true;
        // Where the steps disagree there is a kink, a pole, or too little precision to judge.
        if (!Number.isFinite(scale) || scale > 1e6) return true;
        if (!(Math.abs(extrapolated - check) <= 1e-8 * scale)) return true;
        const slope = (x: number): number =>
          evaluate(derivative(formula, 'x'), {x, a: va, p: [0.7, -0.4]});
        const exact = slope(at);
        const jumps = [-1e-3, 1e-3].some(h => Math.abs(slope(at + h) - exact) > 0.1 * scale);
        // The slopes to either side come together as the step shrinks, but at a kink.
        const gap = (h: number): number => Math.abs(f(at + h) - 2 * f(at) + f(at - h)) / h;
        const isKink = gap(2.5e-4) > Math.max(0.7 * gap(5e-4), 1e-6 * scale);
        if (jumps || isKink) return true;
        compared++;
        return Math.abs(exact - extrapolated) <= 1e-5 * scale;
      },
    ),
    {numRuns: 6000},
  );
  expect(compared).toBeGreaterThan(1500);
});

test('equal expressions are one node', () => {
  expect(x.add(1).mul(x.sin())).toBe(x.add(1).mul(x.sin()));
  expect(x.add(a)).toBe(a.add(x));
  expect(x.mul(a)).toBe(a.mul(x));
  expect(x.sub(a)).not.toBe(a.sub(x));
  expect(x.maximum(a)).not.toBe(a.maximum(x));
  expect(constant(0)).not.toBe(constant(-0));
  fc.assert(
    fc.property(fc.infiniteStream(fc.nat(operations.length - 1)), stream => {
      const picks = [...stream.take(6)];
      const build = (): Expression =>
        picks.reduce<Expression>((u, pick) => {
          const [operation, operands] = operations[pick];
          return apply(operation, [u, a].slice(0, operands));
        }, x);
      return build() === build();
    }),
  );
});

test.each([
  ['sigmoid', 40, 4.248354255291589e-18],
  ['sigmoid', -40, 4.248354255291589e-18],
  ['tanh', 20, 1.6993417021166355e-17],
  ['erf', 5, 1.5670866531017336e-11],
  ['erfc', -5, -1.5670866531017336e-11],
  ['softplus', -40, 4.248354255291589e-18],
] as const)('the derivative of %s at %d keeps its digits', (operation, at, truth) => {
  const slope = evaluate(derivative(apply(operation, [x]), 'x'), {x: at});
  expect(Math.abs(slope - truth)).toBeLessThan(1e-14 * Math.abs(truth));
});

/** From mpmath 1.3 at 50 digits. */
test.each([
  ['tanh', 1e-8, -2e-8],
  ['tanh', -1e-5, 1.9999999997333332e-5],
  ['tanh', 20, -3.398683404233271e-17],
  ['sigmoid', 1e-4, -1.2499999958333334e-5],
  ['sigmoid', -50, 1.9287498479639178e-22],
  ['sigmoid', Infinity, 0],
] as const)('the second derivative of %s at %d keeps its digits', (operation, at, truth) => {
  const second = derivative(derivative(apply(operation, [x]), 'x'), 'x');
  expect(Math.abs(evaluate(second, {x: at}) - truth)).toBeLessThanOrEqual(1e-14 * Math.abs(truth));
});

/** From mpmath 1.3 at 50 digits. */
test.each([
  [1e-10, 1.1283791670955126e-10, 0.9999999998871621],
  [0.5, 0.5204998778130465, 0.4795001221869535],
  [1, 0.8427007929497149, 0.15729920705028513],
  [1.5, 0.9661051464753108, 0.033894853524689274],
  [2, 0.9953222650189527, 0.004677734981047266],
  [5, 0.9999999999984626, 1.5374597944280349e-12],
  [10, 1, 2.088487583762545e-45],
])('erf and erfc at ±%d', (at, erfTruth, erfcTruth) => {
  expect(Math.abs(erf(at) / erfTruth - 1)).toBeLessThan(5e-15);
  expect(erf(-at)).toBe(-erf(at));
  expect(Math.abs(erfc(at) / erfcTruth - 1)).toBeLessThan(5e-14);
  expect(erfc(-at)).toBeCloseTo(1 + erfTruth, 14);
});

test('a discarded branch leaks no NaN into value or derivative', () => {
  const formula = where(x.greater(0), x.log(), x);
  expect(evaluate(formula, {x: -1})).toBe(-1);
  expect(evaluate(derivative(formula, 'x'), {x: -1})).toBe(1);
});

test('ties take the first argument, kinks the branch that is taken', () => {
  expect(evaluate(derivative(x.maximum(0), 'x'), {x: 0})).toBe(1);
  expect(evaluate(derivative(constant(0).maximum(x), 'x'), {x: 0})).toBe(0);
  expect(evaluate(derivative(where(x.greater(0), x, 0), 'x'), {x: 0})).toBe(0);
});

test('prints formulas as text', () => {
  // Inputs of its own: of u + v and v + u, which are one node, the first that was built is printed.
  const [z, alpha, c, d] = ['z', 'alpha', 'c', 'd'].map(input);
  expect(String(where(z.greater(0), z, z.expm1().mul(alpha)))).toBe(
    'where(z > 0, z, expm1(z) * alpha)',
  );
  expect(String(z.sub(alpha.sub(1)).div(z.neg()))).toBe('(z - (alpha - 1)) / (-z)');
  expect(String(polynomial(z, [c, d, 2]))).toBe('z * (z * 2 + d) + c');
});

test('prints what is shared once where all of it would be long', () => {
  let [u, nested] = [input('u'), input('u')];
  for (let depth = 0; depth < 3; depth++) u = u.mul(u.add(1));
  for (let depth = 0; depth < 60; depth++) nested = nested.mul(nested.add(1));
  expect(String(u)).not.toContain('$');
  expect(String(nested)).toMatch(/^\$1 = u \* \(u \+ 1\); \$2 = \$1 \* \(\$1 \+ 1\); /);
  expect(String(nested)).toMatch(/; \$59 \* \(\$59 \+ 1\)$/);
});

test.each([
  [() => x.mul(NaN), /finite number, got NaN/],
  [() => constant(Infinity), /finite number, got Infinity/],
  [() => x.add(undefined as never), /add takes expressions and finite numbers, got undefined/],
  [() => x.add(x.greater(0) as never), /got the comparison x > 0/],
  [() => x.mul(p as never), /an array \(choose one of its elements\)/],
  [() => (x.exp as (n: number) => Expression)(2), /exp takes 0 argument\(s\), got 1/],
  [() => where(x as never, 1, 0), /where takes a comparison/],
  [() => evaluate(x.add(a), {x: 1}), /no value for the input 'a'; given: x/],
])('rejects what cannot work: %s', (build, message) => {
  expect(build).toThrow(message);
});
