import {evaluate} from '../../src/formula/index.js';
import type {Expression, Values} from '../../src/formula/index.js';

const LARGEST_FLOAT32 = 3.4028234663852886e38;

/** How far a value may be off, besides twice the error of rounding every step to float32. */
export interface Bound {
  readonly relative: number;
  readonly absolute: number;
  /** From here on a result may be infinite, or what the backend stores for that. */
  readonly largest: number;
  readonly infinity: number;
  /** Whether numbers below the normal ones of float32 may count as 0. */
  readonly flushes: boolean;
}

/** What native TensorFlow promises: as cpu, but that it takes denormal numbers for 0. */
export const NATIVE: Bound = {
  relative: 2e-6,
  absolute: 1e-12,
  largest: LARGEST_FLOAT32,
  infinity: Infinity,
  flushes: true,
};

/** What shaders promise on float textures and buffers. */
export const GPU_FLOAT: Bound = {
  relative: 1e-4,
  absolute: 1e-6,
  largest: LARGEST_FLOAT32 * (1 - 1e-4),
  infinity: Infinity,
  flushes: true,
};

/** What shaders promise on half-float textures, for inputs that are half floats. */
export const GPU_HALF: Bound = {
  relative: 1e-2,
  absolute: 1e-3,
  largest: 65504 * (1 - 1e-2),
  infinity: Infinity,
  flushes: true,
};

/**
 * What is wrong with `actual` as the float32 value of an expression, or undefined if nothing is. A
 * number as the bound is relative, plus 1e−12.
 */
export function fault(
  actual: number,
  expression: Expression,
  values: Values,
  bound: number | Bound,
): string | undefined {
  const limits =
    typeof bound === 'number'
      ? {
          relative: bound,
          absolute: 1e-12,
          largest: LARGEST_FLOAT32,
          infinity: Infinity,
          flushes: false,
        }
      : bound;
  const found = faultAt(actual, expression, values, limits);
  if (!found || !limits.flushes) return found;
  return faultAt(actual, expression, flushed(values), limits) && found;
}

function faultAt(
  actual: number,
  expression: Expression,
  values: Values,
  {relative, absolute, largest, infinity}: Bound,
): string | undefined {
  const truth = evaluate(expression, values);
  const stepwise = evaluate(expression, values, Math.fround);
  const shown = `${expression} at ${JSON.stringify(values)}: got ${actual}, truth ${truth}`;
  if (Number.isNaN(truth)) return Number.isNaN(actual) ? undefined : shown;
  const isOverflow = Math.abs(truth) > largest;
  if (isOverflow && Object.is(actual, Math.sign(truth) * infinity)) return undefined;
  if (Math.abs(truth) > LARGEST_FLOAT32) return shown;
  const usual = relative * Math.abs(truth) + absolute;
  const error = Math.abs(actual - truth);
  if (error <= usual) return undefined;
  const allowed = Number.isFinite(stepwise) ? 2 * roundingNear(expression, values) : 0;
  return error <= allowed
    ? undefined
    : `${shown}, off by ${error}, bound ${Math.max(usual, allowed)}`;
}

/**
 * The largest error of float32 arithmetic, step by step, at x and its neighbours: where a formula
 * crosses zero, a single one may be near the truth by luck.
 */
export function roundingNear(expression: Expression, values: Values): number {
  const errors = Array.from({length: 33}, (_, index) => {
    const x = Math.fround((values.x as number) * (1 + 5 * (index - 16) * 2 ** -23));
    const near = {...values, x};
    return Math.abs(evaluate(expression, near, Math.fround) - evaluate(expression, near));
  });
  return Math.max(...errors.filter(Number.isFinite));
}

const SMALLEST_NORMAL = 2 ** -126;

function flushed(values: Values): Values {
  const flush = (value: number): number => (Math.abs(value) < SMALLEST_NORMAL ? 0 : value);
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      typeof value === 'number' ? flush(value) : value.map(flush),
    ]),
  );
}

/** The half float nearest to a number, ties to even; `infinity` is what is stored for Infinity. */
export function roundToHalf(value: number, infinity = Infinity): number {
  if (Number.isNaN(value) || value === 0) return value;
  const exponent = Math.max(Math.floor(Math.log2(Math.abs(value))), -14);
  const unit = 2 ** (exponent - 10);
  const steps = value / unit;
  const floor = Math.floor(steps);
  const isUp = steps - floor > 0.5 || (steps - floor === 0.5 && floor % 2 !== 0);
  const rounded = (isUp ? floor + 1 : floor) * unit;
  return Math.abs(rounded) <= 65504 ? rounded : Math.sign(value) * infinity;
}

/** The points at which every activation is checked: zeros, tiny, usual, large, infinite, NaN. */
export const GRID = [
  0,
  -0,
  1e-30,
  -1e-30,
  1e-8,
  -1e-8,
  0.3,
  -0.3,
  1,
  -1,
  2.7,
  -2.7,
  10,
  -10,
  20,
  -20,
  50,
  -50,
  100,
  -100,
  1e4,
  -1e4,
  Infinity,
  -Infinity,
  NaN,
].map(Math.fround);
