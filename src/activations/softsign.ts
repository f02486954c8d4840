import {createActivation} from '../definition.js';
import {constant, where} from '../formula/index.js';

/** Beyond it, numerator and denominator are divided by |x|, lest they become infinite. */
const FAR = 1e6;

/**
 * Softsign: as tanh, with tails that flatten slowly.
 *
 *     x / (1 + |x|)
 */
export const softsign = createActivation({
  name: 'softsign',
  className: 'Softsign',
  aliases: ['softSign'],
  formula: ({x}) => {
    const size = x.abs();
    const far = x.sign().div(constant(1).div(size).add(1));
    return where(size.greater(FAR), far, x.div(size.add(1)));
  },
  paper: 'Turian et al., 2009',
  note: 'As tanh with tails that fall off slowly: saturated units recover more easily.',
});

export const Softsign = softsign.layerClass;
