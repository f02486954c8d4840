import {createActivation} from '../definition.js';

/**
 * Smooth maximum unit: leaky ReLU rounded off by erf, its sharpness mu learned.
 *
 *     ((1 + alpha) · x + (1 − alpha) · x · erf(mu · (1 − alpha) · x)) / 2
 */
export const smu = createActivation({
  name: 'smu',
  className: 'SMU',
  options: {alpha: 0.25},
  weights: {mu: {initializer: 25}},
  sharedAxes: 'all',
  formula: ({x, mu, alpha}) => {
    const share = x
      .mul(mu)
      .mul(alpha - 1)
      .erfc()
      .mul((1 - alpha) / 2);
    return x.multiplyNoNan(share.add(alpha));
  },
  paper: 'Biswas et al., 2021, https://arxiv.org/abs/2111.04682',
  note:
    'The paper reports gains over ReLU in image classification and detection. At mu 25 it starts ' +
    'as a leaky ReLU, sharply bent.',
});

export const SMU = smu.layerClass;
