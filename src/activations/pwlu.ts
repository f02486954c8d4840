import {createActivation} from '../definition.js';
import {where} from '../formula/index.js';

const BOUND = 2.3;
const REGIONS = 6;
const WIDTH = (2 * BOUND) / REGIONS;

/** Written from the middle one, which is exactly 0. */
const KNOTS = Array.from({length: REGIONS + 1}, (_, index) => (index - REGIONS / 2) * WIDTH);

/**
 * Piecewise linear unit: learned values at seven knots from −2.3 to 2.3 and learned slopes beyond. It
 * starts as ReLU.
 *
 *     values₀ + leftSlope · (x + 2.3) for x < −2.3
 *     valuesᵢ + (valuesᵢ₊₁ − valuesᵢ) · (x − knotᵢ) / (knotᵢ₊₁ − knotᵢ) between two knots
 *     values₆ + rightSlope · (x − 2.3) for x ≥ 2.3
 *
 * The paper moves the bounds of the knots to where inputs are, in its first epochs; here they stay.
 */
export const pwlu = createActivation({
  name: 'pwlu',
  className: 'PWLU',
  weights: {
    values: {length: REGIONS + 1, initializer: KNOTS.map(knot => Math.max(0, knot))},
    leftSlope: {initializer: 'zeros'},
    rightSlope: {initializer: 'ones'},
  },
  formula: ({x, values, leftSlope, rightSlope}) => {
    const beyondRight = values[REGIONS].add(x.sub(BOUND).multiplyNoNan(rightSlope));
    const beyondLeft = values[0].add(x.add(BOUND).multiplyNoNan(leftSlope));
    const between = KNOTS.slice(1).reduceRight((right, knot, index) => {
      const slope = values[index + 1].sub(values[index]).mul(1 / WIDTH);
      return where(x.less(knot), values[index].add(x.sub(KNOTS[index]).mul(slope)), right);
    }, beyondRight);
    return where(x.less(-BOUND), beyondLeft, between);
  },
  // Beyond the outer knots, so that fits find the slopes there.
  domain: [-3, 3],
  paper: 'Zhou et al., 2021, https://arxiv.org/abs/2104.03693',
  note:
    'The paper reports gains over Swish on ImageNet; it needs its knots where the inputs are, so ' +
    'normalize before it.',
});

export const PWLU = pwlu.layerClass;
