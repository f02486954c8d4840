/* eslint-disable @typescript-eslint/no-unsafe-declaration-merging -- methods are added from OPERATIONS */
import {print} from './print.js';

/** What the methods of an expression take: another expression, or a finite number. */
export type Operand = Expression | number;

/** Every operation on numbers, with the number of its operands. */
export const OPERATIONS = {
  add: 2,
  sub: 2,
  mul: 2,
  div: 2,
  pow: 2,
  minimum: 2,
  maximum: 2,
  multiplyNoNan: 2,
  neg: 1,
  abs: 1,
  sign: 1,
  square: 1,
  sqrt: 1,
  rsqrt: 1,
  exp: 1,
  expm1: 1,
  log: 1,
  log1p: 1,
  sigmoid: 1,
  softplus: 1,
  tanh: 1,
  erf: 1,
  erfc: 1,
  sin: 1,
  cos: 1,
} as const;

/** Every comparison. */
export const COMPARISONS = ['greater', 'greaterEqual', 'less', 'lessEqual', 'equal'] as const;

export type Operation = keyof typeof OPERATIONS;
export type Comparison = (typeof COMPARISONS)[number];
export type Node = Expression | Condition;

/**
 * A number in a formula: an input, a constant, or an operation on other expressions. Immutable, and
 * one of a kind: building the same expression again returns the same object.
 *
 * The methods are named and ordered as on `tf.Tensor`; `log` is the natural logarithm.
 */
export interface Expression {
  add(other: Operand): Expression;
  sub(other: Operand): Expression;
  mul(other: Operand): Expression;
  div(other: Operand): Expression;
  /** `this` raised to `exponent`. */
  pow(exponent: Operand): Expression;
  /** The smaller of both; NaN where either is. */
  minimum(other: Operand): Expression;
  /** The larger of both; NaN where either is. */
  maximum(other: Operand): Expression;
  /** `this · gate`, but 0 wherever `gate` is 0, even where `this` is infinite or NaN. */
  multiplyNoNan(gate: Operand): Expression;
  neg(): Expression;
  abs(): Expression;
  /** −1, 0 or 1; its derivative is 0. */
  sign(): Expression;
  square(): Expression;
  sqrt(): Expression;
  /** 1 / √x */
  rsqrt(): Expression;
  exp(): Expression;
  /** eˣ − 1, right to the last digit near 0. */
  expm1(): Expression;
  log(): Expression;
  /** ln(1 + x), right to the last digit near 0. */
  log1p(): Expression;
  /** 1 / (1 + e⁻ˣ) */
  sigmoid(): Expression;
  /** ln(1 + eˣ) */
  softplus(): Expression;
  tanh(): Expression;
  /** The error function, 2/√π · ∫₀ˣ e^(−t²) dt. */
  erf(): Expression;
  /** 1 − erf(x), right to the last digit where erf(x) is close to 1. */
  erfc(): Expression;
  sin(): Expression;
  cos(): Expression;
  greater(other: Operand): Condition;
  greaterEqual(other: Operand): Condition;
  less(other: Operand): Condition;
  lessEqual(other: Operand): Condition;
  equal(other: Operand): Condition;
}

let nextId = 0;

export class Expression {
  readonly id = nextId++;

  /** Use the methods of an expression, or `constant` and `input`: they keep equal expressions one. */
  constructor(
    readonly operation: Operation | 'where' | 'constant' | 'input',
    readonly operands: readonly Node[],
    readonly value: number = NaN,
    readonly name: string = '',
  ) {}

  /** `this`, cut off below `minimum` and above `maximum`. */
  clipByValue(minimum: Operand, maximum: Operand): Expression {
    return this.maximum(minimum).minimum(maximum);
  }

  /**
   * The expression as text, such as `where(x > 0, x, alpha * expm1(x))`; where that would be long,
   * with names for what is shared: `$1 = exp(x); $1 * ($1 + 1)`.
   */
  toString(): string {
    return print(this, nodesOf(this));
  }
}

/** A comparison of two expressions, for the first argument of `where`. */
export class Condition {
  readonly id = nextId++;

  constructor(
    readonly operation: Comparison,
    readonly operands: readonly Expression[],
  ) {}

  toString(): string {
    return print(this, nodesOf(this));
  }
}

const COMMUTATIVE = new Set(['add', 'mul', 'equal']);

const interned = new Map<string, WeakRef<Node>>();
const forgotten = new FinalizationRegistry<string>(key => {
  if (!interned.get(key)?.deref()) interned.delete(key);
});

function intern<T extends Node>(key: string, create: () => T): T {
  const known = interned.get(key)?.deref();
  if (known) return known as T;
  const node = create();
  interned.set(key, new WeakRef(node));
  forgotten.register(node, key);
  return node;
}

