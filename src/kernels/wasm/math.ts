import type {Lanes} from './lanes.js';
import {LARGEST_FLOAT32} from '../float32.js';

/*
 * Functions on vectors of float32, each step correctly rounded. The coefficients are minimax fits
 * (`scripts/fit_coefficients.py`); the errors reached stand in docs/accuracy.md.
 */

/** c₀ + c₁x + c₂x² + …, by Horner's rule. */
function polynomial(x: Lanes, coefficients: readonly number[]): Lanes {
  const [last, ...others] = [...coefficients].reverse();
  return others.reduce((sum, coefficient) => sum.mul(x).add(coefficient), x.constant(last));
}

const LOG2_E = 1.4426950408889634;

/** ln 2 in two parts, of which the first has few bits: a multiple of it is exact. */
const LN2_HIGH = 0.693359375;
const LN2_LOW = -2.1219444e-4;

/** Adding 1.5 · 2²³ rounds to an integer, which then stands in the lowest bits. */
const ROUNDING = 1.5 * 2 ** 23;

/** (eʳ − 1 − r) / r² for |r| ≤ ln 2 / 2. */
const EXPONENTIAL = [0.4999999815, 0.1666654362, 0.04166719986, 0.008366520577, 0.001388252151];

const EXPONENT_BIAS = 127;
const MANTISSA_BITS = 23;

/** From here on down eˣ is 0, since 2ⁿ is. */
const LOWEST_EXPONENT = -88.02;
/** From here on eˣ is infinite. */
const HIGHEST_EXPONENT = 89;
const LARGEST_POWER = 2 ** 127;

/** x = n · ln 2 + r with |r| ≤ ln 2 / 2: r, and 2ⁿ or half of it. */
function split(x: Lanes, power: 'whole' | 'half'): {r: Lanes; power: Lanes} {
  const offset = ROUNDING + EXPONENT_BIAS - (power === 'half' ? 1 : 0);
  const shifted = x.mul(LOG2_E).add(offset);
  const n = shifted.sub(offset);
  const r = x.sub(n.mul(LN2_HIGH)).sub(n.mul(LN2_LOW));
  return {r, power: shifted.shiftLeft(MANTISSA_BITS)};
}

/**
 * Of eˣ = 2ⁿ · eʳ: eʳ − 1, and 2ⁿ or half of it. A small correction to x, which x itself could not
 * hold, is added to r.
 */
function reduce(
  x: Lanes,
  power: 'whole' | 'half',
  correction?: Lanes,
): {rest: Lanes; power: Lanes} {
  const parts = split(x, power);
  const r = correction ? parts.r.add(correction) : parts.r;
  const rest = r.add(r.mul(r).mul(polynomial(r, EXPONENTIAL)));
  return {rest, power: parts.power};
}

/** What is known of an argument; NaN is always possible. */
type Range = 'any' | 'neverPositive';

export function exp(x: Lanes, range: Range = 'any'): Lanes {
  if (range === 'neverPositive') {
    const {rest, power} = reduce(x.atLeast(LOWEST_EXPONENT), 'whole');
    return rest.add(1).mul(power);
  }
  const bounded = x.atLeast(LOWEST_EXPONENT).atMost(HIGHEST_EXPONENT);
  const {rest, power} = reduce(bounded, 'whole');
  // 2¹²⁸ is infinite, e⁸⁸·⁷ is not: there 2ⁿ is taken in two halves.
  const half = rest.add(1).mul(power.atMost(LARGEST_POWER));
  return half.add(half.and(power.equal(Infinity)));
}

/** From here on down eˣ − 1 is −1. */
const LOWEST_EXPM1 = -18;

export function expm1(x: Lanes, range: Range = 'any'): Lanes {
  const bounded = x.atLeast(LOWEST_EXPM1);
  if (range === 'neverPositive') {
    const {rest, power} = reduce(bounded, 'whole');
    return power.mul(rest).add(power.sub(1));
  }
  const {rest, power} = reduce(bounded.atMost(HIGHEST_EXPONENT), 'half');
  const half = power.mul(rest).add(power.sub(0.5));
  return half.add(half);
}

