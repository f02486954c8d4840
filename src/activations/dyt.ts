import {createActivation} from '../definition.js';

/**
 * Dynamic tanh, in place of layer normalization: one scale for the inputs of a layer, a scale and an
 * offset for each channel.
 *
 *     gamma · tanh(alpha · x) + beta
 */
export const dyt = createActivation({
  name: 'dyt',
  className: 'DyT',
  weights: {
    alpha: {initializer: 0.5, sharedAxes: 'all'},
    gamma: {initializer: 'ones'},
    beta: {initializer: 'zeros'},
  },
  formula: ({x, alpha, gamma, beta}) => gamma.mul(x.mul(alpha).tanh()).add(beta),
  paper: 'Zhu et al., 2025, https://arxiv.org/abs/2503.10622',
  note:
    'The paper replaces layer normalization in transformers by it, with equal results. Not for ' +
    'networks with batch normalization.',
});

export const DyT = dyt.layerClass;
