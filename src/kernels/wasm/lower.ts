import {Condition, constant, nodesOf} from '../../formula/index.js';
import type {Comparison, Expression, Node, Operation} from '../../formula/index.js';
import {withAccurateForms} from '../accurate.js';
import {LaneGraph} from './lanes.js';
import type {Lanes} from './lanes.js';
import * as math from './math.js';
import {pow} from './power.js';

/** Operations that consist of others. */
const COMPOSED: readonly Operation[] = ['erf', 'erfc'];

const OPERATIONS: Record<Operation, (u: Lanes, v: Lanes) => Lanes> = {
  add: (u, v) => u.add(v),
  sub: (u, v) => u.sub(v),
  mul: (u, v) => u.mul(v),
  div: (u, v) => u.div(v),
  pow,
  minimum: (u, v) => u.min(v),
  maximum: (u, v) => u.max(v),
  multiplyNoNan: (u, v) => u.mul(v).without(v.equal(0)),
  neg: u => u.neg(),
  abs: u => u.abs(),
  sign: u => u.greater(0).choose(1, u.less(0).choose(-1, u)),
  square: u => u.mul(u),
  sqrt: u => u.sqrt(),
  rsqrt: u => u.constant(1).div(u.sqrt()),
  exp: math.exp,
  expm1: math.expm1,
  log: math.log,
  log1p: math.log1p,
  sigmoid: math.sigmoid,
  softplus: math.softplus,
  tanh: math.tanh,
  erf: () => {
    throw new Error('erf is composed of others');
  },
  erfc: () => {
    throw new Error('erfc is composed of others');
  },
  sin: math.sin,
  cos: math.cos,
};

const COMPARISONS: Record<Comparison, (u: Lanes, v: Lanes) => Lanes> = {
  greater: (u, v) => u.greater(v),
  greaterEqual: (u, v) => u.greaterEqual(v),
  less: (u, v) => u.less(v),
  lessEqual: (u, v) => u.lessEqual(v),
  equal: (u, v) => u.equal(v),
};

/** Turns formulas into vector code; shared subexpressions become one vector. */
export class Lowering {
  readonly graph = new LaneGraph();
  private readonly results = new Map<Node, Lanes>();

  /** The vectors of several expressions. */
  lower(expressions: readonly Expression[]): Lanes[] {
    return withAccurateForms(expressions, COMPOSED).map(expression => {
      for (const node of nodesOf(expression)) {
        if (!this.results.has(node)) this.results.set(node, this.lowerNode(node));
      }
      return this.results.get(expression)!;
    });
  }

  private lowerNode(node: Node): Lanes {
    const [u, v, w] = node.operands.map(operand => this.results.get(operand)!);
    if (node instanceof Condition) return COMPARISONS[node.operation](u, v);
    if (node.operation === 'constant') return this.graph.constant(node.value);
    if (node.operation === 'input') return this.graph.input(node.name);
    if (node.operation === 'where') return u.choose(v, w);
    return this.shortcut(node) ?? OPERATIONS[node.operation](u, v);
  }

  /** A cheaper form of an operation, where its operands allow one. */
  private shortcut(node: Expression): Lanes | undefined {
    const [first, second] = node.operands as Expression[];
    const [u, v] = [first, second].map(operand => this.results.get(operand)!);
    switch (node.operation) {
      case 'minimum':
      case 'maximum':
        return bounded(node, u, v);
      case 'div':
        return hasReciprocal(second) ? u.mul(1 / second.value) : undefined;
      case 'mul':
        return this.slopeOfSigmoid(first, second);
      case 'tanh':
        return first.operation === 'softplus'
          ? math.tanhOfSoftplus(this.operandOf(first))
          : undefined;
      default:
        return undefined;
    }
  }

  /** σ(s) · σ(−s), and where s is twice a softplus, the slope of tanh there. */
  private slopeOfSigmoid(first: Expression, second: Expression): Lanes | undefined {
    if (first.operation !== 'sigmoid' || second.operation !== 'sigmoid') return undefined;
    const [s, t] = [first.operands[0], second.operands[0]] as Expression[];
    if (s !== negative(t) && t !== negative(s)) return undefined;
    const doubled = [s, t].find(({operation, operands}) => {
      const [left, right] = operands as Expression[];
      return operation === 'mul' && left.operation === 'softplus' && right === constant(2);
    });
    if (!doubled) return math.sigmoidSlope(this.results.get(s)!);
    const [softplus] = doubled.operands as Expression[];
    return math.sigmoidSlopeOfTwiceSoftplus(this.operandOf(softplus));
  }

  private operandOf({operands: [operand]}: Expression): Lanes {
    return this.results.get(operand)!;
  }
}

/** −s, in the form in which a formula would have it. */
function negative(s: Expression): Expression {
  if (s.operation === 'neg') return s.operands[0] as Expression;
  const [left, right] = s.operands as Expression[];
  const isScaled = s.operation === 'mul' && right.operation === 'constant';
  return isScaled ? left.mul(-right.value) : s.neg();
}

/** A bound that is a constant is never NaN. */
function bounded({operation, operands}: Expression, u: Lanes, v: Lanes): Lanes | undefined {
  const [first, second] = operands as Expression[];
  const isMinimum = operation === 'minimum';
  if (second.operation === 'constant') return isMinimum ? u.atMost(v) : u.atLeast(v);
  if (first.operation === 'constant') return isMinimum ? v.atMost(u) : v.atLeast(u);
  return undefined;
}

function hasReciprocal({operation, value}: Expression): boolean {
  const reciprocal = Math.fround(1 / value);
  return operation === 'constant' && Number.isFinite(reciprocal) && Math.abs(reciprocal) > 1e-37;
}