/** e^(−|x|), of which both tails of a sigmoid are made. */
function decay(x: Lanes): Lanes {
  return exp(x.abs().neg(), 'neverPositive');
}

/** 1 / (1 + e⁻ˣ), from what `sigmoidSlope` computes as well. */
export function sigmoidBesideSlope(x: Lanes): Lanes {
  const tail = decay(x);
  return x.less(0).choose(tail, 1).div(tail.add(1));
}

/** σ(x) · σ(−x), the slope of the sigmoid. */
export function sigmoidSlope(x: Lanes): Lanes {
  const tail = decay(x);
  const sum = tail.add(1);
  return tail.div(sum.mul(sum));
}

/** ln(1 + t) / t for 0 ≤ t ≤ 1. */
const LOG1P_OF_DECAY = [
  0.9999999953, -0.4999990242, 0.3332996242, -0.2495413365, 0.1967593923, -0.1530559248,
  0.1060365474, -0.05695953282, 0.0198514616, -0.00324402501,
];

/** ln(1 + eˣ) = max(x, 0) + ln(1 + e^(−|x|)) */
export function softplus(x: Lanes): Lanes {
  const tail = decay(x);
  return x.atLeast(0).add(tail.mul(polynomial(tail, LOG1P_OF_DECAY)));
}

/** From here on a sigmoid is 1. */
const HIGHEST_SIGMOID = 30;

/** The polynomial of −r. */
const EXPONENTIAL_OF_OPPOSITE = EXPONENTIAL.map((each, power) => (power % 2 ? -each : each));

/** For x = n · ln 2 + r: 2ⁿ and e⁻ʳ, whose quotient is eˣ. */
function quotient(x: Lanes): {power: Lanes; rest: Lanes; opposite: Lanes} {
  const {r, power} = split(x.atLeast(LOWEST_EXPONENT).atMost(HIGHEST_SIGMOID), 'whole');
  const rest = r.mul(r).mul(polynomial(r, EXPONENTIAL_OF_OPPOSITE)).sub(r);
  return {power, rest, opposite: rest.add(1)};
}

/** 1 / (1 + e⁻ˣ) = p / (p + q) with p / q = eˣ */
export function sigmoid(x: Lanes): Lanes {
  const {power, rest} = quotient(x);
  // Added from the smallest to the largest, 2ⁿ, 1 and the rest are rounded least.
  const sum = power.atLeast(1).add(power.atMost(1).add(rest));
  return power.div(sum);
}

/** With p / q = eˣ: p · (p + 2q), and one over that plus 2q². Their product is tanh(ln(1 + eˣ)). */
function squaredQuotient(x: Lanes): {numerator: Lanes; inverse: Lanes} {
  const {power, opposite} = quotient(x);
  const doubled = opposite.add(opposite);
  const numerator = power.mul(power.add(doubled));
  const inverse = x.constant(1).div(numerator.add(opposite.mul(doubled)));
  return {numerator, inverse};
}

/** tanh(ln(1 + eˣ)) */
export function tanhOfSoftplus(x: Lanes): Lanes {
  const {numerator, inverse} = squaredQuotient(x);
  return numerator.mul(inverse);
}

/** σ(2s) · σ(−2s) with s = ln(1 + eˣ): a quarter of the slope of tanh there, 0 from x = 30 on. */
export function sigmoidSlopeOfTwiceSoftplus(x: Lanes): Lanes {
  const {power, opposite} = quotient(x);
  const root = opposite.mul(power.add(opposite)).mul(squaredQuotient(x).inverse);
  return root.mul(root).without(x.greater(HIGHEST_SIGMOID));
}

/** Below this tanh is a polynomial. */
const SMALL_TANH = 0.625;

/** (tanh x − x) / x³ as a polynomial of x², for |x| ≤ 0.625. */
const TANH = [-0.3333328194, 0.133314422, -0.0537397151, 0.02063908732, -0.005704987094];

/** x + x³P(x²) near 0; else (1 − t) / (1 + t) with t = e^(−2|x|), with the sign of x. */
export function tanh(x: Lanes): Lanes {
  const square = x.mul(x);
  const near = x.add(x.mul(square).mul(polynomial(square, TANH)));
  const tail = decay(x.add(x));
  const size = x.constant(1).sub(tail).div(tail.add(1));
  const far = size.or(x.and(x.constant(-0)));
  return x.abs().less(SMALL_TANH).choose(near, far);
}

