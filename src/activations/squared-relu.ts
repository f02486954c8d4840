import {createActivation} from '../definition.js';
import {where} from '../formula/index.js';

/**
 * The square of ReLU.
 *
 *     max(0, x)²
 */
export const squaredRelu = createActivation({
  name: 'squaredRelu',
  className: 'SquaredReLU',
  formula: ({x}) => where(x.lessEqual(0), 0, x.square()),
  paper: 'So et al., 2021, https://arxiv.org/abs/2109.08668',
  note:
    'The paper found it by search for transformers (Primer), where it lowers the cost of ' +
    'training. Its slope grows with the input: mind exploding activations in deep networks ' +
    'without normalization.',
});

export const SquaredReLU = squaredRelu.layerClass;
