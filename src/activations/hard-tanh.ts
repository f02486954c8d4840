import {createActivation} from '../definition.js';

/**
 * Tanh made of straight lines.
 *
 *     min(max(−1, x), 1)
 */
export const hardTanh = createActivation({
  name: 'hardTanh',
  className: 'HardTanh',
  aliases: ['hardtanh'],
  formula: ({x}) => x.clipByValue(-1, 1),
  paper: 'Collobert, 2004',
});

export const HardTanh = hardTanh.layerClass;
