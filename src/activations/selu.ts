import {createActivation} from '../definition.js';
import {where} from '../formula/index.js';

const SCALE = 1.0507009873554805;
const ALPHA = 1.6732632423543772;

/**
 * Scaled exponential linear unit: keeps mean 0 and variance 1 from layer to layer, with kernels
 * initialized by lecunNormal.
 *
 *     1.0507 · x for x > 0, 1.0507 · 1.6733 · (eˣ − 1) below
 */
export const selu = createActivation({
  name: 'selu',
  className: 'SELU',
  formula: ({x}) => where(x.greater(0), x.mul(SCALE), x.expm1().mul(SCALE * ALPHA)),
  paper: 'Klambauer et al., 2017, https://arxiv.org/abs/1706.02515',
  note:
    'For deep dense networks without normalization: the paper proves that they normalize ' +
    'themselves, given lecunNormal kernels, standardized inputs and AlphaDropout. Not with plain ' +
    'dropout or skip connections.',
});

export const SELU = selu.layerClass;
