import {createActivation} from '../definition.js';
import {where} from '../formula/index.js';

/**
 * Parametric ReLU: the slope of the negative side is learned.
 *
 *     x for x > 0, alpha · x below
 *
 * As in Keras, alpha starts at 0 and every element has its own, unless `sharedAxes` says otherwise.
 */
export const prelu = createActivation({
  name: 'prelu',
  className: 'PReLU',
  weights: {alpha: {initializer: 'zeros'}},
  sharedAxes: [],
  formula: ({x, alpha}) => where(x.lessEqual(0), x.multiplyNoNan(alpha), x),
  paper: 'He et al., 2015, https://arxiv.org/abs/1502.01852',
  note:
    'The paper reports better image classification than ReLU at almost no extra cost. Weight ' +
    'decay pulls alpha to 0, the paper uses none; one alpha per element may overfit small data: ' +
    'share it.',
});

export const PReLU = prelu.layerClass;
