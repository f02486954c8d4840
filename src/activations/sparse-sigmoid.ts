import {createActivation} from '../definition.js';

/**
 * The slope of sparsePlus: a sigmoid that reaches 0 and 1.
 *
 *     min(max(0, (x + 1)/2), 1)
 */
export const sparseSigmoid = createActivation({
  name: 'sparseSigmoid',
  className: 'SparseSigmoid',
  formula: ({x}) => x.mul(0.5).add(0.5).clipByValue(0, 1),
  paper: 'Blondel et al., 2019, https://arxiv.org/abs/1901.02324',
  note: 'A sigmoid that reaches 0 and 1: sparse gates. Its gradient is 0 outside of ±1.',
});

export const SparseSigmoid = sparseSigmoid.layerClass;
