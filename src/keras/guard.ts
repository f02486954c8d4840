import {constant, rebuild, rewrite, where} from '../formula/index.js';
import type {Condition, Expression, Node} from '../formula/index.js';

/** By operation, the operand that makes it, or its derivative, infinite or NaN somewhere. */
const RISKY_OPERANDS: Readonly<Record<string, number>> = {
  div: 1,
  exp: 0,
  expm1: 0,
  log: 0,
  log1p: 0,
  pow: 0,
  rsqrt: 0,
  sqrt: 0,
};

/** Where each of them is harmless. */
export const HARMLESS = 1;

/** What flattens however large its operand is. */
const SATURATING = new Set(['tanh', 'erf', 'erfc', 'sigmoid']);

/** e⁸⁰ is as good as infinite to them, and finite as a float32. */
const LARGEST_EXPONENT = 80;

/**
 * The same values, but for systems that differentiate operation by operation: there the branch that
 * `where` leaves out gets a gradient of 0, and 0 · Infinity is NaN. So its risky operands are replaced, and
 * what saturates is not given an infinity.
 */
export function guarded(expression: Expression): Expression {
  return rewriteOne(expression, node => {
    if (SATURATING.has(node.operation)) return rewriteOne(node as Expression, limitExponent);
    if (node.operation !== 'where') return node;
    const [condition, whenTrue, whenFalse] = node.operands as [Condition, Expression, Expression];
    return where(
      condition,
      protect(whenTrue, operand => where(condition, operand, HARMLESS)),
      protect(whenFalse, operand => where(condition, HARMLESS, operand)),
    );
  });
}

/** Replaces the risky operands of an expression. */
function protect(expression: Expression, replace: (operand: Expression) => Expression): Expression {
  return rewriteOne(expression, node => {
    const risky = RISKY_OPERANDS[node.operation];
    const operand = node.operands[risky] as Expression | undefined;
    if (!operand || operand.operation === 'constant') return node;
    return rebuild(node, replacing(node, operand, replace(operand)));
  });
}

function limitExponent(node: Node): Node {
  if (node.operation !== 'exp') return node;
  const [exponent] = node.operands as [Expression];
  const limited = exponent.minimum(constant(LARGEST_EXPONENT));
  return rebuild(node, replacing(node, exponent, limited));
}

function replacing({operands}: Node, old: Node, replacement: Node): Map<Node, Node> {
  return new Map(operands.map(operand => [operand, operand === old ? replacement : operand]));
}

const rewriteOne = (expression: Expression, replace: (node: Node) => Node): Expression =>
  rewrite([expression], replace)[0];
