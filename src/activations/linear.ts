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
  note: 'For outputs that may be any number; between two layers it adds nothing.',
});

export const Linear = linear.layerClass;
