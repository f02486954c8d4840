import type {ActivationDefinition} from '../activation-types.js';
import {fitActivation} from '../fit-activation.js';
import {evaluateAtMany} from '../formula/index.js';
import type {Expression, Values} from '../formula/index.js';
import type {ManyValues} from '../range.js';
import {startingValues} from '../starting-value.js';
import {COMPARED, distanceTo, largestDifference, pointsOf} from './units.js';

/** Functions that are no further apart are the same. */
const SAME = 1e-9;

const DIGITS = 6;

export interface Match {
  readonly weights: Values;
  /** The largest difference on `domain`. */
  readonly error: number;
  readonly domain: readonly [low: number, high: number];
}

/**
 * The weights with which an activation is the same function as `target` or, where it cannot be, comes
 * closest to it on `domain` (default: the definition's, or [−3, 3]). `similar` is what was found for a
 * function like it, from where that for this one may be near.
 */
export function matchFunction(
  definition: ActivationDefinition,
  formula: Expression,
  target: ManyValues,
  domain?: readonly [number, number],
  similar?: Match,
): Match {
  const distance = distanceTo(target);
  const compare = (weights: Values, on: readonly [number, number]): Match => {
    const matched: ManyValues = xs => evaluateAtMany(formula, xs, weights);
    const xs = pointsOf(on);
    const error = on === COMPARED ? distance(matched) : largestDifference(matched(xs), target(xs));
    return {weights, error, domain: on};
  };
  const fit = (on: readonly [number, number] | undefined, start?: Values): Match => {
    const at = (x: number): number => target(Float64Array.of(x))[0];
    const found = fitActivation(definition, formula, at, on && {domain: on}, start);
    const match = compare(found.weights as Values, on ?? found.domain);
    const rounded = compare(roundEach(match.weights), match.domain);
    return rounded.error <= Math.max(match.error, SAME / 1000) ? rounded : match;
  };
  const start = startingValues(definition);
  const untouched = compare(start, COMPARED);
  if (untouched.error < SAME || !definition.weights) return untouched;
  if (similar) {
    const near = fit(similar.domain, similar.weights);
    if (near.error < Math.max(SAME, 2 * similar.error)) return near;
  }
  const isFinite = target(pointsOf(COMPARED)).every(Number.isFinite);
  // Coefficients shape what is within their domain: no other start comes closer beyond.
  const starts = definition.domain ? [start] : [start, undefined];
  for (const from of isFinite ? starts : []) {
    const everywhere = fit(COMPARED, from);
    if (everywhere.error < SAME) return everywhere;
  }
  return fit(domain);
}

/** Least squares end close to a short number: this is it. */
function roundEach(weights: Values): Values {
  const entries = Object.entries(weights).map(([weight, value]) => [
    weight,
    typeof value === 'number' ? round(value) : value.map(round),
  ]);
  return Object.fromEntries(entries) as Values;
}

function round(value: number): number {
  return Math.abs(value) < SAME ? 0 : Number(value.toPrecision(DIGITS));
}
