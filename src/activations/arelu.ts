import {createActivation} from '../definition.js';
import {where} from '../formula/index.js';

/**
 * Attention-based ReLU: strengthens what is positive and weakens what is negative, both by a learned
 * amount that a whole layer shares.
 *
 *     (1 + sigmoid(beta)) · x for x > 0, min(max(0.01, alpha), 0.99) · x below
 */
export const arelu = createActivation({
  name: 'arelu',
  className: 'AReLU',
  weights: {alpha: {initializer: 0.9}, beta: {initializer: 2}},
  sharedAxes: 'all',
  formula: ({x, alpha, beta}) =>
    where(x.greater(0), x.mul(beta.sigmoid().add(1)), x.mul(alpha.clipByValue(0.01, 0.99))),
  paper: 'Chen et al., 2020, https://arxiv.org/abs/2006.13858',
  note:
    'Two weights for each layer; the paper reports faster training at small learning rates, and ' +
    'transfer learning.',
});

export const AReLU = arelu.layerClass;
