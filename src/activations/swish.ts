import {createActivation} from '../definition.js';

/**
 * Swish, also called SiLU.
 *
 *     x · sigmoid(x)
 */
export const swish = createActivation({
  name: 'swish',
  className: 'Swish',
  aliases: ['silu'],
  formula: ({x}) => x.multiplyNoNan(x.sigmoid()),
  paper: 'Elfwing et al., 2017, https://arxiv.org/abs/1702.03118',
  note: 'The papers report gains over ReLU in deep networks. Not monotonic.',
});

export const Swish = swish.layerClass;
