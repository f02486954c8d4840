import {createActivation} from '../definition.js';

/**
 * The logarithm of the sigmoid.
 *
 *     ln(1 / (1 + e⁻ˣ))
 */
export const logSigmoid = createActivation({
  name: 'logSigmoid',
  className: 'LogSigmoid',
  aliases: ['logsigmoid'],
  formula: ({x}) => x.neg().softplus().neg(),
  note: 'For losses of probabilities in the logarithm, right where sigmoid would round to 0.',
});

export const LogSigmoid = logSigmoid.layerClass;
