import {Condition, Expression, constant, input, nodesOf} from '../../formula/index.js';
import type {Comparison, Node, Operation} from '../../formula/index.js';
import {valuesOf} from '../program.js';
import type {Program} from '../program.js';
import {argumentOfSlope} from '../sigmoid-slope.js';
import {LaneGraph} from './lanes.js';
import type {Lanes} from './lanes.js';
import * as math from './math.js';
import {pow} from './power.js';
import {SMALLEST_FACTOR, recoveries} from './recover.js';
import type {Fact, Recovery} from './recover.js';

/** A program as vector code. */
export interface LoweredProgram {
  /** The values of each output, right for all numbers. */
  readonly exact: readonly (readonly Lanes[])[];
  /** The same in fewer steps, right where every guard holds in every lane. */
  readonly fast: readonly (readonly Lanes[])[];
  /** Masks; none where there is no faster way. */
  readonly guards: readonly Lanes[];
}

/** Turns a program into vector code; what its expressions share is computed once. */
export function lower(program: Program): LoweredProgram {
  const graph = new LaneGraph();
  const known = program.inputs.flatMap(({name, value}) =>
    value ? recoveries(value, input(name)) : [],
  );
  const expressions = program.outputs.map(valuesOf);
  const slopes = new Set(expressions.flat().flatMap(nodesOf).flatMap(argumentOfSlope));
  const all = (lowering: Lowering): Lanes[][] =>
    expressions.map(values => values.map(value => lowering.lower(value, [])));
  const exact = all(new Lowering(graph, slopes, undefined));
  const shortcuts = {known, guards: new Set<Lanes>()};
  const fast = all(new Lowering(graph, slopes, shortcuts));
  return {exact, fast, guards: [...shortcuts.guards]};
}

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
  exp: u => math.exp(u),
  expm1: u => math.expm1(u),
  log: math.log,
  log1p: math.log1p,
  sigmoid: math.sigmoid,
  softplus: math.softplus,
  tanh: math.tanh,
  erf: math.erf,
  erfc: math.erfc,
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

/** Below this eᵘ is not taken from eᵘ − 1, which has lost its digits. */
const SMALLEST_RECOVERED = 0.03;

/** From here on the product may have been infinite, where the exponential is not. */
const LARGEST_RECOVERED = 1e30;

/** Up to this |x| a sine needs no more than float32. */
const LARGEST_ANGLE = 8192;

interface Shortcuts {
  readonly known: readonly Recovery[];
  readonly guards: Set<Lanes>;
}

class Lowering {
  private readonly results = new Map<string, Map<Node, Lanes>>();

  constructor(
    private readonly graph: LaneGraph,
    /** Arguments of which the slope of a sigmoid is computed too. */
    private readonly slopes: ReadonlySet<Expression>,
    private readonly shortcuts: Shortcuts | undefined,
  ) {}

  /** The vector of a node, where some facts hold; elsewhere it is never looked at. */
  lower(node: Node, facts: readonly Fact[]): Lanes {
    const key = facts.map(({condition, holds}) => `${condition.id}${holds}`).join();
    let results = this.results.get(key);
    if (!results) this.results.set(key, (results = new Map<Node, Lanes>()));
    let lanes = results.get(node);
    if (!lanes) {
      lanes = this.lowerNode(node, facts);
      results.set(node, lanes);
    }
    return lanes;
  }

  private lowerNode(node: Node, facts: readonly Fact[]): Lanes {
    if (node.operation === 'constant') return this.graph.constant((node as Expression).value);
    if (node.operation === 'input') return this.graph.input((node as Expression).name);
    const of = (operand: Node): Lanes => this.lower(operand, facts);
    if (node instanceof Condition) {
      const [left, right] = node.operands;
      return COMPARISONS[node.operation](of(left), of(right));
    }
    if (node.operation === 'where') {
      const [condition, whenTrue, whenFalse] = node.operands as [Condition, Expression, Expression];
      if (this.shortcuts && isFarOut(condition)) {
        const [size, bound] = condition.operands;
        this.shortcuts.guards.add(of(size).lessEqual(of(bound)));
        return this.lower(whenFalse, [...facts, {condition, holds: false}]);
      }
      return of(condition).choose(
        this.lower(whenTrue, [...facts, {condition, holds: true}]),
        this.lower(whenFalse, [...facts, {condition, holds: false}]),
      );
    }
    return (
      this.shortcut(node, facts) ??
      OPERATIONS[node.operation as Operation](...(node.operands.map(of) as [Lanes, Lanes]))
    );
  }

