import {createActivation} from '../definition.js';

/**
 * Sigmoid made of straight lines, with the slope of Keras 2 and TensorFlow.js.
 *
 *     min(max(0, 0.2x + 0.5), 1)
 */
export const hardSigmoid = createActivation({
  name: 'hardSigmoid',
  className: 'HardSigmoid',
  formula: ({x}) => x.mul(0.2).add(0.5).clipByValue(0, 1),
  note:
    'For gates where speed counts; LSTM and GRU of TensorFlow.js use it. Its gradient is 0 ' +
    'outside of ±2.5.',
});

export const HardSigmoid = hardSigmoid.layerClass;
