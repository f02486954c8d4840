import type {ActivationDefinition, ActivationFit, AnyActivation} from './activation-types.js';
import {checkDomain} from './check-definition.js';
import {checkKnown, checkObject, describe} from './errors.js';
import {derivative, evaluateAtMany, inputsOf} from './formula/index.js';
import type {Columns, Expression, Values} from './formula/index.js';
import {leastSquares} from './least-squares.js';
import type {LeastSquaresFit, Residuals} from './least-squares.js';
import type {ManyValues} from './range.js';
import {startingValues} from './starting-value.js';

const USUAL_DOMAIN = [-3, 3] as const;
const INTERVALS = 1000;

/** What float64 leaves of a number that is right, as a share of it. */
const ROUNDING = 2 ** -50;

/** The starts are compared at every fifth point. */
const COARSENESS = 5;
/** Starts besides the definition's own. */
const STARTS = 16;
/** Decadic logarithms of the sizes that weights of these starts have. */
const SMALLEST = -2;
const LARGEST = 0.5;

/**
 * The weights with which an activation comes closest to `target`, by least squares over evenly
 * spaced points of `domain`. Weights that shape nothing there keep their starting values.
 *
 * Where the formula is not linear in its weights, the best of several starts is taken.
 * @throws if the target is neither an activation nor a function, or not a finite number somewhere on
 * the domain; if the domain is no interval; if an option is unknown.
 */
export function fitActivation(
  definition: ActivationDefinition,
  formula: Expression,
  target: unknown,
  options: {domain?: readonly [number, number]} = {},
): ActivationFit {
  const owner = `${definition.name}.fitTo`;
  const f = functionOf(owner, target);
  checkObject(owner, 'the options', options);
  checkKnown(owner, 'option', Object.keys(options), ['domain']);
  const {domain = domainOf(definition)} = options;
  checkDomain(owner, domain);
  const {model, parameters} = fit(definition, formula, domain, xs =>
    xs.map(x => checkFinite(owner, x, f(x))),
  );
  const weights = model.weightsOf(parameters);
  const errors = model.residualsAt(parameters).values;
  const layerArguments = Object.entries(weights).map(([weight, value]) => [
    `${weight}Initializer`,
    value,
  ]);
  return {
    weights,
    layerArguments: Object.fromEntries(layerArguments),
    error: {
      largest: errors.reduce((largest, error) => Math.max(largest, Math.abs(error)), 0),
      rootMeanSquare: Math.sqrt(errors.reduce((sum, e) => sum + e * e, 0) / errors.length),
    },
    domain: [...domain],
  };
}

/** Where to begin: a guess, or what is the answer for a function that is hardly another. */
export interface FitStart {
  readonly weights: Values;
  readonly isNear?: boolean;
}

/**
 * The weights alone, for a function of many numbers; from `start`, where it is given.
 * @throws if the target is not a finite number somewhere on the domain.
 */
export function fitWeights(
  definition: ActivationDefinition,
  formula: Expression,
  domain: readonly [number, number],
  target: ManyValues,
  start?: FitStart,
): Values {
  const finite: ManyValues = xs =>
    target(xs).map((value, index) => checkFinite(definition.name, xs[index], value));
  const {model, parameters} = fit(definition, formula, domain, finite, start);
  return model.weightsOf(parameters);
}

/** Where an activation is fitted unless told otherwise. */
export function domainOf({domain}: ActivationDefinition): readonly [number, number] {
  return domain ?? USUAL_DOMAIN;
}

function fit(
  definition: ActivationDefinition,
  formula: Expression,
  domain: readonly [number, number],
  target: ManyValues,
  start?: FitStart,
): {model: Model; parameters: readonly number[]} {
  const xs = pointsOf(domain);
  const model = new Model(definition, formula, xs, target(xs));
  const first = start ? Object.values(start.weights).flat() : model.bestStart();
  return {model, parameters: model.fitFrom(first, undefined, start?.isNear).parameters};
}

/** A formula as a function of all its coefficients, one after another. */
class Model {
  private readonly start: readonly number[];
  /** The name of each coefficient in the formula. */
  private readonly names: readonly string[];
  private readonly slopes: readonly Expression[];
  /** A sum of squares that is the rounding of the target. */
  private readonly enough: number;

  constructor(
    private readonly definition: ActivationDefinition,
    private readonly formula: Expression,
    private readonly xs: Float64Array,
    private readonly wanted: Float64Array,
  ) {
    const starts = Object.entries(startingValues(definition));
    this.start = starts.flatMap(([, value]) => value);
    this.names = starts.flatMap(([weight, value]) =>
      typeof value === 'number' ? [weight] : value.map((_, index) => `${weight}[${index}]`),
    );
    this.slopes = this.names.map(coefficient => derivative(formula, coefficient));
    this.enough = ROUNDING ** 2 * wanted.reduce((sum, value) => sum + value * value, 0);
  }

