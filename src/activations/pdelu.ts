import {createActivation} from '../definition.js';
import {where} from '../formula/index.js';

/**
 * Parametric deformable ELU: the exponential of ELU deformed by t, its saturation learned.
 *
 *     x for x > 0, alpha · (max(0, 1 + (1 − t) · x)^(1/(1 − t)) − 1) below; t = 1 is ELU
 */
export const pdelu = createActivation({
  name: 'pdelu',
  className: 'PDELU',
  options: {t: 0.9},
  weights: {alpha: {initializer: 'ones'}},
  formula: ({x, alpha, t}) => {
    const rate = 1 - t;
    if (rate === 0) return where(x.greater(0), x, alpha.mul(x.expm1()));
    const deformed = x.mul(rate).log1p().div(rate).expm1();
    const below = where(x.mul(rate).lessEqual(-1), -1, deformed);
    return where(x.greater(0), x, alpha.mul(below));
  },
  paper: 'Cheng et al., 2020, https://doi.org/10.1016/j.neunet.2020.02.012',
  note: 'The paper claims a mean closer to 0 and faster convergence than ELU.',
});

export const PDELU = pdelu.layerClass;
