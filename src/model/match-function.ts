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
  private readonly found: {readonly numbers: readonly number[]; readonly match: Match}[] = [];

  /** `domain`: where it comes close to what it cannot be. Default: the definition's, or [−3, 3]. */
  constructor(
    private readonly definition: ActivationDefinition,
    private readonly formula: Expression,
    private readonly domain = domainOf(definition),
  ) {}

  /**
   * The weights with which the formula is the same function as `target` or, where it cannot be, comes
   * closest to it on the domain: near those for the function with the nearest numbers, if they serve.
   * @throws if the target is not a finite number somewhere on the domain.
   */
  match(target: ManyValues, numbers: readonly number[]): Match {
    const nearest = this.nearest(numbers);
    if (nearest && distanceOf(nearest.numbers, numbers) === 0) return nearest.match;
    const match = new Search(this.definition, this.formula, target).best(
      this.domain,
      nearest?.match,
    );
    this.found.push({numbers, match});
    return match;
  }

  private nearest(numbers: readonly number[]): FunctionMatcher['found'][number] | undefined {
    const alike = this.found.filter(each => each.numbers.length === numbers.length);
    const distances = alike.map(each => distanceOf(each.numbers, numbers));
    return alike[distances.indexOf(Math.min(...distances))];
  }
}

function distanceOf(first: readonly number[], second: readonly number[]): number {
  return Math.hypot(...first.map((value, index) => value - second[index]));
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
    const xs = pointsOf(on);
    const error =
      on === COMPARED ? this.distance(matched) : largestDifference(matched(xs), this.target(xs));
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
