import {createActivation} from '../definition.js';

/**
 * Swish whose steepness is learned: linear at beta 0, close to ReLU where beta is large.
 *
 *     x · sigmoid(beta · x)
 */
export const swishBeta = createActivation({
  name: 'swishBeta',
  className: 'SwishBeta',
  weights: {beta: {initializer: 'ones'}},
  formula: ({x, beta}) => x.multiplyNoNan(x.mul(beta).sigmoid()),
  paper: 'Ramachandran et al., 2017, https://arxiv.org/abs/1710.05941',
  note:
    'Swish where the right steepness is unknown; the paper finds betas from 0 to 1.5 after ' +
    'training.',
});

export const SwishBeta = swishBeta.layerClass;
