import {createActivation} from '../definition.js';

/**
 * Hyperbolic tangent.
 *
 *     (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ)
 */
export const tanh = createActivation({
  name: 'tanh',
  className: 'Tanh',
  formula: ({x}) => x.tanh(),
});

export const Tanh = tanh.layerClass;
