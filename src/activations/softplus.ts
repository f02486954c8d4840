import {createActivation} from '../definition.js';

/**
 * A smooth ReLU.
 *
 *     ln(1 + e^(beta · x)) / beta; beta is not 0
 */
export const softplus = createActivation({
  name: 'softplus',
  className: 'Softplus',
  options: {beta: {default: 1, except: 0}},
  formula: ({x, beta}) => x.mul(beta).softplus().div(beta),
  paper: 'Dugas et al., 2001',
  note:
    'For positive outputs such as variances. In hidden layers ReLU is cheaper and usually as ' +
    'good.',
});

export const Softplus = softplus.layerClass;
