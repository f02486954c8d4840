import {createActivation} from '../definition.js';
import {where} from '../formula/index.js';
import type {Expression} from '../formula/index.js';
import {normal, uniform} from '../initializers.js';

/** Far beyond any hinge. */
const FAR = 1e30;

/** The weight decay of the paper, on slopes and hinges alike. */
const regularizer = {className: 'L1L2', config: {l1: 0, l2: 0.001}};

const total = (terms: readonly Expression[]): Expression =>
  terms.reduce((sum, term) => sum.add(term));

/**
 * Adaptive piecewise linear unit: ReLU and five learned hinges.
 *
 *     max(0, x) + slopes₁ · max(0, hinges₁ − x) + … + slopes₅ · max(0, hinges₅ − x)
 */
export const apl = createActivation({
  name: 'apl',
  className: 'APL',
  weights: {
    slopes: {
      length: 5,
      initializer: uniform(-0.5, 0.5),
      value: [0.2, -0.1, 0.3, -0.2, 0.1],
      regularizer,
    },
    hinges: {length: 5, initializer: normal(0.5), value: [-0.6, -0.3, 0.1, 0.4, 0.7], regularizer},
  },
  sharedAxes: 'spatial',
  formula: ({x, slopes, hinges}) => {
    const near = slopes.map((slope, index) => hinges[index].sub(x).maximum(0).multiplyNoNan(slope));
    // Left of every hinge their sum is one line: at −Infinity no difference of infinities.
    const line = x.neg().multiplyNoNan(total(slopes));
    const far = line.add(total(slopes.map((slope, index) => slope.mul(hinges[index]))));
    return where(x.lessEqual(0), 0, x).add(where(x.less(-FAR), far, total(near)));
  },
  paper: 'Agostinelli et al., 2015, https://arxiv.org/abs/1412.6830',
  note:
    'The paper reports gains on CIFAR and on Higgs data; ten weights for each unit, with weight ' +
    'decay.',
});

export const APL = apl.layerClass;
