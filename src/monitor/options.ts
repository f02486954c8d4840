import {checkKnown, describe} from '../errors.js';
import {configureRules} from './configure-rules.js';
import type {ConfiguredRule, RuleEntry} from './configure-rules.js';
import {consoleReporter} from './reporters/index.js';
import {REVIVABLE_RULES} from './revival.js';
import type {ReviveSettings} from './revival.js';
import {recommendedRules} from './rules/index.js';
import type {Finding, Reporter} from './types.js';

/** The options of an `ActivationMonitor`. */
export interface ActivationMonitorOptions {
  /**
   * Every how many training batches to watch. 'auto', the default: each until every unit has been
   * seen in 300 samples, then as seldom as the budget asks.
   */
  every?: 'auto' | number;
  /** The share of the training time that 'auto' may take in the long run. Default: 0.01. */
  overheadBudget?: number;
  /** The names of the layers to watch. Default: all that can be. */
  layers?: readonly string[];
  /**
   * What to judge by: ids of built-in rules, rules, or either with options, as in
   * `['dead-units', {samples: 1000}]`. A later entry replaces an earlier one of the same id. Default:
   * `recommendedRules`, which is all that are built in.
   */
  rules?: readonly RuleEntry[];
  /** Who shows what is seen. Default: a table on the console at the end of training. */
  reporters?: readonly Reporter[];
  /** Called for each rule and layer when it is first found, and when it becomes more severe. */
  onFinding?: (finding: Finding) => void;
  /** Ids of rules in force that end training when they find something, such as ['non-finite']. */
  stopOn?: readonly string[];
  /**
   * Starts dead units anew while the model trains, as `reviveUnits` does: `true`, or any of `rules`,
   * `maxShare` and `cooldown`, as in `{cooldown: 500}`. Default: false, and no weight is changed.
   *
   * `rules` are 'dead-units' (the default), 'saturated-units' or both. At a time, at most `maxShare` (1)
   * of a layer's units are revived, and at least one; `cooldown` (100) is the least number of training
   * steps from one time to the next. In the last 300 samples of `fit` nothing is revived, since it
   * would not be trained.
   */
  revive?: boolean | Partial<ReviveSettings>;
}

/** Options that are checked and complete. */
export type Settings = Required<
  Omit<ActivationMonitorOptions, 'layers' | 'onFinding' | 'rules' | 'revive'>
> &
  Pick<ActivationMonitorOptions, 'layers' | 'onFinding'> & {
    readonly rules: readonly ConfiguredRule[];
    /** Absent where no units are to be revived. */
    readonly revive: ReviveSettings | undefined;
  };

const OWNER = 'ActivationMonitor';

interface Kind {
  readonly accepted: string;
  readonly fits: (value: unknown) => boolean;
}

const REPORTER_METHODS: readonly (keyof Reporter)[] = [
  'onTrainBegin',
  'onSnapshot',
  'onFinding',
  'onTrainEnd',
];

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;
const isListOf = (fits: (value: unknown) => boolean) => (value: unknown) =>
  Array.isArray(value) && value.every(fits);
const isName = (value: unknown): boolean => typeof value === 'string';
const isFunction = (value: unknown): boolean => typeof value === 'function';

function isReporter(value: unknown): boolean {
  if (!isObject(value)) return false;
  const methods = REPORTER_METHODS.map(name => (value as Record<string, unknown>)[name]);
  const given = methods.filter(method => method !== undefined);
  return given.length > 0 && given.every(isFunction);
}

/** Names that look like those of a reporter's methods. An object of a class may have others of its own. */
function methodsOf(reporter: object): string[] {
  const isPlain = Object.getPrototypeOf(reporter) === Object.prototype;
  return isPlain ? Object.keys(reporter).filter(name => /^on[A-Z]/.test(name)) : [];
}

