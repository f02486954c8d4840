import {createActivation} from '../definition.js';

/**
 * What tanh leaves of its input: small inputs vanish.
 *
 *     x − tanh(x)
 */
export const tanhShrink = createActivation({
  name: 'tanhShrink',
  className: 'TanhShrink',
  aliases: ['tanhshrink'],
  formula: ({x}) => x.sub(x.tanh()),
});

export const TanhShrink = tanhShrink.layerClass;
