import {createActivation} from '../definition.js';

/**
 * Softplus with learned scale and offset: near mean 0 where they start.
 *
 *     a · (ln(1 + eˣ) − b)
 */
export const psoftplus = createActivation({
  name: 'psoftplus',
  className: 'PSoftplus',
  weights: {a: {initializer: 1.5}, b: {initializer: Math.LN2}},
  formula: ({x, a, b}) => a.mul(x.softplus().sub(b)),
  note: 'Softplus whose outputs are near mean 0, for hidden layers.',
});

export const PSoftplus = psoftplus.layerClass;
