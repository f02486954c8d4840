import {createActivation} from '../definition.js';
import {inverseSquareRoot} from '../formula/index.js';

/**
 * A sigmoid-like curve of a square root alone.
 *
 *     x / √(1 + alpha · x²)
 */
export const isru = createActivation({
  name: 'isru',
  className: 'ISRU',
  options: {alpha: {default: 1, minimum: 0}},
  formula: ({x, alpha}) => inverseSquareRoot(x, alpha),
  paper: 'Carlile et al., 2017, https://arxiv.org/abs/1710.09967',
  note: 'As tanh or sigmoid, without an exponential: the paper proposes it for recurrent networks.',
});

export const ISRU = isru.layerClass;