function internOperation<T extends Node>(
  operation: string,
  operands: readonly Node[],
  create: () => T,
): T {
  const ids = operands.map(operand => operand.id);
  if (COMMUTATIVE.has(operation)) ids.sort((a, b) => a - b);
  return intern(`${operation} ${ids}`, create);
}

/**
 * The number `value` as an expression.
 * @throws if it is not finite.
 */
export function constant(value: number): Expression {
  if (!Number.isFinite(value)) {
    throw new Error(`a constant in a formula must be a finite number, got ${value}`);
  }
  const key = Object.is(value, -0) ? '-0' : String(value);
  return intern(`constant ${key}`, () => new Expression('constant', [], value));
}

/** The input called `name`, such as `x` or `p[2]`. */
export function input(name: string): Expression {
  return intern(`input ${name}`, () => new Expression('input', [], NaN, name));
}

function toExpression(operand: unknown, operation: string): Expression {
  if (operand instanceof Expression) return operand;
  if (typeof operand === 'number') return constant(operand);
  const given =
    operand instanceof Condition ? `the comparison ${operand}` : describeOperand(operand);
  throw new Error(`${operation} takes expressions and finite numbers, got ${given}`);
}

function describeOperand(value: unknown): string {
  return Array.isArray(value) ? 'an array (choose one of its elements)' : String(value);
}

/** Builds an operation from its name: `apply('add', [x, 1])` is `x.add(1)`. */
export function apply(operation: Operation, operands: readonly unknown[]): Expression {
  const nodes = operands.map(operand => toExpression(operand, operation));
  return internOperation(operation, nodes, () => new Expression(operation, nodes));
}

/** Builds a comparison from its name: `compare('less', [x, 1])` is `x.less(1)`. */
export function compare(operation: Comparison, operands: readonly unknown[]): Condition {
  const nodes = operands.map(operand => toExpression(operand, operation));
  return internOperation(operation, nodes, () => new Condition(operation, nodes));
}

/** `whenTrue` where `condition` holds, else `whenFalse`. The branch not taken never matters. */
export function where(condition: Condition, whenTrue: Operand, whenFalse: Operand): Expression {
  if (!(condition instanceof Condition)) {
    throw new Error(
      `where takes a comparison such as x.greater(0) as its first argument, got ${describeOperand(condition)}`,
    );
  }
  const nodes = [condition, toExpression(whenTrue, 'where'), toExpression(whenFalse, 'where')];
  return internOperation('where', nodes, () => new Expression('where', nodes));
}

function addMethod(
  name: string,
  operands: number,
  build: (operands: readonly unknown[]) => Node,
): void {
  const method = function (this: Expression, ...others: unknown[]): Node {
    if (others.length !== operands - 1) {
      throw new Error(`${name} takes ${operands - 1} argument(s), got ${others.length}`);
    }
    return build([this, ...others]);
  };
  Object.defineProperty(Expression.prototype, name, {value: method});
}

for (const [name, operands] of Object.entries(OPERATIONS)) {
  addMethod(name, operands, nodes => apply(name as Operation, nodes));
}
for (const name of COMPARISONS) {
  addMethod(name, 2, nodes => compare(name, nodes));
}

const orders = new WeakMap<Node, readonly Node[]>();

/** Every node of an expression, each once, operands before what uses them. */
export function nodesOf(root: Node): readonly Node[] {
  let order = orders.get(root);
  if (!order) {
    const seen = new Set<Node>();
    const visit = (node: Node): void => {
      if (seen.has(node)) return;
      node.operands.forEach(visit);
      seen.add(node);
    };
    visit(root);
    order = [...seen];
    orders.set(root, order);
  }
  return order;
}

/** The names of the inputs that an expression depends on. */
export function inputsOf(root: Node): Set<string> {
  const names = nodesOf(root).filter(node => node.operation === 'input');
  return new Set(names.map(node => (node as Expression).name));
}

/**
 * Expressions with every node replaced, operands before what uses them: `replace` gets each node over
 * its operands' replacements.
 */
export function rewrite(
  expressions: readonly Expression[],
  replace: (node: Node) => Node,
): Expression[] {
  const results = new Map<Node, Node>();
  return expressions.map(expression => {
    for (const node of nodesOf(expression)) {
      if (!results.has(node)) results.set(node, replace(rebuild(node, results)));
    }
    return results.get(expression) as Expression;
  });
}

/** The same node over other operands. */
export function rebuild(node: Node, results: ReadonlyMap<Node, Node>): Node {
  const operands = node.operands.map(operand => results.get(operand) as Node);
  if (operands.every((operand, index) => operand === node.operands[index])) return node;
  if (node instanceof Condition) return compare(node.operation, operands);
  if (node.operation === 'where') {
    return where(operands[0] as Condition, operands[1] as Expression, operands[2] as Expression);
  }
  return apply(node.operation as Operation, operands);
}