/** From here on e^(−x²) is 0. */
const END_OF_BELL = 9.381;

/** All bits of a float32 but the last 12: the square of what is left is exact. */
const UPPER_BITS = -4096;

/** e^(−x²), where the rounding of x² would cost digits. */
export function bell(x: Lanes): Lanes {
  const distance = x.abs().atMost(END_OF_BELL);
  const upper = distance.and(distance.integer(UPPER_BITS));
  const lost = upper.sub(distance).mul(upper.add(distance));
  const {rest, power} = reduce(upper.mul(upper).neg(), 'whole', lost);
  return rest.add(1).mul(power);
}

/** (x + 1.5) · e^(x²) · erfc(x) as a polynomial of x / (x + 1.5) − 0.1875, for 0 ≤ x ≤ 9.4. */
const SCALED_ERFC = [
  1.299608692, -1.089464607, -0.0556806328, 0.3224178459, 0.1550873994, -0.05433741533,
  -0.1055987201, -0.02558785531, -0.1815135894, 0.3453208193, -0.1371006754,
];
const ERFC_SCALE = 1.5;
const ERFC_CENTER = 0.1875;

/** erfc |x| */
function erfcOfSize(x: Lanes): Lanes {
  const distance = x.abs().atMost(END_OF_BELL);
  const inverse = x.constant(1).div(distance.add(ERFC_SCALE));
  const position = distance.mul(inverse).sub(ERFC_CENTER);
  return bell(x).mul(inverse.mul(polynomial(position, SCALED_ERFC)));
}

export function erfc(x: Lanes): Lanes {
  const tail = erfcOfSize(x);
  return x.less(0).choose(x.constant(2).sub(tail), tail);
}

/** erf(x) / x as a polynomial of x², for |x| ≤ 1. */
const ERF = [
  1.128379166, -0.3761262582, 0.1128358515, -0.02685381193, 0.00518832768, -0.0008010193578,
  7.853861194e-5,
];

export function erf(x: Lanes): Lanes {
  const near = x.mul(polynomial(x.mul(x), ERF));
  const size = x.constant(1).sub(erfcOfSize(x));
  const far = size.or(x.and(x.constant(-0)));
  return x.abs().less(1).choose(near, far);
}

const SMALLEST_NORMAL = 2 ** -126;
const SQUARE_ROOT_OF_HALF_BITS = 0x3f3504f3;

/** (ln(1 + f) − f + f²/2) / f³ for √½ ≤ 1 + f ≤ √2. */
const LOGARITHM = [
  0.3333333171, -0.2500082103, 0.2000122688, -0.1662335738, 0.1420175783, -0.1316018191,
  0.1276157806, -0.07634499078,
];

/** ln u + correction, for finite u > 0: u = 2ᵏ · (1 + f). */
function logarithm(u: Lanes, correction?: Lanes): Lanes {
  const isTiny = u.less(SMALLEST_NORMAL);
  const scaled = isTiny.choose(u.mul(2 ** MANTISSA_BITS), u);
  const offset = u.integer(SQUARE_ROOT_OF_HALF_BITS);
  const exponent = scaled.subIntegers(offset).shiftRightSigned(MANTISSA_BITS);
  const f = scaled.subIntegers(exponent.shiftLeft(MANTISSA_BITS)).sub(1);
  const k = exponent.toFloat().sub(isTiny.choose(MANTISSA_BITS, 0));
  const square = f.mul(f);
  const curve = square.mul(f).mul(polynomial(f, LOGARITHM)).sub(square.mul(0.5));
  const small = k.mul(LN2_LOW).add(correction ? curve.add(correction) : curve);
  return k.mul(LN2_HIGH).add(f.add(small));
}

/** `value`, but −Infinity where u is 0, Infinity and NaN as u is, and NaN below 0. */
function limitsOfLog(u: Lanes, value: Lanes): Lanes {
  const isRegular = u.greater(0).and(u.lessEqual(LARGEST_FLOAT32));
  const limit = u.equal(0).choose(-Infinity, u.less(0).choose(NaN, u));
  return isRegular.choose(value, limit);
}

