import {constant, inputsOf, nodesOf} from '../../formula/index.js';
import type {Condition, Expression, Node, Operation} from '../../formula/index.js';

/** That a condition holds, or does not. */
export interface Fact {
  readonly condition: Condition;
  readonly holds: boolean;
}

/** An exponential that can be had from the value of the formula it stands in. */
export interface Recovery {
  /** `exp` and `expm1` of it are known. */
  readonly argument: Expression;
  /** expm1(argument), in terms of the formula's value. */
  readonly value: Expression;
  /** Where it may be used. */
  readonly facts: readonly Fact[];
}

/**
 * What `exp` and `expm1` can be had from the value `y` of a formula: where the formula is
 * α · expm1(u), expm1(u) is y / α and exp(u) is y / α + 1.
 */
export function recoveries(formula: Expression, y: Expression): Recovery[] {
  return find(formula, y, []);
}

function find(formula: Node, value: Expression, facts: readonly Fact[]): Recovery[] {
  const [first, second, third] = formula.operands as Expression[];
  switch (formula.operation) {
    case 'where': {
      const condition = formula.operands[0] as Condition;
      return [
        ...find(second, value, [...facts, {condition, holds: true}]),
        ...find(third, value, [...facts, {condition, holds: false}]),
      ];
    }
    case 'mul':
      if (isFactor(second)) return find(first, quotient(value, second), facts);
      if (isFactor(first)) return find(second, quotient(value, first), facts);
      return [];
    case 'expm1':
      return [{argument: first, value, facts}];
    default:
      return [];
  }
}

function quotient(value: Expression, factor: Expression): Expression {
  return factor === constant(1) ? value : value.div(factor);
}

const EXPONENTIALS: readonly (Operation | 'where' | 'constant' | 'input')[] = ['exp', 'expm1'];

/** Whether an expression is cheap to divide by: a constant, or a weight. */
function isFactor(expression: Expression): boolean {
  return (
    nodesOf(expression).length === 1 &&
    !EXPONENTIALS.includes(expression.operation) &&
    !inputsOf(expression).has('x')
  );
}
