import type {WeightDefinition} from './activation-types.js';
import {StartingValues} from './initializers.js';
import {initializerOf} from './weight-parts.js';

const KNOWN_VALUES: Record<string, number> = {Zeros: 0, Ones: 1};

/**
 * What a weight starts as; where its initializer is random, the value that stands for it.
 * @throws if its initializer is random: then there is no one value to start from, unless the definition names one.
 */
export function startingValue(
  owner: string,
  weight: string,
  definition: WeightDefinition,
): number | readonly number[] {
  if (definition.value !== undefined) return definition.value;
  const initializer = initializerOf(owner, definition, weight);
  if (initializer instanceof StartingValues) return initializer.values;
  const className = initializer.getClassName();
  const value = KNOWN_VALUES[className] ?? (initializer.getConfig().value as number | undefined);
  if (typeof value !== 'number') {
    throw new Error(
      `${owner}: ${weight} must be given: its initializer ${className} has no single starting value`,
    );
  }
  return definition.length === undefined ? value : Array(definition.length).fill(value);
}
