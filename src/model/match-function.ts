import type {ActivationDefinition} from '../activation-types.js';
import {domainOf, fitWeights} from '../fit-activation.js';
import type {FitStart} from '../fit-activation.js';
import {evaluateAtMany} from '../formula/index.js';
import type {Expression, Values} from '../formula/index.js';
import type {ManyValues} from '../range.js';
import {startingValues} from '../starting-value.js';
import {COMPARED, distanceTo, largestDifference, pointsOf} from './units.js';

/** Functions that are no further apart are the same. */
const SAME = 1e-9;

const DIGITS = 6;

/** What was found for a function comes close for one like it, unless it is so many times worse. */
const WORSE = 2;

export interface Match {
  readonly weights: Values;
  /** The largest difference on `domain`. */
  readonly error: number;
  readonly domain: readonly [low: number, high: number];
}

/** Matches one formula with functions that are alike, each told by some numbers. */
export class FunctionMatcher {
  private readonly found: Found[] = [];

  /** `domain`: where it comes close to what it cannot be. Default: the definition's, or [−3, 3]. */
  constructor(
    private readonly definition: ActivationDefinition,
    private readonly formula: Expression,
    private readonly domain = domainOf(definition),
  ) {}

  /**
   * The weights with which the formula is the same function as `target` or, where it cannot be, comes
   * closest to it on the domain: near those for the functions with the nearest numbers, if they serve.
   * @throws if the target is not a finite number somewhere on the domain.
   */
  match(target: ManyValues, numbers: readonly number[]): Match {
    const [nearest, second] = this.nearestTwo(numbers);
    if (nearest && distanceOf(nearest.numbers, numbers) === 0) return nearest.match;
    const similar = nearest && second ? between(nearest, second, numbers) : nearest?.match;
    const search = new Search(this.definition, this.formula, target);
    const match = search.best(this.domain, similar);
    this.found.push({numbers, match});
    return match;
  }

  private nearestTwo(numbers: readonly number[]): Found[] {
    const nearest: Found[] = [];
    for (const each of this.found) {
      if (each.numbers.length !== numbers.length) continue;
      const rank = nearest.findIndex(
        other => distanceOf(each.numbers, numbers) < distanceOf(other.numbers, numbers),
      );
      nearest.splice(rank < 0 ? nearest.length : rank, 0, each);
      nearest.length = Math.min(nearest.length, 2);
    }
    return nearest;
  }
}

interface Found {
  readonly numbers: readonly number[];
  readonly match: Match;
}

/** The square of it. */
function distanceOf(first: readonly number[], second: readonly number[]): number {
  return first.reduce((sum, value, index) => sum + (value - second[index]) ** 2, 0);
}

/** Functions told by one number lie on a line; their weights may, too. */
function between(nearest: Found, second: Found, numbers: readonly number[]): Match {
  if (numbers.length !== 1) return nearest.match;
  const [[from], [to], [at]] = [nearest.numbers, second.numbers, numbers];
  const share = (at - from) / (to - from);
  const mix = (one: number, other: number): number => one + share * (other - one);
  const others = second.match.weights;
  const entries = Object.entries(nearest.match.weights).map(([weight, value]) => [
    weight,
    typeof value === 'number'
      ? mix(value, others[weight] as number)
      : value.map((each, index) => mix(each, (others[weight] as readonly number[])[index])),
  ]);
  return {...nearest.match, weights: Object.fromEntries(entries) as Values};
}

/** The search for the weights that match one function. */
class Search {
  private readonly distance: (other: ManyValues) => number;

  constructor(
    private readonly definition: ActivationDefinition,
    private readonly formula: Expression,
    private readonly target: ManyValues,
  ) {
    this.distance = distanceTo(target);
  }

  best(domain: readonly [number, number], similar: Match | undefined): Match {
    const start = startingValues(this.definition);
    const untouched = this.compare(start, COMPARED);
    if (untouched.error < SAME || !this.definition.weights) return untouched;
    if (similar) {
      const guess = this.compare(similar.weights, similar.domain);
      if (guess.error < SAME) return guess;
      const near = this.fit(similar.domain, {weights: similar.weights, isNear: true});
      if (near.error < Math.max(SAME, WORSE * similar.error)) return near;
    }
    const isFinite = this.target(pointsOf(COMPARED)).every(Number.isFinite);
    // Coefficients shape what is within their domain: no other start comes closer beyond.
    const starts = this.definition.domain ? [{weights: start}] : [{weights: start}, undefined];
    for (const from of isFinite ? starts : []) {
      const everywhere = this.fit(COMPARED, from);
      if (everywhere.error < SAME) return everywhere;
    }
    return this.fit(domain);
  }

  private compare(weights: Values, on: readonly [number, number]): Match {
    const matched: ManyValues = xs => evaluateAtMany(this.formula, xs, weights);
    if (on === COMPARED) return {weights, error: this.distance(matched), domain: on};
    const xs = pointsOf(on);
    const error = largestDifference(matched(xs), this.target(xs));
    return {weights, error, domain: on};
  }

  private fit(on: readonly [number, number], start?: FitStart): Match {
    const weights = fitWeights(this.definition, this.formula, on, this.target, start);
    const match = this.compare(weights, on);
    const rounded = this.compare(roundEach(weights), on);
    return rounded.error <= Math.max(match.error, SAME / 1000) ? rounded : match;
  }
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