/** What each option may be; all of them may be absent. */
const KINDS: Readonly<Record<keyof ActivationMonitorOptions, Kind>> = {
  every: {
    accepted: "'auto' or a positive whole number",
    fits: value => value === 'auto' || (Number.isInteger(value) && (value as number) > 0),
  },
  overheadBudget: {
    accepted: 'a number above 0 and at most 1',
    fits: value => typeof value === 'number' && value > 0 && value <= 1,
  },
  layers: {
    accepted: 'an array of one or more layer names',
    fits: value => isListOf(isName)(value) && (value as unknown[]).length > 0,
  },
  rules: {accepted: 'an array of ids and rules', fits: Array.isArray},
  reporters: {
    accepted: `an array of objects with one or more of the functions ${REPORTER_METHODS.join(', ')}`,
    fits: isListOf(isReporter),
  },
  onFinding: {accepted: 'a function', fits: isFunction},
  stopOn: {accepted: 'an array of rule ids', fits: isListOf(isName)},
  revive: {
    accepted: 'true, false or an object',
    fits: value => typeof value === 'boolean' || (isObject(value) && !Array.isArray(value)),
  },
};

/** What each option of `revive` may be; all of them may be absent. */
const REVIVE_KINDS: Readonly<Record<keyof ReviveSettings, Kind>> = {
  rules: {
    accepted: 'an array of one or more rule ids',
    fits: value => isListOf(isName)(value) && (value as unknown[]).length > 0,
  },
  maxShare: {
    accepted: 'a number above 0 and at most 1',
    fits: value => typeof value === 'number' && value > 0 && value <= 1,
  },
  cooldown: {
    accepted: 'a positive whole number',
    fits: value => Number.isInteger(value) && (value as number) > 0,
  },
};

/** @throws if an option is unknown, of another type, or out of range. */
export function checkOptions(options: ActivationMonitorOptions): Settings {
  if (!isObject(options)) {
    throw new Error(`${OWNER}: options must be an object, got ${describe(options)}`);
  }
  checkEach(options, KINDS);
  const {every = 'auto', overheadBudget = 0.01, stopOn = [], layers, onFinding} = options;
  const rules = configureRules(options.rules ?? recommendedRules);
  const ids = rules.map(({rule}) => rule.id);
  checkKnown(OWNER, 'rule in stopOn', stopOn, ids);
  const reporters = options.reporters ?? [consoleReporter()];
  for (const each of reporters) {
    checkKnown(OWNER, 'method of a reporter', methodsOf(each), REPORTER_METHODS);
  }
  const revive = checkRevive(options.revive, ids);
  return {every, overheadBudget, stopOn, layers, onFinding, reporters, rules, revive};
}

/** `prefix` is what the options are part of. */
function checkEach(options: object, kinds: Readonly<Record<string, Kind>>, prefix = ''): void {
  const kind = prefix === '' ? 'option' : `option of ${prefix}`;
  checkKnown(OWNER, kind, Object.keys(options), Object.keys(kinds));
  for (const [name, {accepted, fits}] of Object.entries(kinds)) {
    const value = (options as Readonly<Record<string, unknown>>)[name];
    if (value === undefined || fits(value)) continue;
    const path = prefix === '' ? name : `${prefix}.${name}`;
    throw new Error(`${OWNER}: ${path} must be ${accepted}, got ${describe(value)}`);
  }
}

function checkRevive(
  given: ActivationMonitorOptions['revive'] = false,
  ids: readonly string[],
): ReviveSettings | undefined {
  if (given === false) return undefined;
  const options = given === true ? {} : given;
  checkEach(options, REVIVE_KINDS, 'revive');
  const {rules = [REVIVABLE_RULES[0]], maxShare = 1, cooldown = 100} = options;
  checkKnown(OWNER, 'rule in revive.rules', rules, REVIVABLE_RULES);
  checkKnown(OWNER, 'rule in revive.rules', rules, ids);
  return {rules, maxShare, cooldown};
}
