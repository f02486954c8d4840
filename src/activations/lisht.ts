import {createActivation} from '../definition.js';

/**
 * Linearly scaled tanh: never negative, symmetric.
 *
 *     x · tanh(x)
 */
export const lisht = createActivation({
  name: 'lisht',
  className: 'LiSHT',
  formula: ({x}) => x.mul(x.tanh()),
  paper: 'Roy et al., 2019, https://arxiv.org/abs/1901.05894',
});

export const LiSHT = lisht.layerClass;
