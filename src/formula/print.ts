import type {Expression, Node} from './expression.js';

const INFIX: Record<string, {symbol: string; precedence: number}> = {
  greater: {symbol: '>', precedence: 1},
  greaterEqual: {symbol: '>=', precedence: 1},
  less: {symbol: '<', precedence: 1},
  lessEqual: {symbol: '<=', precedence: 1},
  equal: {symbol: '==', precedence: 1},
  add: {symbol: '+', precedence: 2},
  sub: {symbol: '-', precedence: 2},
  mul: {symbol: '*', precedence: 3},
  div: {symbol: '/', precedence: 3},
};

/** A formula as text: arithmetic with its usual symbols, everything else as a function. */
export function print(node: Node): string {
  return text(node, 0);
}

function text(node: Node, outer: number): string {
  if (node.operation === 'input') return (node as Expression).name;
  if (node.operation === 'constant') {
    const {value} = node as Expression;
    return value < 0 ? parenthesize(String(value), outer > 1) : String(value);
  }
  const infix = INFIX[node.operation];
  if (infix) {
    const {symbol, precedence} = infix;
    const [left, right] = node.operands;
    const joined = `${text(left, precedence)} ${symbol} ${text(right, precedence + 1)}`;
    return parenthesize(joined, precedence < outer);
  }
  if (node.operation === 'neg') return parenthesize(`-${text(node.operands[0], 3)}`, outer > 1);
  const operands = node.operands.map(operand => text(operand, 0));
  return `${node.operation}(${operands.join(', ')})`;
}

function parenthesize(inner: string, needed: boolean): string {
  return needed ? `(${inner})` : inner;
}
