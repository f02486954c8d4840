import type {AppliedActivation} from '../activation-of-layer.js';
import type {AnyActivation} from '../activation-types.js';
import {evaluateAtMany, nodesOf} from '../formula/index.js';
import {instantiate} from '../instance.js';
import {activations} from '../layers/index.js';
import {leastSquares} from '../least-squares.js';
import type {Residuals} from '../least-squares.js';
import {defaultOptions, resolveOptions} from '../options.js';
import type {Options} from '../options.js';
import type {ManyValues} from '../range.js';
import {stockLayer} from './stock.js';
import {COMPARED, distanceTo, pointsOf} from './units.js';

/** Of the options of float64. */
const MOST_DIGITS = 15;

/** A fixed activation that is a function, within a tolerance. */
export interface Simplest extends AppliedActivation {
  /** How far it is from the function, as `distanceTo` has it. */
  readonly error: number;
}

/**
 * The simplest activation of the catalogue without weights that is no further from `target` than
 * `tolerance`: one that stock tfjs has too before any other, then one at its defaults, then the
 * shortest formula. Its options are found, and given with no more digits than it takes.
 */
export function simplestActivation(target: ManyValues, tolerance: number): Simplest | undefined {
  const distance = distanceTo(target);
  const fixed: readonly AnyActivation[] = Object.values(activations).filter(
    ({definition}) => Object.keys(definition.weights ?? {}).length === 0,
  );
  const match = (activation: AnyActivation, options: Options): Simplest => {
    const {formula} = activation.instance(options);
    return {activation, options, error: distance(xs => evaluateAtMany(formula, xs))};
  };
  const isMatch = ({error}: Simplest): boolean => error <= tolerance;
  const unchanged = fixed
    .map(activation => match(activation, defaultOptions(activation.definition)))
    .filter(isMatch)
    .sort(bySimplicity);
  // No activation with other options is simpler.
  if (unchanged.length > 0 && complexityOf(unchanged[0])[0] === 0) return unchanged[0];
  const few = pointsOf(COMPARED).filter((_, index) => index % COARSENESS === 0);
  const fewWanted = target(few);
  const fitted = fixed.flatMap(activation => {
    const options = fittingOptions(activation, few, fewWanted);
    if (!options || !isMatch(match(activation, options))) return [];
    return match(
      activation,
      shortened(options, each => isMatch(match(activation, each))),
    );
  });
  return [...unchanged, ...fitted].sort(bySimplicity)[0];
}

function bySimplicity(first: Simplest, second: Simplest): number {
  const [one, other] = [first, second].map(complexityOf);
  const index = one.findIndex((value, at) => value !== other[at]);
  return index < 0 ? 0 : one[index] - other[index];
}

function complexityOf({activation, options}: Simplest): number[] {
  const defaults = defaultOptions(activation.definition);
  const changed = Object.keys(options).filter(option => options[option] !== defaults[option]);
  const isStock = stockLayer({activation, options}, 'stock') !== undefined;
  const {length} = nodesOf(activation.instance(options).formula);
  return [isStock ? 0 : 1, changed.length, length];
}

/** Options are fitted at every eighth point: the formula is written anew at each step. */
const COARSENESS = 8;

/** The slope by an option is a difference, over this share of it. */
const STEP = 1e-6;

/** The numbers among the options with which an activation comes closest to a function. */
function fittingOptions(
  {name, definition}: AnyActivation,
  xs: Float64Array,
  wanted: Float64Array,
): Options | undefined {
  const defaults = defaultOptions(definition);
  const names = Object.keys(defaults).filter(option => typeof defaults[option] === 'number');
  if (names.length === 0) return undefined;
  const optionsOf = (values: readonly number[]): Options => {
    const given = Object.fromEntries(names.map((option, index) => [option, values[index]]));
    return resolveOptions(name, definition, given, defaults);
  };
  const valuesAt = (values: readonly number[]): Float64Array => {
    try {
      return evaluateAtMany(instantiate(definition, optionsOf(values)).formula, xs);
    } catch {
      // An option may have a limit: what is beyond it fits nothing.
      return xs.map(() => NaN);
    }
  };
  const residualsAt = (values: readonly number[]): Residuals => {
    const current = valuesAt(values);
    const slopes = values.map((value, index) => {
      const step = STEP * Math.max(1, Math.abs(value));
      const further = valuesAt(replaced(values, index, value + step));
      return further.map((each, at) => (each - current[at]) / step);
    });
    return {values: current.map((each, at) => each - wanted[at]), slopes};
  };
  const start = names.map(option => defaults[option] as number);
  return optionsOf(leastSquares(residualsAt, start).parameters);
}

function replaced(values: readonly number[], index: number, value: number): number[] {
  return values.map((each, at) => (at === index ? value : each));
}

/** The options with as few digits as do. */
function shortened(options: Options, isEnough: (options: Options) => boolean): Options {
  for (let digits = 1; digits <= MOST_DIGITS; digits++) {
    const entries = Object.entries(options).map(([option, value]) => [
      option,
      typeof value === 'number' ? Number(value.toPrecision(digits)) : value,
    ]);
    const short = Object.fromEntries(entries) as Options;
    if (isEnough(short)) return short;
  }
  return options;
}
