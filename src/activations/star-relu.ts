import {createActivation} from '../definition.js';
import {where} from '../formula/index.js';

/**
 * Squared ReLU with a learned scale and offset, one each for a whole layer: mean 0 and variance 1 of a
 * normal input where they start.
 *
 *     s · max(0, x)² + b
 */
export const starRelu = createActivation({
  name: 'starRelu',
  className: 'StarReLU',
  weights: {s: {initializer: Math.sqrt(0.8)}, b: {initializer: -Math.sqrt(0.2)}},
  sharedAxes: 'all',
  formula: ({x, s, b}) => where(x.lessEqual(0), 0, x.square()).multiplyNoNan(s).add(b),
  paper: 'Yu et al., 2022, https://arxiv.org/abs/2210.13452',
  note:
    'The paper replaces GELU in MetaFormers by it, with fewer operations for each activation. ' +
    'Unbounded growth: use it with normalization.',
});

export const StarReLU = starRelu.layerClass;
