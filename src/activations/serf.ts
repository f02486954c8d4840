import {createActivation} from '../definition.js';

/**
 * Mish with erf in place of tanh.
 *
 *     x · erf(ln(1 + eˣ))
 */
export const serf = createActivation({
  name: 'serf',
  className: 'Serf',
  formula: ({x}) => x.multiplyNoNan(x.softplus().erf()),
  paper: 'Nag & Bhattacharyya, 2021, https://arxiv.org/abs/2108.09598',
  note:
    'The paper reports gains over ReLU, Swish and Mish on vision and language tasks. Not ' +
    'monotonic.',
});

export const Serf = serf.layerClass;
