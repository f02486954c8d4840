import {minValue} from '../constraints.js';
import {createActivation} from '../definition.js';
import {where} from '../formula/index.js';

/**
 * Parametric ELU: slope and saturation are learned; both weights stay at 0.1 or above.
 *
 *     (a/b) · x for x > 0, a · (e^(x/b) − 1) below
 */
export const pelu = createActivation({
  name: 'pelu',
  className: 'PELU',
  weights: {
    a: {initializer: 'ones', constraint: minValue(0.1)},
    b: {initializer: 'ones', constraint: minValue(0.1)},
  },
  formula: ({x, a, b}) => where(x.greater(0), x.mul(a.div(b)), a.mul(x.div(b).expm1())),
  paper: 'Trottier et al., 2016, https://arxiv.org/abs/1605.09332',
  note:
    'The paper reports better accuracy than ELU and ReLU in VGG, ResNet and Network in Network, ' +
    'without batch normalization before it.',
});

export const PELU = pelu.layerClass;
