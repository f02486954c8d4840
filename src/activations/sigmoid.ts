import {createActivation} from '../definition.js';

/**
 * Logistic sigmoid.
 *
 *     1 / (1 + e⁻ˣ)
 */
export const sigmoid = createActivation({
  name: 'sigmoid',
  className: 'Sigmoid',
  formula: ({x}) => x.sigmoid(),
});

export const Sigmoid = sigmoid.layerClass;
