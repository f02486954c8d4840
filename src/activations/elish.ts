import {createActivation} from '../definition.js';
import {where} from '../formula/index.js';

/**
 * Swish above zero, ELU times sigmoid below.
 *
 *     x · sigmoid(x) for x ≥ 0, (eˣ − 1) · sigmoid(x) below
 */
export const elish = createActivation({
  name: 'elish',
  className: 'ELiSH',
  formula: ({x}) => where(x.greaterEqual(0), x, x.expm1()).multiplyNoNan(x.sigmoid()),
  paper: 'Basirat & Roth, 2018, https://arxiv.org/abs/1808.00783',
  note: 'The paper found it by evolution, for image classification. Not monotonic.',
});

export const ELiSH = elish.layerClass;
