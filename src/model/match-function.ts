import type {ActivationDefinition} from '../activation-types.js';
import {fitActivation} from '../fit-activation.js';
import {evaluateAtMany} from '../formula/index.js';
import type {Expression, Values} from '../formula/index.js';
import type {ManyValues} from '../range.js';
import {startingValues} from '../starting-value.js';
import {largestDifference, pointsOf} from './units.js';

/** Where activations are compared. */
export const COMPARED: readonly [number, number] = [-10, 10];

/** Functions that differ by less on all of that are the same. */
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
 * closest to it on `domain` (default: the definition's, or [−3, 3]).
 */
export function matchFunction(
  definition: ActivationDefinition,
  formula: Expression,
  target: ManyValues,
  domain?: readonly [number, number],
): Match {
  const fitOn = (on: readonly [number, number] | undefined): Match => {
    const fit = fitActivation(
      definition,
      formula,
      (x: number) => target(Float64Array.of(x))[0],
      on && {domain: on},
    );
    return rounded(compare(fit.weights as Values, fit.domain));
  };
  const compare = (weights: Values, on: readonly [number, number]): Match => {
    const xs = pointsOf(on);
    const error = largestDifference(evaluateAtMany(formula, xs, weights), target(xs));
    return {weights, error, domain: on};
  };
  const rounded = (match: Match): Match => {
    const weights = Object.entries(match.weights).map(([weight, value]) => [
      weight,
      typeof value === 'number' ? round(value) : value.map(round),
    ]);
    const candidate = compare(Object.fromEntries(weights) as Values, match.domain);
    return candidate.error <= Math.max(match.error, SAME / 1000) ? candidate : match;
  };
  const start = compare(startingValues(definition), COMPARED);
  if (start.error < SAME || !definition.weights) return start;
  const everywhere = fitOn(COMPARED);
  return everywhere.error < SAME ? everywhere : fitOn(domain);
}

/** Least squares end close to a short number: this is it. */
function round(value: number): number {
  return Math.abs(value) < SAME ? 0 : Number(value.toPrecision(DIGITS));
}
