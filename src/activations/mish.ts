import {createActivation} from '../definition.js';

/**
 * Mish.
 *
 *     x · tanh(ln(1 + eˣ))
 */
export const mish = createActivation({
  name: 'mish',
  className: 'Mish',
  formula: ({x}) => x.multiplyNoNan(x.softplus().tanh()),
  paper: 'Misra, 2019, https://arxiv.org/abs/1908.08681',
});

export const Mish = mish.layerClass;
