import {describe} from './errors.js';
import type {ActivationDefinition, OptionDefinition, OptionValue} from './activation-types.js';

export type Options = Readonly<Record<string, OptionValue>>;

export function defaultOf(definition: OptionDefinition): OptionValue {
  return typeof definition === 'object' && definition !== null ? definition.default : definition;
}

/** The limits of an option's value, none where only a default is given. */
export function boundsOf(definition: OptionDefinition): {minimum?: number; except?: number} {
  return typeof definition === 'object' && definition !== null ? definition : {};
}

/** The options of an activation and their defaults. */
export function defaultOptions({options = {}}: ActivationDefinition): Options {
  return Object.fromEntries(
    Object.entries(options).map(([name, definition]) => [name, defaultOf(definition)]),
  );
}

/** Every name that `parameters` may use for an option, with the option it means. */
export function optionNames({options = {}, optionAliases = {}}: ActivationDefinition) {
  const own = Object.keys(options).map(name => [name, name] as const);
  return new Map<string, string>([...own, ...Object.entries(optionAliases)]);
}

/**
 * The options given, checked and completed by `defaults`.
 *
 * `owner` names the activation or layer in errors.
 * @throws if a value is not of the default's type, not finite, or too small, or if an option is
 * given twice, under two names, with different values.
 */
export function resolveOptions(
  owner: string,
  definition: ActivationDefinition,
  given: Readonly<Record<string, unknown>>,
  defaults: Options,
): Options {
  const resolved: Record<string, OptionValue> = {...defaults};
  const givenAs = new Map<string, string>();
  for (const [name, option] of optionNames(definition)) {
    const value = given[name];
    if (value === undefined) continue;
    resolved[option] = checkOption(owner, name, value, definition.options![option]);
    const earlier = givenAs.get(option);
    if (earlier && given[earlier] !== value) {
      throw new Error(
        `${owner}: ${earlier} ${String(given[earlier])} and ${name} ${String(value)} are the same ` +
          `option and differ; give one of them`,
      );
    }
    givenAs.set(option, name);
  }
  return resolved;
}

/**
 * A value of an option, checked.
 * @throws if it is not of the default's type, not finite, too small, or the one value excepted.
 */
export function checkOption(
  owner: string,
  name: string,
  value: unknown,
  definition: OptionDefinition,
): OptionValue {
  const fallback = defaultOf(definition);
  if (typeof fallback === 'boolean') {
    if (typeof value === 'boolean') return value;
    throw new Error(`${owner}: ${name} must be true or false, got ${describe(value)}`);
  }
  if (value === null && fallback === null) return null;
  const {minimum, except} = boundsOf(definition);
  const isAccepted =
    typeof value === 'number' &&
    Number.isFinite(value) &&
    value >= (minimum ?? -Infinity) &&
    value !== except;
  if (isAccepted) return value;
  const range = minimum === undefined ? '' : ` of at least ${minimum}`;
  const exception = except === undefined ? '' : ` other than ${except}`;
  const orNull = fallback === null ? ', or null' : '';
  throw new Error(
    `${owner}: ${name} must be a finite number${range}${exception}${orNull}, got ${describe(value)}`,
  );
}
