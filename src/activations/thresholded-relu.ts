import {createActivation} from '../definition.js';
import {where} from '../formula/index.js';

/**
 * Thresholded ReLU.
 *
 *     x for x > theta, 0 below
 */
export const thresholdedRelu = createActivation({
  name: 'thresholdedRelu',
  className: 'ThresholdedReLU',
  options: {theta: 1},
  formula: ({x, theta}) => where(x.lessEqual(theta), 0, x),
  paper: 'Konda et al., 2015, https://arxiv.org/abs/1402.3337',
  note:
    'The paper uses it in autoencoders without biases, trained with it and used without. A gap ' +
    'at theta makes small activations vanish.',
});

export const ThresholdedReLU = thresholdedRelu.layerClass;
