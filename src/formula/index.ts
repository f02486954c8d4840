export {
  COMPARISONS,
  Condition,
  Expression,
  OPERATIONS,
  apply,
  compare,
  constant,
  input,
  inputsOf,
  nodesOf,
  rebuild,
  rewrite,
  where,
} from './expression.js';
export type {Comparison, Node, Operand, Operation} from './expression.js';
export {cubicBasis} from './cubic-basis.js';
export {derivative} from './derivative.js';
export {evaluate, evaluateAtMany} from './evaluate.js';
export type {Columns, Values} from './evaluate.js';
export {inverseSquareRoot} from './inverse-square-root.js';
export {polynomial} from './polynomial.js';
export {simplify} from './simplify.js';
export {smoothMaximum} from './smooth-maximum.js';
