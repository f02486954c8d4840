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
});

export const SquaredReLU = squaredRelu.layerClass;
