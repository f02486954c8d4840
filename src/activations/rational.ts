import {createActivation} from '../definition.js';
import {constant, polynomial, where} from '../formula/index.js';

/**
 * The least-squares fit of a leaky ReLU of slope 0.01 on [−3, 3]: off by 0.0055 on average, 0.034 at most
 * (`scripts/fit_coefficients.py`).
 */
const NUMERATOR = [0.0335721, 0.505, 1.652675, 2.008123, 0.9305755, 0.1521328];
const DENOMINATOR = [0, 3.976481, 0, 0.301253];

const FAR = 64;

/**
 * Rational activation, or Padé activation unit: a learned quotient of polynomials, without poles
 * (version B). It starts as a fit of leaky ReLU.
 *
 *     (a₀ + a₁x + … + a₅x⁵) / (1 + |b₁x + b₂x² + b₃x³ + b₄x⁴|)
 *
 * Weights: numerator, 6 coefficients from a₀; denominator, 4 coefficients from b₁.
 */
export const rational = createActivation({
  name: 'rational',
  className: 'Rational',
  weights: {
    numerator: {length: 6, initializer: NUMERATOR},
    denominator: {length: 4, initializer: DENOMINATOR},
  },
  formula: ({x, numerator, denominator}) => {
    const near = polynomial(x, numerator).div(x.mul(polynomial(x, denominator)).abs().add(1));
    // Far out both polynomials are divided by their highest power of x, lest they overflow.
    const t = constant(1).div(x);
    const highestFirst = polynomial(t, [...denominator].reverse());
    const far = polynomial(t, [...numerator].reverse()).div(
      t.square().square().add(highestFirst.abs()),
    );
    return where(x.abs().greater(FAR), x.multiplyNoNan(far), near);
  },
  domain: [-3, 3],
  paper: 'Molina et al., 2020, https://arxiv.org/abs/1907.06732',
});

export const Rational = rational.layerClass;
