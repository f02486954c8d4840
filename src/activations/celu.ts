import {createActivation} from '../definition.js';
import {where} from '../formula/index.js';

/**
 * Continuously differentiable exponential linear unit.
 *
 *     x for x > 0, alpha · (e^(x/alpha) − 1) below; alpha is not 0
 */
export const celu = createActivation({
  name: 'celu',
  className: 'CELU',
  options: {alpha: {default: 1, except: 0}},
  formula: ({x, alpha}) => where(x.greater(0), x, x.div(alpha).expm1().mul(alpha)),
  paper: 'Barron, 2017, https://arxiv.org/abs/1704.07483',
  note: 'ELU whose slope is continuous for any alpha.',
});

export const CELU = celu.layerClass;
