import {createActivation} from '../definition.js';
import {where} from '../formula/index.js';

/**
 * Thresholded linear unit: ReLU with a learned threshold, made for filter response normalization.
 *
 *     max(x, tau)
 */
export const tlu = createActivation({
  name: 'tlu',
  className: 'TLU',
  weights: {tau: {initializer: 'zeros'}},
  formula: ({x, tau}) => where(x.lessEqual(tau), tau, x),
  paper: 'Singh & Krishnan, 2019, https://arxiv.org/abs/1911.09737',
  note:
    'Made for filter response normalization, which does not centre its outputs: the paper ' +
    'replaces ReLU by it there.',
});

export const TLU = tlu.layerClass;
