import {createActivation} from '../definition.js';
import {where} from '../formula/index.js';
import {uniform} from '../initializers.js';

/**
 * S-shaped ReLU: three straight lines, with learned thresholds and outer slopes.
 *
 *     tRight + aRight · (x − tRight) for x ≥ tRight
 *     tLeft + aLeft · (x − tLeft) for x ≤ tLeft
 *     x between
 */
export const srelu = createActivation({
  name: 'srelu',
  className: 'SReLU',
  weights: {
    tLeft: {initializer: 'zeros'},
    aLeft: {initializer: uniform(0, 1), value: 0.5},
    tRight: {initializer: uniform(0, 5), value: 2.5},
    aRight: {initializer: 'ones'},
  },
  formula: ({x, tLeft, aLeft, tRight, aRight}) => {
    const left = tLeft.add(x.sub(tLeft).multiplyNoNan(aLeft));
    const right = tRight.add(x.sub(tRight).multiplyNoNan(aRight));
    return where(x.greaterEqual(tRight), right, where(x.lessEqual(tLeft), left, x));
  },
  paper: 'Jin et al., 2015, https://arxiv.org/abs/1512.07030',
  note:
    'The paper reports better image classification than ReLU and PReLU, and freezes its weights ' +
    'for the first epochs. Four weights for each channel.',
});

export const SReLU = srelu.layerClass;
