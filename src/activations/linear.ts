import {createActivation} from '../definition.js';

/**
 * No change at all.
 *
 *     x
 */
export const linear = createActivation({
  name: 'linear',
  className: 'Linear',
  aliases: ['identity'],
  formula: ({x}) => x,
});

export const Linear = linear.layerClass;
