import {constant, where} from './expression.js';
import type {Expression} from './expression.js';

/** x / √(1 + alpha · x²), also where x² would overflow. */
export function inverseSquareRoot(x: Expression, alpha: number): Expression {
  if (alpha === 0) return x;
  const far = x.sign().mul(constant(1).div(x).square().add(alpha).rsqrt());
  return where(x.abs().greater(1), far, x.mul(x.square().mul(alpha).add(1).rsqrt()));
}
