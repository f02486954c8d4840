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
  note:
    'The paper reports gains over Swish and ReLU in image classification and detection. Costs ' +
    'more than Swish. Not monotonic.',
});

export const Mish = mish.layerClass;
