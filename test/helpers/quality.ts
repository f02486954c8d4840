import {evaluate} from '../../src/formula/index.js';
import type {Expression, Values} from '../../src/formula/index.js';

const LARGEST_FLOAT32 = 3.4028234663852886e38;

/**
 * What is wrong with `actual` as the float32 value of an expression, or undefined if nothing is. The
 * bound is relative, plus 1e−12, or twice the error of rounding every step to float32.
 */
export function fault(
  actual: number,
  expression: Expression,
  values: Values,
  relative: number,
): string | undefined {
  const truth = evaluate(expression, values);
  const stepwise = evaluate(expression, values, Math.fround);
  const shown = `${expression} at ${JSON.stringify(values)}: got ${actual}, truth ${truth}`;
  if (Number.isNaN(truth)) return Number.isNaN(actual) ? undefined : shown;
  if (Math.abs(truth) > LARGEST_FLOAT32)
    return actual === Math.sign(truth) * Infinity ? undefined : shown;
  const rounding = Number.isFinite(stepwise) ? Math.abs(stepwise - truth) : 0;
  const bound = Math.max(relative * Math.abs(truth) + 1e-12, 2 * rounding);
  const isWithin = Math.abs(actual - truth) <= bound;
  return isWithin ? undefined : `${shown}, off by ${Math.abs(actual - truth)}, bound ${bound}`;
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
