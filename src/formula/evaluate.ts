import {Condition, Expression, nodesOf} from './expression.js';
import type {Comparison, Node, Operation} from './expression.js';
import {erf, erfc, sigmoid, softplus} from './special-functions.js';

type Round = (value: number) => number;

const exactly: Round = value => value;

const OPERATIONS: Record<Operation, (u: number, v: number, round: Round) => number> = {
  add: (u, v) => u + v,
  sub: (u, v) => u - v,
  mul: (u, v) => u * v,
  div: (u, v) => u / v,
  pow: (u, v) => u ** v,
  minimum: (u, v) => Math.min(u, v),
  maximum: (u, v) => Math.max(u, v),
  multiplyNoNan: (u, v) => (v === 0 ? 0 : u * v),
  neg: u => -u,
  abs: u => Math.abs(u),
  sign: u => Math.sign(u),
  square: u => u * u,
  sqrt: u => Math.sqrt(u),
  rsqrt: u => 1 / Math.sqrt(u),
  exp: u => Math.exp(u),
  expm1: u => Math.expm1(u),
  log: u => Math.log(u),
  log1p: u => Math.log1p(u),
  sigmoid,
  softplus: (u, _, round) => softplus(u, round),
  tanh: u => Math.tanh(u),
  erf,
  erfc,
  sin: u => Math.sin(u),
  cos: u => Math.cos(u),
};

const COMPARISONS: Record<Comparison, (u: number, v: number) => boolean> = {
  greater: (u, v) => u > v,
  greaterEqual: (u, v) => u >= v,
  less: (u, v) => u < v,
  lessEqual: (u, v) => u <= v,
  equal: (u, v) => u === v,
};

/** The numbers that inputs stand for; an array `p` gives `p[0]`, `p[1]`, … */
export type Values = Readonly<Record<string, number | readonly number[]>>;

/**
 * The value of an expression in float64.
 *
 * `round` is applied to every intermediate result: `Math.fround` shows what correctly rounded
 * float32 arithmetic gives.
 * @throws if an input has no value.
 */
export function evaluate(expression: Expression, values: Values, round: Round = exactly): number {
  return resultsOf(expression, values, round).get(expression) as number;
}

/** The results of nodes at many `x`; a comparison gives 1 where it holds, else 0. */
export type Columns = Map<Node, Float64Array>;

/**
 * The values of `expression` at many `x`, in float64: what `evaluate` gives at each of them, faster.
 * `columns` keeps the results of nodes for other expressions at the same inputs.
 * @throws if an input has no value.
 */
export function evaluateAtMany(
  expression: Expression,
  xs: Float64Array,
  values: Values = {},
  columns: Columns = new Map(),
): Float64Array {
  const columnOf = (node: Node): Float64Array => {
    const known = columns.get(node);
    if (known) return known;
    const column = compute(node);
    columns.set(node, column);
    return column;
  };
  const compute = (node: Node): Float64Array => {
    if (node.operation === 'constant') return new Float64Array(xs.length).fill(node.value);
    if (node.operation === 'input') {
      return node.name === 'x' ? xs : new Float64Array(xs.length).fill(valueOf(node.name, values));
    }
    if (node.operation === 'where') return choose(node.operands, columnOf);
    const [u, v = u] = node.operands.map(columnOf);
    if (node instanceof Condition) {
      const holds = COMPARISONS[node.operation];
      return u.map((each, index) => (holds(each, v[index]) ? 1 : 0));
    }
    const operation = OPERATIONS[node.operation];
    const column = new Float64Array(u);
    for (let index = 0; index < column.length; index++) {
      column[index] = operation(column[index], v[index], exactly);
    }
    return column;
  };
  return columnOf(expression);
}

/** `where`; a branch that is taken nowhere is left out. */
function choose(
  [condition, whenTrue, whenFalse]: readonly Node[],
  columnOf: (node: Node) => Float64Array,
): Float64Array {
  const holds = columnOf(condition);
  if (!holds.includes(0)) return columnOf(whenTrue);
  if (!holds.includes(1)) return columnOf(whenFalse);
  const [u, v] = [columnOf(whenTrue), columnOf(whenFalse)];
  return holds.map((each, index) => (each ? u[index] : v[index]));
}

/** Whether a comparison holds for these inputs. */
export function holds(condition: Condition, values: Values): boolean {
  return resultsOf(condition, values, exactly).get(condition) as boolean;
}

function resultsOf(root: Node, values: Values, round: Round): Map<Node, number | boolean> {
  const results = new Map<Node, number | boolean>();
  for (const node of nodesOf(root)) {
    const [u, v, w] = node.operands.map(operand => results.get(operand));
    if (node instanceof Condition) {
      results.set(node, COMPARISONS[node.operation](u as number, v as number));
    } else if (node.operation === 'where') {
      results.set(node, (u ? v : w)!);
    } else if (node.operation === 'constant') {
      results.set(node, round(node.value));
    } else if (node.operation === 'input') {
      results.set(node, round(valueOf(node.name, values)));
    } else {
      results.set(node, round(OPERATIONS[node.operation](u as number, v as number, round)));
    }
  }
  return results;
}

function valueOf(name: string, values: Values): number {
  const [, array, index] = /^(.*)\[(\d+)\]$/.exec(name) ?? [];
  const value = array ? (values[array] as readonly number[])?.[Number(index)] : values[name];
  if (typeof value !== 'number') {
    throw new Error(`no value for the input '${name}'; given: ${Object.keys(values).join(', ')}`);
  }
  return value;
}
