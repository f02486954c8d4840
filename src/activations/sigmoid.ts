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
  note:
    'For probabilities at the output, and gates. In hidden layers it saturates on both sides and ' +
    'its outputs are not centred.',
});

export const Sigmoid = sigmoid.layerClass;
