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
  note: 'For recurrent networks and outputs between −1 and 1. Saturates on both sides.',
});

export const Tanh = tanh.layerClass;
