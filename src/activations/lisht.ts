import {createActivation} from '../definition.js';

/**
 * Linearly scaled tanh: never negative, symmetric.
 *
 *     x · tanh(x)
 */
export const lisht = createActivation({
  name: 'lisht',
  className: 'LiSHT',
  formula: ({x}) => x.multiplyNoNan(x.tanh()),
  paper: 'Roy et al., 2019, https://arxiv.org/abs/1901.05894',
  note: 'The paper reports gains over ReLU and Swish on several tasks. Symmetric: it keeps no sign.',
});

export const LiSHT = lisht.layerClass;
