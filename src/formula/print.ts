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

/** With more nodes than this written out, shared subexpressions are named instead of repeated. */
const LONGEST = 150;

/**
 * A formula as text: arithmetic with its usual symbols, everything else as a function. `nodes` are
 * all nodes of `root`, each once, operands before what uses them.
 *
 * A formula that would be long has its shared subexpressions first: `$1 = exp(x); $1 * ($1 + 1)`.
 */
export function print(root: Node, nodes: readonly Node[]): string {
  const names = new Map<Node, string>();
  if (isShort(root, nodes)) return text(root, 0, names);
  const definitions = sharedNodes(nodes).map((node, index) => {
    const definition = `$${index + 1} = ${text(node, 0, names)}`;
    names.set(node, `$${index + 1}`);
    return definition;
  });
  return [...definitions, text(root, 0, names)].join('; ');
}

/** Whether few nodes are written, those that are shared once for each use. */
function isShort(root: Node, nodes: readonly Node[]): boolean {
  const sizes = new Map<Node, number>();
  for (const node of nodes) {
    sizes.set(
      node,
      node.operands.reduce((size, operand) => size + sizes.get(operand)!, 1),
    );
  }
  return sizes.get(root)! <= LONGEST;
}

function sharedNodes(nodes: readonly Node[]): Node[] {
  const uses = new Map<Node, number>();
  for (const operand of nodes.flatMap(({operands}) => operands)) {
    uses.set(operand, (uses.get(operand) ?? 0) + 1);
  }
  return nodes.filter(node => node.operands.length > 0 && (uses.get(node) ?? 0) > 1);
}

function text(node: Node, outer: number, names: ReadonlyMap<Node, string>): string {
  const name = names.get(node);
  if (name !== undefined) return name;
  if (node.operation === 'input') return (node as Expression).name;
  if (node.operation === 'constant') {
    const {value} = node as Expression;
    return value < 0 ? parenthesize(String(value), outer > 1) : String(value);
  }
  const infix = INFIX[node.operation];
  if (infix) {
    const {symbol, precedence} = infix;
    const [left, right] = node.operands;
    const joined = `${text(left, precedence, names)} ${symbol} ${text(right, precedence + 1, names)}`;
    return parenthesize(joined, precedence < outer);
  }
  if (node.operation === 'neg') {
    return parenthesize(`-${text(node.operands[0], 3, names)}`, outer > 1);
  }
  const operands = node.operands.map(operand => text(operand, 0, names));
  return `${node.operation}(${operands.join(', ')})`;
}

function parenthesize(inner: string, needed: boolean): string {
  return needed ? `(${inner})` : inner;
}
