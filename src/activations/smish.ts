import {createActivation} from '../definition.js';

/**
 * Mish of the logarithm of a sigmoid.
 *
 *     x · tanh(ln(1 + sigmoid(x)))
 */
export const smish = createActivation({
  name: 'smish',
  className: 'Smish',
  formula: ({x}) => x.multiplyNoNan(x.sigmoid().log1p().tanh()),
  paper: 'Wang et al., 2022, https://doi.org/10.3390/electronics11040540',
  note:
    'The paper reports gains over Mish in image classification. Its slope at large inputs is ' +
    '0.6: keep to its initializer.',
});

export const Smish = smish.layerClass;
