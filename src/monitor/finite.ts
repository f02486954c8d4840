import {where} from '../formula/index.js';
import type {Condition, Expression} from '../formula/index.js';

/** Holds where a value is neither NaN nor infinite. */
export function isFiniteNumber(value: Expression): Condition {
  return value.sub(value).equal(0);
}

/** The value where it is finite, else 0. */
export function finiteOrZero(value: Expression): Expression {
  return where(isFiniteNumber(value), value, 0);
}
