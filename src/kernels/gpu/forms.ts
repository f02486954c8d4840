import {constant, polynomial, where} from '../../formula/index.js';
import type {Expression} from '../../formula/index.js';
import {FORMS, isOdd} from '../accurate.js';
import type {Forms} from '../accurate.js';
import {LARGEST_FLOAT32} from '../float32.js';

/**
 * What shaders compute in place of operations that they lack, or that their own functions get wrong.
 *
 * A shader compiler may reorder sums, so that no form here relies on how single steps are rounded,
 * beyond rounding to an integer, which the shader languages have.
 */
export const GPU_FORMS: Forms = {
  rsqrt: x => constant(1).div(x.sqrt()),
  pow: power,
  expm1,
  log1p,
  sigmoid: x => {
    const decay = x.abs().neg().exp();
    return where(x.less(0), decay, 1).div(decay.add(1));
  },
  softplus: x => x.maximum(0).add(log1p(x.abs().neg().exp())),
  tanh: x => {
    const lacking = expm1(x.abs().mul(-2));
    const size = lacking.neg().div(lacking.add(2));
    return where(x.less(0), size.neg(), size);
  },
  erf: FORMS.erf,
  erfc: FORMS.erfc,
  sin: FORMS.sin,
  cos: FORMS.cos,
};

/** 1/(n + 1)!: Taylor's coefficients of (eˣ − 1)/x, which for |x| < ½ err by less than 1e−8. */
const EXPM1 = [1, 1 / 2, 1 / 6, 1 / 24, 1 / 120, 1 / 720, 1 / 5040, 1 / 40320];

function expm1(x: Expression): Expression {
  return where(x.abs().less(0.5), x.mul(polynomial(x, EXPM1)), x.exp().sub(1));
}

/** 2/(2n + 1): the coefficients of ln(1 + x) = 2 artanh(t) by powers of t = x/(2 + x). */
const LOG1P = [2, 2 / 3, 2 / 5, 2 / 7, 2 / 9, 2 / 11, 2 / 13, 2 / 15];

function log1p(x: Expression): Expression {
  const t = x.div(x.add(2));
  return where(x.abs().less(0.5), t.mul(polynomial(t.square(), LOG1P)), x.add(1).log());
}

/** Up to this a constant whole exponent is a product. */
const LARGEST_FACTORS = 64;

/** From here on every float32 is an even integer. */
const LARGEST_ODD = 2 ** 24;

function power(x: Expression, exponent: Expression): Expression {
  const {operation, value} = exponent;
  if (operation === 'constant' && Number.isInteger(value) && Math.abs(value) <= LARGEST_FACTORS) {
    const product = productOf(x, Math.abs(value));
    return value < 0 ? constant(1).div(product) : product;
  }
  const size = x.abs().log().mul(exponent).exp();
  const odd = where(exponent.abs().less(LARGEST_ODD), isOdd(exponent), 0);
  const ofZero = where(odd.equal(1), where(exponent.less(0), constant(1).div(x), x), size);
  // Between whole exponents only an infinite x has a power; the logarithm of others is NaN.
  const ofFraction = where(x.less(-LARGEST_FLOAT32), size, x.log());
  const ofNegative = where(odd.equal(1), size.neg(), where(odd.equal(0), size, ofFraction));
  const ofAny = where(x.less(0), ofNegative, where(x.equal(0), ofZero, size));
  return where(exponent.equal(0), 1, ofAny);
}

function productOf(x: Expression, factors: number): Expression {
  if (factors === 0) return constant(1);
  if (factors === 1) return x;
  const half = productOf(x, Math.floor(factors / 2));
  return factors % 2 === 0 ? half.square() : half.square().mul(x);
}
