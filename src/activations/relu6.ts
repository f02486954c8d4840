import {createActivation} from '../definition.js';
import {where} from '../formula/index.js';

/**
 * ReLU that stops at 6.
 *
 *     min(max(0, x), 6)
 */
export const relu6 = createActivation({
  name: 'relu6',
  className: 'ReLU6',
  formula: ({x}) => where(x.lessEqual(0), 0, x).minimum(6),
  paper: 'Howard et al., 2017, https://arxiv.org/abs/1704.04861',
  note:
    'For networks that will run in low precision, as MobileNet does: the bound keeps the range ' +
    'of a fixed-point number small.',
});

export const ReLU6 = relu6.layerClass;
