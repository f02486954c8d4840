import type {Condition, Expression, Node} from '../../formula/index.js';

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
  /** What the formula's value is divided by for that. */
  readonly factors: readonly Expression[];
  /** Where it may be used. */
  readonly facts: readonly Fact[];
}

/**
 * What `exp` and `expm1` can be had from the value `y` of a formula: where the formula is
 * α · expm1(u), expm1(u) is y / α and exp(u) is y / α + 1.
 */
export function recoveries(formula: Expression, y: Expression): Recovery[] {
  return find(formula, y, [], []);
}

function find(
  formula: Node,
  value: Expression,
  factors: readonly Expression[],
  facts: readonly Fact[],
): Recovery[] {
  const [first, second, third] = formula.operands as Expression[];
  switch (formula.operation) {
    case 'where': {
      const condition = formula.operands[0] as Condition;
      return [
        ...find(second, value, factors, [...facts, {condition, holds: true}]),
        ...find(third, value, factors, [...facts, {condition, holds: false}]),
      ];
    }
    case 'mul':
      if (isFactor(second)) return find(first, value.div(second), [...factors, second], facts);
      if (isFactor(first)) return find(second, value.div(first), [...factors, first], facts);
      return [];
    case 'expm1':
      return [{argument: first, value, factors, facts}];
    default:
      return [];
  }
}

/** Below this a factor may leave a product without its digits. */
export const SMALLEST_FACTOR = 2 ** -100;

/** Whether an expression is cheap to divide by: a constant, or an input of the formula but x. */
function isFactor({operation, value, name}: Expression): boolean {
  if (operation === 'constant') return Math.abs(value) >= SMALLEST_FACTOR;
  return operation === 'input' && name !== 'x';
}
