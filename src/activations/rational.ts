import {createActivation} from '../definition.js';
import {constant, polynomial, where} from '../formula/index.js';
import type {Expression} from '../formula/index.js';

/**
 * The least-squares fit of a leaky ReLU of slope 0.01 on [−3, 3]: off by 0.0055 on average, 0.034 at most
 * (`scripts/fit_coefficients.py`). It holds for all versions, since its denominator is one sum of
 * positive terms.
 */
const NUMERATOR = [0.0335721, 0.505, 1.652675, 2.008123, 0.9305755, 0.1521328];
const DENOMINATOR = [0, 3.976481, 0, 0.301253];

const FAR = 64;
const PAPER = 'Molina et al., 2020, https://arxiv.org/abs/1907.06732';

interface Coefficients {
  readonly x: Expression;
  readonly numerator: readonly Expression[];
  readonly denominator: readonly Expression[];
}

/**
 * The quotient of a₀ + … + a₅x⁵ and least + |b₁x + … + b₄x⁴|; `size` is what stands for |…|, given the
 * factor before a polynomial and its coefficients.
 */
function quotient(
  {x, numerator, denominator}: Coefficients,
  least: number,
  size: (factor: Expression, x: Expression, coefficients: readonly Expression[]) => Expression,
): Expression {
  const near = polynomial(x, numerator).div(size(x, x, denominator).add(least));
  // Far out both polynomials are divided by their highest power of x, lest they overflow.
  const t = constant(1).div(x);
  const bottom = t
    .square()
    .square()
    .mul(least)
    .add(size(constant(1), t, reversed(denominator)));
  const far = polynomial(t, reversed(numerator)).div(bottom);
  return where(x.abs().greater(FAR), x.multiplyNoNan(far), near);
}

const reversed = (coefficients: readonly Expression[]): Expression[] => [...coefficients].reverse();

/** |sum of all terms| */
const sizeOfSum = (factor: Expression, x: Expression, coefficients: readonly Expression[]) =>
  factor.mul(polynomial(x, coefficients)).abs();

/** The sum of the sizes of all terms. */
const sumOfSizes = (factor: Expression, x: Expression, coefficients: readonly Expression[]) =>
  factor.abs().mul(
    polynomial(
      x.abs(),
      coefficients.map(coefficient => coefficient.abs()),
    ),
  );

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
  formula: inputs => quotient(inputs, 1, sizeOfSum),
  domain: [-3, 3],
  paper: PAPER,
  note:
    'The paper reports learned shapes as good as the best fixed ones in image classification; ' +
    'here one set for each layer. Normalize before it: it grows linearly far out, from its fit ' +
    'on [−3, 3].',
});

/**
 * Rational activation, version A: every term of the denominator adds to it.
 *
 *     (a₀ + a₁x + … + a₅x⁵) / (1 + |b₁x| + |b₂x²| + |b₃x³| + |b₄x⁴|)
 *
 * Weights: numerator, 6 coefficients from a₀; denominator, 4 coefficients from b₁.
 */
export const rationalA = createActivation({
  name: 'rationalA',
  className: 'RationalA',
  weights: {
    numerator: {length: 6, initializer: NUMERATOR},
    denominator: {length: 4, initializer: DENOMINATOR},
  },
  formula: inputs => quotient(inputs, 1, sumOfSizes),
  domain: [-3, 3],
  paper: PAPER,
  note: 'As rational; the safe denominator bends at 0 for each odd term.',
});

const tenth = (coefficients: readonly number[]): number[] =>
  coefficients.map(coefficient => coefficient / 10);

/**
 * Rational activation, version C: as B, with a smaller bound of the denominator.
 *
 *     (a₀ + a₁x + … + a₅x⁵) / (0.1 + |b₁x + b₂x² + b₃x³ + b₄x⁴|)
 *
 * Weights: numerator, 6 coefficients from a₀; denominator, 4 coefficients from b₁.
 */
export const rationalC = createActivation({
  name: 'rationalC',
  className: 'RationalC',
  weights: {
    numerator: {length: 6, initializer: tenth(NUMERATOR)},
    denominator: {length: 4, initializer: tenth(DENOMINATOR)},
  },
  formula: inputs => quotient(inputs, 0.1, sizeOfSum),
  domain: [-3, 3],
  paper: PAPER,
  note: 'As rational; the smaller bound lets the denominator change faster.',
});

export const Rational = rational.layerClass;
export const RationalA = rationalA.layerClass;
export const RationalC = rationalC.layerClass;
