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
  note: 'As tanh where speed counts. Its gradient is 0 outside of ±1.',
});

export const HardTanh = hardTanh.layerClass;
