import {createActivation} from '../definition.js';

/**
 * Growing cosine unit: oscillates, with growing amplitude.
 *
 *     x · cos(x)
 */
export const gcu = createActivation({
  name: 'gcu',
  className: 'GCU',
  formula: ({x}) => x.mul(x.cos()),
  paper: 'Noel et al., 2021, https://arxiv.org/abs/2108.12943',
});

export const GCU = gcu.layerClass;