  weightsOf(parameters: readonly number[]): Record<string, number | number[]> {
    let first = 0;
    const weights = Object.entries(this.definition.weights ?? {}).map(([weight, {length}]) => {
      const value = parameters.slice(first, first + (length ?? 1));
      first += value.length;
      return [weight, length === undefined ? value[0] : value];
    });
    return Object.fromEntries(weights) as Record<string, number | number[]>;
  }

  /** The coefficients of least squares from `start`; all of them, where only some are free. */
  fitFrom(
    start: readonly number[],
    free: readonly number[] = [...this.names.keys()],
    isNear = false,
  ): LeastSquaresFit {
    const complete = (values: readonly number[]): number[] => {
      const parameters = [...start];
      free.forEach((index, position) => (parameters[index] = values[position]));
      return parameters;
    };
    const {parameters, sumOfSquares} = leastSquares(
      values => this.residualsAt(complete(values), free),
      free.map(index => start[index]),
      {enough: this.enough, isNear},
    );
    return {parameters: complete(parameters), sumOfSquares};
  }

  /** The residuals, and the slopes of these coefficients. */
  residualsAt(
    parameters: readonly number[],
    free: readonly number[] = [...this.names.keys()],
  ): Residuals {
    const weights: Values = this.weightsOf(parameters);
    const columns: Columns = new Map();
    const values = evaluateAtMany(this.formula, this.xs, weights, columns);
    return {
      values: values.map((value, index) => value - this.wanted[index]),
      slopes: free.map(index => evaluateAtMany(this.slopes[index], this.xs, weights, columns)),
    };
  }

  /**
   * Where the best of several coarse fits ends. Each has other weights to begin with, but for those
   * that enter linearly: their best values are found at once.
   */
  bestStart(): readonly number[] {
    const linear = [...this.linearCoefficients()];
    if (linear.length === this.names.length) return this.start;
    const isCoarse = (_: number, index: number): boolean => index % COARSENESS === 0;
    const {definition, formula, xs, wanted} = this;
    const coarse = new Model(definition, formula, xs.filter(isCoarse), wanted.filter(isCoarse));
    const random = randomNumbers();
    const others = Array.from({length: STARTS}, () =>
      this.start.map((value, index) => (linear.includes(index) ? value : startFrom(random))),
    );
    const fit = (start: readonly number[]): LeastSquaresFit =>
      coarse.fitFrom(coarse.fitFrom(start, linear).parameters);
    let best = fit(this.start);
    for (const start of others) {
      if (best.sumOfSquares <= coarse.enough) break;
      best = better(best, fit(start));
    }
    return best.parameters;
  }

  /** Coefficients in which, all others held, the formula is linear. */
  private linearCoefficients(): Set<number> {
    const linear = new Set<number>();
    for (const index of this.names.keys()) {
      const together = [...linear, index];
      const inputs = new Set(together.flatMap(each => [...inputsOf(this.slopes[each])]));
      if (together.every(each => !inputs.has(this.names[each]))) linear.add(index);
    }
    return linear;
  }
}

/** The first, unless the second is more than a rounding better. */
function better(first: LeastSquaresFit, second: LeastSquaresFit): LeastSquaresFit {
  return second.sumOfSquares < 0.999 * first.sumOfSquares ? second : first;
}

/** Numbers in (0, 1), the same ones every time (Park & Miller's generator). */
function randomNumbers(): () => number {
  let state = 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/** A number of either sign, as likely small as large. */
function startFrom(random: () => number): number {
  const size = 10 ** (SMALLEST + (LARGEST - SMALLEST) * random());
  return random() < 0.5 ? -size : size;
}

function functionOf(owner: string, target: unknown): (x: number) => unknown {
  if (typeof target === 'function') {
    const {evaluate} = target as Partial<AnyActivation>;
    return evaluate ? x => evaluate(x) : (target as (x: number) => unknown);
  }
  throw new Error(
    `${owner}: the target must be an activation, or a function of a number such as ` +
      `x => Math.sin(x), got ${describe(target)}`,
  );
}

function checkFinite(owner: string, x: number, value: unknown): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new Error(
    `${owner}: the target must give a finite number on all of the domain, got ` +
      `${describe(value)} at ${x}`,
  );
}

function pointsOf([low, high]: readonly [number, number]): Float64Array {
  return Float64Array.from(
    {length: INTERVALS + 1},
    (_, index) => low + ((high - low) * index) / INTERVALS,
  );
}
