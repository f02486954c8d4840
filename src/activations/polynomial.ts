import {createActivation} from '../definition.js';

/**
 * A learned cubic polynomial. It starts as the least-squares fit of Swish on [−3, 3].
 *
 *     coefficients₀ + coefficients₁ · x + coefficients₂ · x² + coefficients₃ · x³
 */
export const polynomial = createActivation({
  name: 'polynomial',
  className: 'Polynomial',
  weights: {coefficients: {length: 4, initializer: [0.06813706, 0.5, 0.1575556, 0]}},
  formula: ({x, coefficients}) =>
    [...coefficients]
      .reverse()
      .reduce((higher, coefficient) => x.multiplyNoNan(higher).add(coefficient)),
  domain: [-3, 3],
  note:
    'For small networks on bounded inputs, and encrypted inference. Grows without bound: ' +
    'normalize before it.',
});

export const Polynomial = polynomial.layerClass;
