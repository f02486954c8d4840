import {createActivation} from '../definition.js';
import {inverseSquareRoot, where} from '../formula/index.js';

/**
 * Linear above zero, with the saturation of a square root below.
 *
 *     x for x ≥ 0, x / √(1 + alpha · x²) below
 */
export const isrlu = createActivation({
  name: 'isrlu',
  className: 'ISRLU',
  options: {alpha: {default: 1, minimum: 0}},
  formula: ({x, alpha}) => where(x.greaterEqual(0), x, inverseSquareRoot(x, alpha)),
  paper: 'Carlile et al., 2017, https://arxiv.org/abs/1710.09967',
  note: "As ELU, without an exponential: the paper's claim is speed on processors.",
});

export const ISRLU = isrlu.layerClass;
