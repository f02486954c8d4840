import {createActivation} from '../definition.js';

/**
 * Serf with learned scales, inside and outside of softplus.
 *
 *     x · erf(gamma · ln(1 + e^(sigma · x)))
 */
export const pserf = createActivation({
  name: 'pserf',
  className: 'PSerf',
  weights: {gamma: {initializer: 'ones'}, sigma: {initializer: 1.25}},
  sharedAxes: 'all',
  formula: ({x, gamma, sigma}) => x.multiplyNoNan(x.mul(sigma).softplus().mul(gamma).erf()),
  paper: 'Biswas et al., 2021, https://arxiv.org/abs/2109.04386',
  note: 'From the paper of erfAct, which reports gains like its own.',
});

export const PSerf = pserf.layerClass;
