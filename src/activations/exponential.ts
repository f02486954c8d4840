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
});

export const Exponential = exponential.layerClass;
