import type {Expression, Node} from '../formula/index.js';

/** s where a node is σ(s) · σ(−s), with the sign that its formula gave it first; else nothing. */
export function argumentOfSlope(node: Node): Expression[] {
  if (node.operation !== 'mul') return [];
  const [first, second] = node.operands as Expression[];
  if (first.operation !== 'sigmoid' || second.operation !== 'sigmoid') return [];
  const [s, t] = [first.operands[0], second.operands[0]] as Expression[];
  if (t === negative(s)) return [s];
  return s === negative(t) ? [t] : [];
}

/** −s, in the form in which a formula would have it. */
function negative(s: Expression): Expression {
  if (s.operation === 'neg') return s.operands[0] as Expression;
  const [left, right] = s.operands as Expression[];
  return s.operation === 'mul' && right.operation === 'constant' ? left.mul(-right.value) : s.neg();
}
