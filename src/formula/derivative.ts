import {Expression, constant, nodesOf, where} from './expression.js';
import type {Condition, Node, Operation} from './expression.js';
import {simplify} from './simplify.js';

const ZERO = constant(0);
const ONE = constant(1);

/** u·v, when a factor known to be 0 makes the term vanish from the formula. */
function times(u: Expression, v: Expression): Expression {
  return u === ZERO || v === ZERO ? ZERO : u.mul(v);
}

/** As `times`, for a slope that vanishes in the tail: there the product is 0, not 0 · Infinity. */
function gated(u: Expression, slope: Expression): Expression {
  return u === ZERO ? ZERO : u.multiplyNoNan(slope);
}

function plus(u: Expression, v: Expression): Expression {
  if (u === ZERO) return v;
  return v === ZERO ? u : u.add(v);
}

function choose(condition: Condition, u: Expression, v: Expression): Expression {
  return u === v ? u : where(condition, u, v);
}

/** e^(−u²) · 2/√π, the slope of erf. */
function bell(u: Expression): Expression {
  return u
    .square()
    .neg()
    .exp()
    .mul(2 / Math.sqrt(Math.PI));
}

/** Whether v is −u, for expressions as `simplify` leaves them. */
function areOpposite(u: Expression, v: Expression): boolean {
  if (u.operation === 'neg') return u.operands[0] === v;
  if (v.operation === 'neg') return v.operands[0] === u;
  const isMultiple = (node: Expression): boolean =>
    node.operation === 'mul' && node.operands[1].operation === 'constant';
  if (!isMultiple(u) || !isMultiple(v) || u.operands[0] !== v.operands[0]) return false;
  const [factor, other] = [u, v].map(({operands}) => (operands[1] as Expression).value);
  return factor === -other;
}

/** s where y is σ(s) · σ(−s), the slope of a sigmoid; undefined of any other product. */
function angleOfSigmoidSlope(u: Expression, v: Expression): Expression | undefined {
  const [s, opposite] = [u.operands[0], v.operands[0]];
  if (!(s instanceof Expression) || !(opposite instanceof Expression)) return undefined;
  const areSigmoids = u === s.sigmoid() && v === opposite.sigmoid();
  return areSigmoids && areOpposite(s, opposite) ? s : undefined;
}

interface Parts {
  /** The operands of an operation, … */
  readonly u: Expression;
  readonly v: Expression;
  /** … their derivatives, … */
  readonly du: Expression;
  readonly dv: Expression;
  /** … and the operation itself. */
  readonly y: Expression;
  /** The derivative of any node below it. */
  readonly slopeOf: (node: Node) => Expression;
}

/** The product rule, but −y · tanh(s/2) · s′ for the slope of a sigmoid: that cancels nowhere. */
function slopeOfProduct({u, v, du, dv, y, slopeOf}: Parts): Expression {
  const s = angleOfSigmoidSlope(u, v);
  if (s) return gated(slopeOf(s), y.mul(s.mul(0.5).tanh()).neg());
  return plus(times(du, v), times(u, dv));
}

/** The derivative of each operation, in forms that keep their digits in the tails and near 0. */
const RULES: Record<Operation, (parts: Parts) => Expression> = {
  add: ({du, dv}) => plus(du, dv),
  sub: ({du, dv}) => (dv === ZERO ? du : plus(du, dv.neg())),
  mul: slopeOfProduct,
  div: ({v, du, dv, y}) =>
    plus(du === ZERO ? ZERO : du.div(v), dv === ZERO ? ZERO : times(y.div(v), dv).neg()),
  pow: ({u, v, du, dv, y}) =>
    plus(times(u.pow(v.sub(1)).multiplyNoNan(v), du), times(u.log().multiplyNoNan(y), dv)),
  minimum: ({u, v, du, dv}) => choose(u.lessEqual(v), du, dv),
  maximum: ({u, v, du, dv}) => choose(u.greaterEqual(v), du, dv),
  multiplyNoNan: ({u, v, du, dv}) => plus(gated(du, v), dv === ZERO ? ZERO : u.multiplyNoNan(dv)),
  neg: ({du}) => (du === ZERO ? ZERO : du.neg()),
  abs: ({u, du}) => times(u.sign(), du),
  sign: () => ZERO,
  square: ({u, du}) => times(u.mul(2), du),
  sqrt: ({u, du}) => times(u.rsqrt().mul(0.5), du),
  rsqrt: ({u, du, y}) => times(y.div(u).mul(-0.5), du),
  exp: ({du, y}) => gated(du, y),
  expm1: ({u, du}) => gated(du, u.exp()),
  log: ({u, du}) => (du === ZERO ? ZERO : du.div(u)),
  log1p: ({u, du}) => (du === ZERO ? ZERO : du.div(u.add(1))),
  sigmoid: ({u, du, y}) => gated(du, y.mul(u.neg().sigmoid())),
  softplus: ({u, du}) => gated(du, u.sigmoid()),
  tanh: ({u, du}) => gated(du, u.mul(2).sigmoid().mul(u.mul(-2).sigmoid()).mul(4)),
  erf: ({u, du}) => gated(du, bell(u)),
  erfc: ({u, du}) => gated(du, bell(u).neg()),
  sin: ({u, du}) => times(u.cos(), du),
  cos: ({u, du}) => times(u.sin().neg(), du),
};

/**
 * The derivative of `expression` by the input called `name`, simplified.
 *
 * At a kink it is the derivative of the branch that `where` takes; where `minimum` or `maximum` meet
 * a tie, that of the first argument.
 */
export function derivative(expression: Expression, name: string): Expression {
  const derivatives = new Map<Node, Expression>();
  for (const node of nodesOf(expression)) {
    if (!(node instanceof Expression)) continue;
    derivatives.set(node, ofNode(node, name, derivatives));
  }
  return simplify(derivatives.get(expression)!);
}

function ofNode(
  node: Expression,
  name: string,
  derivatives: ReadonlyMap<Node, Expression>,
): Expression {
  if (node.operation === 'constant') return ZERO;
  if (node.operation === 'input') return node.name === name ? ONE : ZERO;
  if (node.operation === 'where') {
    const [condition, whenTrue, whenFalse] = node.operands;
    return choose(condition as Condition, derivatives.get(whenTrue)!, derivatives.get(whenFalse)!);
  }
  const [u, v] = node.operands as Expression[];
  const du = derivatives.get(u)!;
  const dv = v && derivatives.get(v)!;
  if (du === ZERO && (!v || dv === ZERO)) return ZERO;
  const slopeOf = (below: Node): Expression => derivatives.get(below)!;
  return RULES[node.operation]({u, v, du, dv, y: node, slopeOf});
}
