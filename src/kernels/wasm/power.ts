import type {Lanes} from './lanes.js';

/*
 * uᵛ through float64, since v multiplies the error of ln u. Each half of a vector is computed apart.
 */

const MANTISSA_BITS = 52;
const EXPONENT_BIAS = 1023;
/** Adding it rounds to an integer, which then stands in the lowest bits. */
const ROUNDING = 1.5 * 2 ** MANTISSA_BITS;
/** Beyond these, 2ˣ is infinite or 0 in float32. */
const HIGHEST_EXPONENT = 200;

/** 2 / (2n + 1): the series of ln((1 + s)/(1 − s)) / s in s². */
const LOGARITHM = Array.from({length: 9}, (_, n) => 2 / (2 * n + 1));

/** 1 / n!: the series of eˣ. */
const EXPONENTIAL = Array.from({length: 10}).reduce<number[]>(
  series => [...series, series[series.length - 1] / series.length],
  [1],
);

function polynomial(x: Lanes, coefficients: readonly number[]): Lanes {
  const [last, ...others] = [...coefficients].reverse();
  return others.reduce(
    (sum, coefficient) => sum.with('f64x2.mul', x).with('f64x2.add', x.float64(coefficient)),
    x.float64(last),
  );
}

/** log₂ u for positive, finite, normal float64 numbers: u = 2ᵏ · m with √½ ≤ m < √2. */
function log2(u: Lanes): Lanes {
  const exponent = u
    .with('i64x2.sub', u.float64(Math.SQRT1_2))
    .shiftWide('i64x2.shr_s', MANTISSA_BITS);
  const mantissa = u.with('i64x2.sub', exponent.shiftWide('i64x2.shl', MANTISSA_BITS));
  const sum = mantissa.with('f64x2.add', u.float64(1));
  const s = mantissa.with('f64x2.sub', u.float64(1)).with('f64x2.div', sum);
  const logarithm = s
    .with('f64x2.mul', polynomial(s.with('f64x2.mul', s), LOGARITHM))
    .with('f64x2.mul', u.float64(Math.LOG2E));
  const integer = exponent
    .with('i64x2.add', u.float64(ROUNDING))
    .with('f64x2.sub', u.float64(ROUNDING));
  return integer.with('f64x2.add', logarithm);
}

/** 2ˣ, for x that is not NaN. */
function exp2(x: Lanes): Lanes {
  const bounded = x
    .with('f64x2.pmin', x.float64(HIGHEST_EXPONENT))
    .with('f64x2.pmax', x.float64(-HIGHEST_EXPONENT));
  const shifted = bounded.with('f64x2.add', x.float64(ROUNDING + EXPONENT_BIAS));
  const n = shifted.with('f64x2.sub', x.float64(ROUNDING + EXPONENT_BIAS));
  const rest = bounded.with('f64x2.sub', n).with('f64x2.mul', x.float64(Math.LN2));
  const power = shifted.shiftWide('i64x2.shl', MANTISSA_BITS);
  return polynomial(rest, EXPONENTIAL).with('f64x2.mul', power);
}

/** |u|ᵛ of the lower two lanes, as float32. */
function powerOfHalf(size: Lanes, v: Lanes): Lanes {
  const [base, exponent] = [size, v].map(each => each.with('f64x2.promote_low_f32x4'));
  return exp2(exponent.with('f64x2.mul', log2(base))).with('f32x4.demote_f64x2_zero');
}

/** Every float32 from here on is an even integer. */
const EVEN_FROM = 2 ** 24;
const ROUNDING32 = 1.5 * 2 ** 23;

function isInteger(x: Lanes): Lanes {
  const rounded = x.add(ROUNDING32).sub(ROUNDING32);
  return x.equal(rounded).or(x.abs().greaterEqual(ROUNDING32 / 3));
}

/** uᵛ with the limits of JavaScript's `**`: NaN for ±1 to an infinite or NaN power. */
export function pow(u: Lanes, v: Lanes): Lanes {
  const size = u.abs();
  const upper = powerOfHalf(size.upperHalf(), v.upperHalf());
  const regular = powerOfHalf(size, v).joinLowerHalves(upper);
  const grows = size.greater(1).xor(v.less(0));
  const isLimit = size.equal(0).or(size.equal(Infinity)).or(v.abs().equal(Infinity));
  const limit = grows.choose(Infinity, 0);
  const magnitude = isLimit.choose(limit, regular);

  const half = v.mul(0.5);
  const isOdd = isInteger(v).without(isInteger(half)).without(v.abs().greaterEqual(EVEN_FROM));
  const sign = u.and(u.constant(-0)).and(isOdd);
  const isUndefined = u
    .less(0)
    .and(u.greater(-Infinity))
    .without(isInteger(v))
    .or(size.equal(1).and(v.abs().equal(Infinity)))
    .or(u.notEqual(u))
    .or(v.notEqual(v));
  return v.equal(0).choose(1, isUndefined.choose(NaN, magnitude.xor(sign)));
}
