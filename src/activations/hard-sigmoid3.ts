import {createActivation} from '../definition.js';

/**
 * Sigmoid made of straight lines, with the slope of Keras 3, PyTorch and JAX. (`hardSigmoid` has that of
 * Keras 2 and TensorFlow.js.)
 *
 *     min(max(0, x + 3), 6) / 6
 */
export const hardSigmoid3 = createActivation({
  name: 'hardSigmoid3',
  className: 'HardSigmoid3',
  aliases: ['hardsigmoid'],
  formula: ({x}) => x.add(3).clipByValue(0, 6).div(6),
  paper: 'Howard et al., 2019, https://arxiv.org/abs/1905.02244',
  note:
    'For gates in mobile networks; loads models of Keras 3 and PyTorch. Its gradient is 0 ' +
    'outside of ±3.',
});

export const HardSigmoid3 = hardSigmoid3.layerClass;
