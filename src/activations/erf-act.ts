import {createActivation} from '../definition.js';

/**
 * Swish-like, with the erf of an exponential as its gate; both rates are learned.
 *
 *     x · erf(a · e^(b · x))
 */
export const erfAct = createActivation({
  name: 'erfAct',
  className: 'ErfAct',
  weights: {a: {initializer: 0.75}, b: {initializer: 0.75}},
  sharedAxes: 'all',
  formula: ({x, a, b}) => x.multiplyNoNan(x.mul(b).exp().mul(a).erf()),
  paper: 'Biswas et al., 2021, https://arxiv.org/abs/2109.04386',
  note: 'The paper reports gains over ReLU, Swish and Mish in image classification.',
});

export const ErfAct = erfAct.layerClass;
