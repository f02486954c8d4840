import {createActivation} from '../definition.js';
import {polynomial, where} from '../formula/index.js';

/** Below it, series replace quotients that would lose their digits, and their slope, at alpha = 0. */
const SMALL = 0.03;

/** (eᵘ − 1)/u and ln(1 + u)/u, right to the last digit of a float64 for |u| < 0.03. */
const EXPM1 = [1, 1 / 2, 1 / 6, 1 / 24, 1 / 120, 1 / 720, 1 / 5040, 1 / 40320];
const LOG1P = [1, -1 / 2, 1 / 3, -1 / 4, 1 / 5, -1 / 6, 1 / 7, -1 / 8, 1 / 9, -1 / 10];

/**
 * From logarithmic (alpha < 0) over linear (0) to exponential (alpha > 0), learned.
 *
 *     (e^(alpha · x) − 1) / alpha + alpha for alpha > 0
 *     x at alpha = 0
 *     −ln(1 − alpha · (x + alpha)) / alpha below, which ends at x = 1/alpha − alpha
 */
export const softExponential = createActivation({
  name: 'softExponential',
  className: 'SoftExponential',
  weights: {alpha: {initializer: 'zeros'}},
  formula: ({x, alpha}) => {
    const scaled = x.multiplyNoNan(alpha);
    const growth = where(
      scaled.abs().less(SMALL),
      x.multiplyNoNan(polynomial(scaled, EXPM1)),
      scaled.expm1().div(alpha),
    );
    const moved = x.add(alpha);
    const product = moved.multiplyNoNan(alpha.neg());
    const decay = where(
      product.abs().less(SMALL),
      moved.mul(polynomial(product, LOG1P)),
      product.log1p().div(alpha.neg()),
    );
    return where(alpha.less(0), decay, growth.add(alpha));
  },
  paper: 'Godfrey & Gashler, 2015, https://arxiv.org/abs/1602.01321',
  note:
    'The paper proposes it to learn exactly sums, products and powers. Not defined for all ' +
    'inputs where alpha is below 0: there inputs beyond its end give NaN.',
});

export const SoftExponential = softExponential.layerClass;
