import {createActivation} from '../definition.js';
import {where} from '../formula/index.js';

/**
 * The ELU whose saturation is learned.
 *
 *     x for x > 0, alpha · (eˣ − 1) below
 */
export const parametricElu = createActivation({
  name: 'parametricElu',
  className: 'ParametricELU',
  weights: {alpha: {initializer: 'ones'}},
  formula: ({x, alpha}) => where(x.greater(0), x, x.expm1().mul(alpha)),
  paper: 'Clevert et al., 2016, https://arxiv.org/abs/1511.07289',
  note: 'ELU where the right saturation is unknown; needs no more than one weight for each channel.',
});

export const ParametricELU = parametricElu.layerClass;
