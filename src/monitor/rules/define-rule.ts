import {checkKnown, checkObject, describe} from '../../errors.js';
import type {CommonOption, Problem, Rule, RuleContext, RuleOption} from './rule.js';

/** What a rule is made of. */
export interface RuleDefinition<Name extends string = never> {
  /** In kebab-case, such as 'too-wide'. */
  readonly id: string;
  /** What it finds, in a sentence. */
  readonly description: string;
  /** Where to read more: an https URL. */
  readonly link?: string;
  /**
   * Finite numbers by name: the default, alone or with a description and a minimum. Every rule also has
   * `warmUp` (training steps before it is judged, default 0) and `patience` (windows in a row that
   * must show a problem before it is a finding, and be free of it before it goes; default 1); to give
   * them other defaults, name them here.
   */
  readonly options?: Readonly<Record<Name, number | RuleOption>>;
  /**
   * Judges a snapshot: what is wrong, in which layers. Pure; it must change nothing that it sees.
   * If it throws, or returns anything but problems, that is told once and it is not called again.
   */
  check(context: RuleContext<Name>): readonly Problem[];
}

const OWNER = 'defineRule';
const FIELDS = ['id', 'description', 'link', 'options', 'check'];
const OPTION_FIELDS = ['default', 'description', 'minimum'];

const COMMON: Readonly<Record<CommonOption, RuleOption & {minimum: number}>> = {
  warmUp: {default: 0, minimum: 0, description: 'Training steps before it is judged'},
  patience: {
    default: 1,
    minimum: 1,
    description: 'Windows in a row that show it before it is found, or do not before it goes',
  },
};

/**
 * Defines a rule for `ActivationMonitor`'s option `rules`.
 *
 * ```ts
 * const largeOutputs = defineRule({
 *   id: 'large-outputs',
 *   description: 'Units whose mean output is large',
 *   options: {limit: 10},
 *   check: ({snapshot, options}) =>
 *     snapshot.layers
 *       .filter(({mean}) => mean.some(each => each > options.limit))
 *       .map(({name}) => ({severity: 'warning', layer: name, message: 'outputs are large'})),
 * });
 * ```
 * @throws if a field is unknown, missing or of the wrong type.
 */
export function defineRule<Name extends string = never>(definition: RuleDefinition<Name>): Rule {
  checkObject(OWNER, 'the definition', definition);
  const {id, description, link, options = {}, check} = definition as RuleDefinition<string>;
  if (typeof id !== 'string' || !/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(id)) {
    throw new Error(`${OWNER}: id must be in kebab-case, such as 'too-wide', got ${describe(id)}`);
  }
  checkKnown(id, 'field', Object.keys(definition), FIELDS);
  if (typeof description !== 'string' || description === '') {
    throw new Error(`${id}: description must be a sentence, got ${describe(description)}`);
  }
  if (link !== undefined && !(typeof link === 'string' && /^https:\/\/[^\s/]\S*$/.test(link))) {
    throw new Error(`${id}: link must be an https URL, got ${describe(link)}`);
  }
  if (typeof check !== 'function') {
    throw new Error(`${id}: check must be a function, got ${describe(check)}`);
  }
  checkObject(id, 'options', options);
  const own = Object.entries(options).map(([name, option]) => [name, toOption(id, name, option)]);
  const all: Record<string, RuleOption> = {...COMMON, ...Object.fromEntries(own)};
  const completed = Object.entries(all).map(([name, {default: value, description, minimum}]) => {
    const common: RuleOption | undefined = commonOption(name);
    const text = description ?? common?.description;
    const option = {
      default: checkRuleOption(id, name, value, minimum),
      ...(text && {description: text}),
      ...(minimum !== undefined && {minimum}),
    };
    return [name, Object.freeze(option)] as const;
  });
  return Object.freeze({
    id,
    description,
    ...(link === undefined ? {} : {link}),
    options: Object.freeze(Object.fromEntries(completed)),
    check,
  });
}

/**
 * The value of a rule's option, checked.
 * @throws if it is not a finite number, too small, or, of an option that all rules have, no whole one.
 */
export function checkRuleOption(
  id: string,
  name: string,
  value: unknown,
  minimum = -Infinity,
): number {
  const common = commonOption(name);
  const least = common?.minimum ?? minimum;
  const fits = common ? Number.isInteger(value) : Number.isFinite(value);
  if (fits && (value as number) >= least) return value as number;
  const kind = common ? 'a whole number' : 'a finite number';
  const accepted = least === -Infinity ? kind : `${kind} of at least ${least}`;
  throw new Error(`${id}: ${name} must be ${accepted}, got ${describe(value)}`);
}

function commonOption(name: string): (RuleOption & {minimum: number}) | undefined {
  return Object.hasOwn(COMMON, name) ? COMMON[name as CommonOption] : undefined;
}

function toOption(id: string, name: string, option: unknown): RuleOption {
  if (typeof option !== 'object') return {default: option as number};
  checkObject(id, `options.${name}`, option);
  checkKnown(id, `field in options.${name}`, Object.keys(option), OPTION_FIELDS);
  const {description, minimum} = option;
  if (minimum !== undefined && !Number.isFinite(minimum)) {
    throw new Error(
      `${id}: options.${name}.minimum must be a finite number, got ${describe(minimum)}`,
    );
  }
  if (description !== undefined && typeof description !== 'string') {
    throw new Error(
      `${id}: options.${name}.description must be a text, got ${describe(description)}`,
    );
  }
  return option as unknown as RuleOption;
}
