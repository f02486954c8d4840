import {Condition, Expression, constant, rewrite, where} from './expression.js';
import type {Node, Operation} from './expression.js';
import {evaluate, holds} from './evaluate.js';

const isConstant = (node: Node, value?: number): boolean =>
  node.operation === 'constant' &&
  (value ?? (node as Expression).value) === (node as Expression).value;

const isNegated = (node: Node): boolean => node.operation === 'neg';
const inner = (node: Node): Expression => node.operands[0] as Expression;

/**
 * Shorter forms of an operation on `u` and `v` that have the very same value for every u and v,
 * infinite and NaN included (the sign of a zero aside). The first that applies is taken.
 */
const RULES: Partial<Record<Operation, (u: Expression, v: Expression) => Expression | undefined>> =
  {
    add: (u, v) => {
      if (isConstant(v, 0)) return u;
      if (isConstant(u, 0)) return v;
      if (isNegated(v)) return u.sub(inner(v));
      if (isNegated(u)) return v.sub(inner(u));
      return undefined;
    },
    sub: (u, v) => {
      if (isConstant(v, 0)) return u;
      if (isConstant(u, 0)) return v.neg();
      if (isNegated(v)) return u.add(inner(v));
      return undefined;
    },
    mul: (u, v) => {
      if (isConstant(v, 1)) return u;
      if (isConstant(u, 1)) return v;
      if (isConstant(v, -1)) return u.neg();
      if (isConstant(u, -1)) return v.neg();
      if (isNegated(u) && isNegated(v)) return inner(u).mul(inner(v));
      if (isNegated(u) && isConstant(v)) return inner(u).mul(-v.value);
      if (isNegated(v) && isConstant(u)) return inner(v).mul(-u.value);
      return u === v ? u.square() : undefined;
    },
    div: (u, v) => {
      if (isConstant(v, 1)) return u;
      if (isConstant(v, -1)) return u.neg();
      return isNegated(u) && isNegated(v) ? inner(u).div(inner(v)) : undefined;
    },
    pow: (u, v) => {
      if (isConstant(v, 1)) return u;
      if (isConstant(v, 2)) return u.square();
      return isConstant(v, -1) ? constant(1).div(u) : undefined;
    },
    multiplyNoNan: (u, v) => {
      if (isConstant(u) && u.value !== 0) return v.mul(u);
      return isConstant(v) ? (v.value === 0 ? v : u.mul(v)) : undefined;
    },
    minimum: (u, v) => (u === v ? u : undefined),
    maximum: (u, v) => (u === v ? u : undefined),
    neg: u => (isNegated(u) ? inner(u) : undefined),
    abs: u => (isNegated(u) ? inner(u).abs() : u.operation === 'abs' ? u : undefined),
    square: u => (isNegated(u) || u.operation === 'abs' ? inner(u).square() : undefined),
  };

/** A shorter expression with the same value for every input (the sign of a zero aside). */
export function simplify(expression: Expression): Expression {
  return rewrite([expression], simplest)[0];
}

function simplest(node: Node): Node {
  let current = node;
  for (;;) {
    const shorter = current instanceof Expression ? shorten(current) : undefined;
    if (!shorter || shorter === current) return current;
    current = shorter;
  }
}

function shorten(node: Expression): Expression | undefined {
  if (node.operation === 'constant' || node.operation === 'input') return undefined;
  if (node.operation === 'where') return shortenWhere(node);
  if (node.operands.every(operand => isConstant(operand))) {
    const value = evaluate(node, {});
    return Number.isFinite(value) ? constant(value) : undefined;
  }
  const [u, v] = node.operands as Expression[];
  return RULES[node.operation]?.(u, v);
}

function shortenWhere(node: Expression): Expression | undefined {
  const [condition, whenTrue, whenFalse] = node.operands as [Condition, Expression, Expression];
  if (whenTrue === whenFalse) return whenTrue;
  if (condition.operands.every(operand => isConstant(operand))) {
    return holds(condition, {}) ? whenTrue : whenFalse;
  }
  const sameCondition = (branch: Expression): boolean =>
    branch.operation === 'where' && branch.operands[0] === condition;
  if (sameCondition(whenTrue)) {
    return where(condition, whenTrue.operands[1] as Expression, whenFalse);
  }
  if (sameCondition(whenFalse)) {
    return where(condition, whenTrue, whenFalse.operands[2] as Expression);
  }
  return undefined;
}
