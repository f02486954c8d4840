import {createActivation} from '../definition.js';
import {constant, smoothMaximum} from '../formula/index.js';

/**
 * Activate or not, version B: between linear and a smooth PReLU of slope p2.
 *
 *     (1 − p2) · x · sigmoid(beta · (1 − p2) · x) + p2 · x
 */
export const aconB = createActivation({
  name: 'aconB',
  className: 'ACONB',
  weights: {p2: {initializer: 0.25}, beta: {initializer: 'ones'}},
  formula: ({x, p2, beta}) => smoothMaximum(x, constant(1), p2, beta),
  paper: 'Ma et al., 2021, https://arxiv.org/abs/2009.04759',
  note: "The paper's smooth form of PReLU and leaky ReLU.",
});

export const ACONB = aconB.layerClass;
