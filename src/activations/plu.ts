import {createActivation} from '../definition.js';

/**
 * Piecewise linear unit: as tanh, of three straight lines with learned outer slope and corner.
 *
 *     max(alpha · (x + c) − c, min(alpha · (x − c) + c, x))
 */
export const plu = createActivation({
  name: 'plu',
  className: 'PLU',
  weights: {alpha: {initializer: 0.1}, c: {initializer: 'ones'}},
  formula: ({x, alpha, c}) => {
    const upper = x.sub(c).multiplyNoNan(alpha).add(c);
    const lower = x.add(c).multiplyNoNan(alpha).sub(c);
    return lower.maximum(upper.minimum(x));
  },
  paper: 'Nicolae, 2018, https://arxiv.org/abs/1809.09534',
  note: 'The paper proposes it in place of tanh: its slope never vanishes outside.',
});

export const PLU = plu.layerClass;
