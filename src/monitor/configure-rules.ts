import {checkKnown, describe} from '../errors.js';
import {checkRuleOption, defineRule, recommendedRules} from './rules/index.js';
import type {Rule} from './rules/index.js';

/** A rule and the values of all its options. */
export interface ConfiguredRule {
  readonly rule: Rule;
  readonly options: Readonly<Record<string, number>>;
}

/** A rule to apply: the id of a built-in one or a rule, alone or with values for its options. */
export type RuleEntry =
  string | Rule | readonly [rule: string | Rule, options: Readonly<Record<string, number>>];

const OWNER = 'ActivationMonitor';

/**
 * The rules to apply. A later entry replaces an earlier one of the same id.
 * @throws if an entry is none, an id or option unknown, a value not accepted, or if two different
 * rules have one id.
 */
export function configureRules(entries: readonly RuleEntry[]): ConfiguredRule[] {
  const configured = new Map<string, ConfiguredRule>();
  for (const entry of entries) {
    const [given, values] = Array.isArray(entry) ? pairOf(entry) : [entry, {}];
    const rule = ruleOf(given);
    const earlier = configured.get(rule.id);
    if (earlier && earlier.rule.check !== rule.check) {
      throw new Error(
        `${OWNER}: rules has two different rules called '${rule.id}'; leave one of them out`,
      );
    }
    configured.set(rule.id, {rule, options: optionsOf(rule, values)});
  }
  return [...configured.values()];
}

/** The options of one of the rules, or its defaults where it is not applied. */
export function optionsIn(
  rules: readonly ConfiguredRule[],
  wanted: Rule,
): ConfiguredRule['options'] {
  const found = rules.find(({rule}) => rule.id === wanted.id);
  return found?.options ?? optionsOf(wanted, {});
}

function pairOf(entry: readonly unknown[]): [unknown, Record<string, unknown>] {
  const [rule, options] = entry;
  const isPair = entry.length === 2 && typeof options === 'object' && options !== null;
  if (isPair) return [rule, options as Record<string, unknown>];
  throw new Error(
    `${OWNER}: an entry of rules with options must be [id or rule, {option: number}], ` +
      `got ${describe(entry)}`,
  );
}

function ruleOf(given: unknown): Rule {
  if (typeof given === 'string') {
    const ids = recommendedRules.map(({id}) => id);
    checkKnown(OWNER, 'rule in rules', [given], ids);
    return recommendedRules[ids.indexOf(given)];
  }
  if (typeof given === 'object' && given !== null && !Array.isArray(given)) {
    const rule = given as Rule;
    return recommendedRules.includes(rule) ? rule : defineRule(rule);
  }
  throw new Error(
    `${OWNER}: an entry of rules must be the id of a built-in rule, a rule, or ` +
      `[id or rule, {option: number}], got ${describe(given)}`,
  );
}

function optionsOf(rule: Rule, values: Readonly<Record<string, unknown>>): Record<string, number> {
  const owner = `${OWNER}: ${rule.id}`;
  checkKnown(owner, 'option', Object.keys(values), Object.keys(rule.options));
  const options = Object.entries(rule.options).map(([name, {default: fallback, minimum}]) => {
    const value = values[name] === undefined ? fallback : values[name];
    return [name, checkRuleOption(owner, name, value, minimum)] as const;
  });
  return Object.freeze(Object.fromEntries(options)) as Record<string, number>;
}
