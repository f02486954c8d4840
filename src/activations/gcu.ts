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
  note:
    'The paper reports gains in convolutional networks, and XOR with one neuron. Oscillates with ' +
    'growing amplitude.',
});

export const GCU = gcu.layerClass;