export function log(x: Lanes): Lanes {
  return limitsOfLog(x, logarithm(x));
}

/** With u = 1 + x as rounded, ln(1 + x) is ln u + (x − (u − 1)) / u. */
export function log1p(x: Lanes): Lanes {
  const u = x.add(1);
  return limitsOfLog(u, logarithm(u, x.sub(u.sub(1)).div(u)));
}

/** π in three parts, of which the first two have few bits: a multiple of them is exact. */
const PI_PARTS = [3.140625, 9.67502593994140625e-4, 1.509957990978376e-7];

/** (sin r − r) / r³ as a polynomial of r², for |r| ≤ π/2. */
const SINE = [-0.1666666666, 0.008333332744, -0.0001984108133, 2.753611444e-6, -2.407291061e-8];

const SIGN_BIT = 31;

/** sin r for |r| ≤ π/2, negated where the integer in the lowest bits of `parity` is odd. */
function sineOfRest(r: Lanes, sign: Lanes): Lanes {
  const square = r.mul(r);
  return r.add(r.mul(square).mul(polynomial(square, SINE))).xor(sign);
}

/** sin(x + offset · π) for |x| ≤ 8192, with an offset of 0 or ½. */
function sineOfSmall(x: Lanes, offset: number): Lanes {
  const turns = x.mul(1 / Math.PI);
  const shifted = (offset === 0 ? turns : turns.add(offset)).add(ROUNDING);
  const whole = shifted.sub(ROUNDING);
  const halfTurns = offset === 0 ? whole : whole.sub(offset);
  const r = PI_PARTS.reduce((rest, part) => rest.sub(halfTurns.mul(part)), x);
  return sineOfRest(r, shifted.shiftLeft(SIGN_BIT));
}

export function sinOfSmall(x: Lanes): Lanes {
  return sineOfSmall(x, 0);
}

export function cosOfSmall(x: Lanes): Lanes {
  return sineOfSmall(x, 0.5);
}

/** π in float64 parts, of which the first has 24 bits, and the last is what Math.PI lacks. */
const WIDE_PI_PARTS = [
  Math.fround(Math.PI),
  Math.PI - Math.fround(Math.PI),
  1.2246467991473532e-16,
];

/** Adding it to a float64 number rounds to an integer, which then stands in the lowest bits. */
const ROUNDING_OF_FLOAT64 = 1.5 * 2 ** 52;

/** A little more than π/2: keeps the sine of a number too large for float64 bounded. */
const LARGEST_REST = 1.58;

/** sin(x + offset · π) with the remainder by π taken in float64: right for |x| ≤ 10⁹. */
function sineOfAny(x: Lanes, offset: number): Lanes {
  const [low, high] = [x, x.upperHalf()].map(half => {
    const wide = half.with('f64x2.promote_low_f32x4');
    const shifted = wide
      .with('f64x2.mul', x.float64(1 / Math.PI))
      .with('f64x2.add', x.float64(offset))
      .with('f64x2.add', x.float64(ROUNDING_OF_FLOAT64));
    const halfTurns = shifted
      .with('f64x2.sub', x.float64(ROUNDING_OF_FLOAT64))
      .with('f64x2.sub', x.float64(offset));
    const rest = WIDE_PI_PARTS.reduce(
      (r, part) => r.with('f64x2.sub', halfTurns.with('f64x2.mul', x.float64(part))),
      wide,
    );
    return {rest: rest.with('f32x4.demote_f64x2_zero'), sign: shifted.shiftWide('i64x2.shl', 63)};
  });
  const r = low.rest.joinLowerHalves(high.rest);
  const bounded = r.atMost(LARGEST_REST).atLeast(-LARGEST_REST);
  return sineOfRest(bounded, low.sign.joinOddLanes(high.sign));
}

export function sin(x: Lanes): Lanes {
  return sineOfAny(x, 0);
}

export function cos(x: Lanes): Lanes {
  return sineOfAny(x, 0.5);
}
