import {createActivation} from '../definition.js';
import {where} from '../formula/index.js';

/**
 * Exponential linear unit.
 *
 *     x for x > 0, alpha · (eˣ − 1) below
 */
export const elu = createActivation({
  name: 'elu',
  className: 'ELU',
  options: {alpha: 1},
  formula: ({x, alpha}) => where(x.greater(0), x, x.expm1().mul(alpha)),
  paper: 'Clevert et al., 2016, https://arxiv.org/abs/1511.07289',
  note:
    'The paper reports faster learning than ReLU, since the mean of the outputs is near 0. The ' +
    'exponential saturates at −alpha.',
});

export const ELU = elu.layerClass;
