import * as tf from '@tensorflow/tfjs';
import type {AppliedActivation} from '../activation-of-layer.js';
import {evaluateAtMany} from '../formula/index.js';
import type {Values} from '../formula/index.js';
import type {FoundActivation} from './find-activations.js';
import {variablesOf} from './graph.js';
import type {Layer} from './graph.js';
import {FunctionMatcher} from './match-function.js';
import type {Match} from './match-function.js';
import {outerShape} from '../layers/unit-weights.js';
import {largestDifference, pointsOf, unitsOf} from './units.js';

/** How far a new activation is from the one that it replaces. */
export interface Preserved {
  /** The largest difference on `domain`; null where the new one is no function of one number. */
  readonly error: number | null;
  readonly domain?: readonly [low: number, high: number];
}

/**
 * Gives a new layer the weights with which it computes what the one that it replaces did, unit by
 * unit; where it shares weights that were not shared, what those did on average. `matchers` keep
 * what was found, for further layers.
 */
export function preserveFunction(
  old: FoundActivation,
  {activation, options, holder}: AppliedActivation & {readonly holder?: Layer},
  domain: readonly [number, number] | undefined,
  matchers: Map<string, FunctionMatcher>,
): Preserved {
  const {definition} = activation;
  const {formula} = activation.instance(options);
  const source = old.activation.instance(old.options).formula;
  const units = unitsOf(old.holder, old.activation.definition);
  const curvesAt = (weights: readonly Values[], xs: Float64Array): Float64Array[] =>
    weights.map(each => evaluateAtMany(source, xs, each));
  const weights = Object.entries(definition.weights ?? {});
  const variables = holder ? variablesOf(holder) : [];
  const isUnitByUnit = weights.every(([, {length}], index) =>
    tf.util.arraysEqual(outerShape(variables[index], length), units.shape as number[]),
  );
  const groups = isUnitByUnit ? units.distinct.map(each => [each]) : [units.distinct];
  const key = `${source} → ${formula}`;
  const matcher = matchers.get(key) ?? new FunctionMatcher(definition, formula, domain);
  matchers.set(key, matcher);
  const matches = groups.map(group =>
    matcher.match(
      xs => meanOf(curvesAt(group, xs)),
      group.flatMap(weights => Object.values(weights).flat()),
    ),
  );
  const indices = isUnitByUnit ? units.indices : [0];
  weights.forEach(([weight], index) => {
    assign(
      variables[index].val,
      indices.map(unit => matches[unit].weights[weight]),
    );
  });
  const given = holder && isConstrained(holder, weights) ? unitsOf(holder, definition) : undefined;
  const errors = matches.map((match, group): Preserved & Match => {
    const {domain: on} = match;
    const own = given ? given.distinct[given.indices[indices.indexOf(group)]] : match.weights;
    const xs = pointsOf(on);
    const curve = evaluateAtMany(formula, xs, own);
    const differences = curvesAt(groups[group], xs).map(each => largestDifference(curve, each));
    return {...match, error: Math.max(...differences)};
  });
  const {error, domain: on} = errors.reduce((most, each) =>
    each.error > most.error ? each : most,
  );
  return {error, domain: on};
}

/** Fills a variable with the values of each unit, or of the one that stands for all. */
function assign(variable: tf.Variable, units: readonly (number | readonly number[])[]): void {
  const values = units.flat();
  tf.tidy(() => {
    const full = Array.from({length: variable.size}, (_, index) => values[index % values.length]);
    variable.assign(tf.tensor(full, variable.shape));
  });
}

function isConstrained(layer: Layer, weights: readonly (readonly [string, unknown])[]): boolean {
  const config = layer.getConfig();
  return weights.some(([weight]) => (config[`${weight}Constraint`] ?? null) !== null);
}

function meanOf(curves: readonly Float64Array[]): Float64Array {
  return curves[0].map((_, index) =>
    curves.reduce((sum, curve) => sum + curve[index] / curves.length, 0),
  );
}
