import {constant} from './expression.js';
import type {Expression, Operand} from './expression.js';

/** c₀ + c₁x + c₂x² + …, by Horner's rule; `coefficients` start with c₀. */
export function polynomial(x: Expression, coefficients: readonly Operand[]): Expression {
  const [first, ...others] = coefficients;
  if (others.length === 0) return typeof first === 'number' ? constant(first) : first;
  return x.mul(polynomial(x, others)).add(first);
}
