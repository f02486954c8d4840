import type {ActivationDefinition, WeightDefinition} from './activation-types.js';
import type {Values} from './formula/index.js';
import {StartingValues} from './initializers.js';
import {initializerOf} from './weight-parts.js';

const KNOWN_VALUES: Record<string, number> = {Zeros: 0, Ones: 1};

/**
 * What a weight starts as; where its initializer is random, the value that stands for it.
 * @throws if its initializer is random, and no value stands for it.
 */
export function startingValue(
  owner: string,
  weight: string,
  definition: WeightDefinition,
): number | readonly number[] {
  const value = definition.value ?? initialValue(owner, weight, definition);
  if (value !== undefined) return value;
  const className = initializerOf(owner, definition, weight).getClassName();
  throw new Error(
    `${owner}: ${weight} must be given: its initializer ${className} has no single starting value`,
  );
}

/** What an initializer gives, unless it is random. */
export function initialValue(
  owner: string,
  weight: string,
  definition: WeightDefinition,
): number | readonly number[] | undefined {
  const initializer = initializerOf(owner, definition, weight);
  if (initializer instanceof StartingValues) return initializer.values;
  const known = KNOWN_VALUES[initializer.getClassName()];
  const value = known ?? (initializer.getConfig().value as number | undefined);
  if (typeof value !== 'number' || definition.length === undefined) return value;
  return Array<number>(definition.length).fill(value);
}

/** What every weight starts as. */
export function startingValues({name, weights = {}}: ActivationDefinition): Values {
  const values = Object.entries(weights).map(([weight, definition]) => [
    weight,
    startingValue(name, weight, definition),
  ]);
  return Object.fromEntries(values) as Values;
}
