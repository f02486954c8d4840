import {createActivation} from '../definition.js';
import {smoothMaximum} from '../formula/index.js';
import {normal} from '../initializers.js';

/**
 * Activate or not, version C: a smooth maximum of two learned lines; beta tells whether it is active.
 *
 *     (p1 − p2) · x · sigmoid(beta · (p1 − p2) · x) + p2 · x
 */
export const aconC = createActivation({
  name: 'aconC',
  className: 'ACONC',
  weights: {
    p1: {initializer: normal(1), value: 1},
    p2: {initializer: normal(1), value: 0},
    beta: {initializer: 'ones'},
  },
  formula: ({x, p1, p2, beta}) => smoothMaximum(x, p1, p2, beta),
  paper: 'Ma et al., 2021, https://arxiv.org/abs/2009.04759',
  note: 'The paper reports gains on ImageNet over ReLU and Swish, more in small networks.',
});

export const ACONC = aconC.layerClass;
