import {createActivation} from '../definition.js';

/**
 * The exponential function: for rates and scales, which are positive.
 *
 *     eˣ
 */
export const exponential = createActivation({
  name: 'exponential',
  className: 'Exponential',
  formula: ({x}) => x.exp(),
  note:
    'For rates and scales at the output (Poisson regression). Grows without bound: not for ' +
    'hidden layers.',
});

export const Exponential = exponential.layerClass;
