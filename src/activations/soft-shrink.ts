import {createActivation} from '../definition.js';
import {where} from '../formula/index.js';

/**
 * Moves every input towards 0, small ones to it.
 *
 *     0 for |x| ≤ threshold, x − sign(x) · threshold beyond
 */
export const softShrink = createActivation({
  name: 'softShrink',
  className: 'SoftShrink',
  aliases: ['softshrink'],
  options: {threshold: {default: 0.5, minimum: 0}},
  formula: ({x, threshold}) =>
    where(x.abs().lessEqual(threshold), 0, x.sub(x.sign().mul(threshold))),
  paper: 'Donoho, 1995, https://doi.org/10.1109/18.382009',
  note:
    'For sparse coding and denoising: the proximal step of an L1 penalty. Its gradient is 0 ' +
    'within the threshold.',
});

export const SoftShrink = softShrink.layerClass;
