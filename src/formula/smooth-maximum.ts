import type {Expression} from './expression.js';

/**
 * (p₁ − p₂) · x · sigmoid(beta · (p₁ − p₂) · x) + p₂ · x, as a mean of p₁ and p₂: no difference of
 * infinities far out.
 */
export function smoothMaximum(
  x: Expression,
  p1: Expression,
  p2: Expression,
  beta: Expression,
): Expression {
  const angle = x.mul(p1.sub(p2).mul(beta));
  return x.multiplyNoNan(angle.sigmoid().mul(p1).add(angle.neg().sigmoid().mul(p2)));
}
