import type {ActivationInstance} from '../../instance.js';
import {derivative, evaluateAtMany} from '../../formula/index.js';
import type {Expression, Values} from '../../formula/index.js';
import {secondMomentOf} from '../../gain.js';
import {isMonotonic, rangeOf} from '../../range.js';
import type {Range} from '../../range.js';

/** What the formula of an activation tells of it, whatever its name. */
export interface ActivationTraits {
  readonly range: Range;
  /** A straight line. */
  readonly isLinear: boolean;
  /** It goes to a bound on both sides, and its slope to 0, for inputs of usual size. */
  readonly isSaturating: boolean;
  /** It gives the same for all negative inputs, as a ReLU does. */
  readonly isFlatBelow: boolean;
  /** It draws the mean of signals to 0 and their variance to 1, given kernels of scale 1. */
  readonly isSelfNormalizing: boolean;
  /** Whether it does anything to numbers in a range. */
  readonly changes: (range: Range) => boolean;
  /** The variance × fan-in of kernels that keep the size of signals: gain², or the definition's. */
  readonly kernelScale: number;
  /** Whether the definition has a rule of its own for it. */
  readonly hasOwnKernelScale: boolean;
  /** E[f(√v·z)²] for z ~ N(0, 1). */
  readonly momentAt: (variance: number) => number;
  /** E[f′(√v·z)²]. */
  readonly slopeMomentAt: (variance: number) => number;
  /** E[f′(x + z)²]. */
  readonly slopeMomentAround: (x: number) => number;
  /** f′(x). */
  readonly slopeAt: (x: number) => number;
}

/** Where a usual input is large. */
const LARGE = 4;

/** A slope below this share of the largest one is nearly none. */
const FLAT = 0.1;

/** How near to 0 and 1 the mean and the variance of a self-normalizing activation's outputs are. */
const NEAR = 1e-3;

const known = new WeakMap<Expression, Map<string, ActivationTraits>>();

/** The traits of an activation whose weights have these values. */
export function traitsOf(
  {formula}: ActivationInstance,
  weights: Values,
  ownScale: number | undefined,
): ActivationTraits {
  const key = JSON.stringify([weights, ownScale]);
  const ofFormula = known.get(formula) ?? new Map<string, ActivationTraits>();
  known.set(formula, ofFormula);
  const traits = ofFormula.get(key) ?? compute(formula, weights, ownScale);
  ofFormula.set(key, traits);
  return traits;
}

function compute(
  formula: Expression,
  weights: Values,
  ownScale: number | undefined,
): ActivationTraits {
  const f = (xs: Float64Array): Float64Array => evaluateAtMany(formula, xs, weights);
  const prime = derivative(formula, 'x');
  const slopes = (xs: Float64Array): Float64Array => evaluateAtMany(prime, xs, weights);
  const momentAt = (variance: number): number => momentOf(f, variance);
  const range = rangeOf(f);
  return {
    range,
    isLinear: Object.keys(weights).length === 0 && isLine(f),
    isSaturating:
      range[0] !== null && range[1] !== null && isFlatOnBothSides(slopes) && isMonotonic(f),
    isFlatBelow: slopes(spaced(-LARGE, -0.01, 400)).every(slope => slope === 0),
    isSelfNormalizing: !isLine(f) && isSelfNormalizing(f, momentAt),
    changes: between => changesBetween(f, between),
    kernelScale: ownScale ?? 1 / momentAt(1),
    hasOwnKernelScale: ownScale !== undefined,
    momentAt,
    slopeMomentAt: variance => momentOf(slopes, variance),
    slopeMomentAround: x => secondMomentOf(zs => slopes(zs.map(z => z + x))),
    slopeAt: x => slopes(Float64Array.of(x))[0],
  };
}

type Curve = (xs: Float64Array) => Float64Array;

function momentOf(f: Curve, variance: number): number {
  const deviation = Math.sqrt(variance);
  return secondMomentOf(zs => f(zs.map(z => z * deviation)));
}

function spaced(low: number, high: number, count: number): Float64Array {
  return Float64Array.from({length: count}, (_, i) => low + ((high - low) * i) / (count - 1));
}

function isLine(f: Curve): boolean {
  const xs = spaced(-10, 10, 41);
  const values = f(xs);
  const [first, last] = [values[0], values[values.length - 1]];
  const tolerance = 1e-6 * Math.max(1, Math.abs(first), Math.abs(last));
  return values.every(
    (value, i) => Math.abs(value - (first + ((last - first) * i) / (xs.length - 1))) <= tolerance,
  );
}

function isFlatOnBothSides(slopes: Curve): boolean {
  const all = slopes(spaced(-LARGE, LARGE, 801)).map(Math.abs);
  const limit = FLAT * Math.max(...all);
  return all[0] <= limit && all[all.length - 1] <= limit;
}

function isSelfNormalizing(f: Curve, momentAt: (variance: number) => number): boolean {
  const moment = momentAt(1);
  // E[(f + 1)²] = E[f²] + 2·E[f] + 1
  const mean = (secondMomentOf(zs => f(zs).map(y => y + 1)) - moment - 1) / 2;
  const isFixed = Math.abs(mean) < NEAR && Math.abs(moment - 1) < NEAR;
  return isFixed && momentAt(1.2) < 1.2 && momentAt(0.8) > 0.8;
}

function changesBetween(f: Curve, [low, high]: Range): boolean {
  const xs = spaced(low ?? -100, high ?? 100, 201);
  return !f(xs).every((y, i) => Math.abs(y - xs[i]) < 1e-9);
}