  /** A cheaper form of an operation, where its operands or the facts allow one. */
  private shortcut(node: Expression, facts: readonly Fact[]): Lanes | undefined {
    const [first, second] = node.operands as Expression[];
    const of = (operand: Node): Lanes => this.lower(operand, facts);
    switch (node.operation) {
      case 'minimum':
        if (isConstant(second)) return of(first).atMost(of(second));
        return isConstant(first) ? of(second).atMost(of(first)) : undefined;
      case 'maximum':
        if (isConstant(second)) return of(first).atLeast(of(second));
        return isConstant(first) ? of(second).atLeast(of(first)) : undefined;
      case 'div':
        return hasReciprocal(second) ? of(first).mul(1 / second.value) : undefined;
      case 'mul':
        return this.slopeOfSigmoid(node, facts);
      case 'sigmoid':
        return this.slopes.has(first) ? math.sigmoidBesideSlope(of(first)) : undefined;
      case 'tanh':
        return first.operation === 'softplus'
          ? math.tanhOfSoftplus(of(first.operands[0]))
          : undefined;
      case 'exp':
        return (
          this.bell(first, facts) ??
          this.recovered(first, facts)?.add(1) ??
          (isNeverPositive(first, facts) ? math.exp(of(first), 'neverPositive') : undefined)
        );
      case 'expm1':
        return (
          this.recovered(first, facts) ??
          (isNeverPositive(first, facts) ? math.expm1(of(first), 'neverPositive') : undefined)
        );
      case 'sin':
      case 'cos':
        return this.sineOfSmall(node.operation, of(first));
      default:
        return undefined;
    }
  }

  /** σ(s) · σ(−s), and where s is twice a softplus, the slope of tanh there. */
  private slopeOfSigmoid(product: Expression, facts: readonly Fact[]): Lanes | undefined {
    const [s] = argumentOfSlope(product);
    if (!s) return undefined;
    const [softplus, factor] = s.operands as Expression[];
    const isDoubled = s.operation === 'mul' && factor === constant(2);
    return isDoubled && softplus.operation === 'softplus'
      ? math.sigmoidSlopeOfTwiceSoftplus(this.lower(softplus.operands[0], facts))
      : math.sigmoidSlope(this.lower(s, facts));
  }

  /** e^(−u²), with no digits lost to the square. */
  private bell({operation, operands}: Expression, facts: readonly Fact[]): Lanes | undefined {
    const [inner] = operands as Expression[];
    const isSquare = operation === 'neg' && inner.operation === 'square';
    return isSquare ? math.bell(this.lower(inner.operands[0], facts)) : undefined;
  }

  /** expm1 of the argument, from the value of the formula that it stands in. */
  private recovered(argument: Expression, facts: readonly Fact[]): Lanes | undefined {
    const recovery = this.shortcuts?.known.find(
      known =>
        known.argument === argument &&
        known.facts.every(({condition, holds}) =>
          facts.some(fact => fact.condition === condition && fact.holds === holds),
        ),
    );
    if (!recovery) return undefined;
    const value = this.lower(recovery.value, facts);
    const {guards} = this.shortcuts!;
    guards.add(value.greater(SMALLEST_RECOVERED - 1));
    if (recovery.factors.length > 0) guards.add(value.less(LARGEST_RECOVERED));
    for (const factor of recovery.factors.filter(each => !isConstant(each))) {
      guards.add(this.lower(factor, facts).abs().greaterEqual(SMALLEST_FACTOR));
    }
    return value;
  }

  private sineOfSmall(operation: 'sin' | 'cos', angle: Lanes): Lanes | undefined {
    if (!this.shortcuts) return undefined;
    this.shortcuts.guards.add(angle.abs().lessEqual(LARGEST_ANGLE));
    return operation === 'sin' ? math.sinOfSmall(angle) : math.cosOfSmall(angle);
  }
}

/** From here on a size counts as one that seldom occurs. */
const FAR_OUT = 16;

/** Whether a condition is |u| > c for a c that is seldom reached: then its branch is left out. */
function isFarOut({operation, operands: [size, bound]}: Condition): boolean {
  return (
    operation === 'greater' &&
    size.operation === 'abs' &&
    isConstant(bound) &&
    bound.value >= FAR_OUT
  );
}

function isConstant({operation}: Expression): boolean {
  return operation === 'constant';
}

/** Whether an expression is −|u| or −u² (or NaN), or a fact says that it is not positive. */
function isNeverPositive(expression: Expression, facts: readonly Fact[]): boolean {
  const {operation, operands} = expression;
  const [inner, factor] = operands as Expression[];
  if (operation === 'neg') return inner.operation === 'abs' || inner.operation === 'square';
  const isScaled =
    (operation === 'mul' || operation === 'div') && isConstant(factor) && factor.value > 0;
  return facts.some(
    ({condition: {operation: comparison, operands: compared}, holds}) =>
      compared[1] === constant(0) &&
      (compared[0] === expression || (isScaled && compared[0] === inner)) &&
      (holds ? ['less', 'lessEqual'] : ['greater', 'greaterEqual']).includes(comparison),
  );
}

function hasReciprocal({operation, value}: Expression): boolean {
  const reciprocal = Math.fround(1 / value);
  return operation === 'constant' && Number.isFinite(reciprocal) && Math.abs(reciprocal) > 1e-37;
}
