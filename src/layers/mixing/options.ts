import type {SharedAxes} from '../../activation-types.js';
import {describe} from '../../errors.js';
import {checkDataFormat, checkSharedAxes} from '../shared-axes.js';
import type {DataFormat} from '../shared-axes.js';

/** A setting of a layer: its default, and what else it may be. Without a default it must be given. */
export interface Option<T> {
  readonly default?: T;
  /** @throws if the value is not accepted; `what` names the layer and the option. */
  readonly check: (owner: string, name: string, value: unknown) => T;
}

export type OptionTable<O> = {readonly [K in keyof O]: Option<O[K]>};

function option<T>(
  accepted: string,
  isAccepted: (value: unknown) => boolean,
  defaultValue?: T,
): Option<T> {
  return {
    default: defaultValue,
    check: (owner, name, value) => {
      if (isAccepted(value)) return value as T;
      const given = value === undefined ? 'is missing' : `got ${describe(value)}`;
      throw new Error(`${owner}: ${name} must be ${accepted}, ${given}`);
    },
  };
}

/** One axis: 0 is the batch; negative ones count from the end. */
export const axisOption = option<number>('an integer', Number.isInteger, -1);

/** One axis or several. */
export const axesOption = option<number | readonly number[]>(
  'an integer, or an array of integers',
  value => [value].flat().length > 0 && [value].flat().every(Number.isInteger),
  -1,
);

/** A whole number of at least 1. */
export function countOption(defaultValue?: number): Option<number> {
  const isCount = (value: unknown): boolean => Number.isInteger(value) && (value as number) >= 1;
  return option('a whole number of at least 1', isCount, defaultValue);
}

/** A finite number of at least `minimum`. */
export function numberOption(defaultValue: number, minimum = -Infinity): Option<number> {
  const range = minimum === -Infinity ? '' : ` of at least ${minimum}`;
  return option(
    `a finite number${range}`,
    value => Number.isFinite(value) && (value as number) >= minimum,
    defaultValue,
  );
}

export function booleanOption(defaultValue: boolean): Option<boolean> {
  return option('true or false', value => typeof value === 'boolean', defaultValue);
}

/** Two finite numbers, the first below the second. */
export function rangeOption(low: number, high: number): Option<readonly [number, number]> {
  const isRange = (value: unknown): boolean =>
    Array.isArray(value) &&
    value.length === 2 &&
    value.every(Number.isFinite) &&
    (value[0] as number) < (value[1] as number);
  return option('[low, high], two finite numbers with low < high', isRange, [low, high]);
}

/** What random numbers start from; null is another start for each layer. */
export const seedOption = option<number | null>(
  'an integer, or null',
  value => value === null || Number.isInteger(value),
  null,
);

/** Where the channel axis is. */
export const dataFormatOption: Option<DataFormat> = {
  default: 'channelsLast',
  check: (owner, _, value) => checkDataFormat(owner, value),
};

/** Which axes share one weight. */
export const sharedAxesOption: Option<SharedAxes> = {
  default: 'spatial',
  check: (owner, _, value) => checkSharedAxes(owner, value),
};
