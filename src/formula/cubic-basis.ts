import type {Expression} from './expression.js';

/** The four pieces of cubic B-splines that overlap between two knots, at `t` of the way, 0 to 1. */
export function cubicBasis(t: Expression): [Expression, Expression, Expression, Expression] {
  const rest = t.neg().add(1);
  const falling = (from: Expression): Expression =>
    from
      .square()
      .mul(from.mul(0.5).sub(1))
      .add(2 / 3);
  const outer = (to: Expression): Expression => to.square().mul(to).div(6);
  return [outer(rest), falling(t), falling(rest), outer(t)];
}
