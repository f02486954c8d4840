import {createActivation} from '../definition.js';

/**
 * Activate or not, version A: Swish whose beta tells whether a channel is active.
 *
 *     x · sigmoid(beta · x)
 */
export const aconA = createActivation({
  name: 'aconA',
  className: 'ACONA',
  weights: {beta: {initializer: 'ones'}},
  formula: ({x, beta}) => x.multiplyNoNan(x.mul(beta).sigmoid()),
  paper: 'Ma et al., 2021, https://arxiv.org/abs/2009.04759',
  note: "The paper's Swish with learned beta: the network chooses which channels are active.",
});

export const ACONA = aconA.layerClass;
