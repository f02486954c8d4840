import {createActivation} from '../definition.js';
import {where} from '../formula/index.js';

/**
 * Sets small inputs to 0.
 *
 *     0 for |x| ≤ threshold, x beyond
 */
export const hardShrink = createActivation({
  name: 'hardShrink',
  className: 'HardShrink',
  aliases: ['hardshrink'],
  options: {threshold: {default: 0.5, minimum: 0}},
  formula: ({x, threshold}) => where(x.abs().lessEqual(threshold), 0, x),
  paper: 'Donoho & Johnstone, 1994, https://doi.org/10.1093/biomet/81.3.425',
  note:
    'For sparse coding and denoising: small coefficients are noise. Its gradient is 0 within the ' +
    'threshold.',
});

export const HardShrink = hardShrink.layerClass;
