import {createActivation} from '../definition.js';
import {where} from '../formula/index.js';

/**
 * Multiple parametric ELU: from PReLU (small beta) to ELU (beta 1), learned.
 *
 *     x for x > 0, alpha · (e^(beta·x) − 1) below
 */
export const mpelu = createActivation({
  name: 'mpelu',
  className: 'MPELU',
  weights: {alpha: {initializer: 0.25}, beta: {initializer: 'ones'}},
  formula: ({x, alpha, beta}) => where(x.greater(0), x, alpha.mul(x.mul(beta).expm1())),
  kernelScale: ({alpha, beta}) => 2 / (1 + (alpha * beta) ** 2),
  paper: 'Li et al., 2016, https://arxiv.org/abs/1606.00305',
  note:
    'The paper covers ReLU, PReLU and ELU with it and trains deep residual networks; comes with ' +
    'an initialization of its own.',
});

export const MPELU = mpelu.layerClass;
