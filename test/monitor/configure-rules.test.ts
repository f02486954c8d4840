import {configureRules} from '../../src/monitor/configure-rules.js';
import type {RuleEntry} from '../../src/monitor/configure-rules.js';
import {checkOptions} from '../../src/monitor/options.js';
import {reportOf} from '../../src/monitor/report.js';
import {defineRule, recommendedRules} from '../../src/monitor/rules/index.js';
import {layerOf} from '../helpers/snapshots.js';

const mine = defineRule({
  id: 'mine',
  description: 'Something',
  options: {limit: 5},
  check: () => [],
});
const other = defineRule({...mine, check: () => []});

const optionsOf = (entries: RuleEntry[]) =>
  Object.fromEntries(configureRules(entries).map(({rule, options}) => [rule.id, options]));

test('applies all that are built in', () => {
  const applied = checkOptions({reporters: []}).rules.map(({rule}) => rule);
  expect(applied).toEqual(recommendedRules);
});

test('takes ids, rules, and either with options', () => {
  expect(optionsOf(['non-finite', mine])).toMatchObject({'non-finite': {}, mine: {limit: 5}});
  expect(optionsOf([['dead-units', {samples: 1000}]])).toMatchObject({
    'dead-units': {samples: 1000, warmUp: 0, patience: 1},
  });
  expect(optionsOf([[mine, {limit: 7, warmUp: 10}]])).toEqual({
    mine: {limit: 7, warmUp: 10, patience: 1},
  });
});

test('a later entry replaces an earlier one', () => {
  const entries: RuleEntry[] = [...recommendedRules, ['dead-units', {samples: 1000}], mine];
  const configured = configureRules(entries);
  expect(configured.map(({rule}) => rule.id)).toEqual([
    ...recommendedRules.map(({id}) => id),
    'mine',
  ]);
  expect(configured[0].options.samples).toBe(1000);
});

test('no rule may be applied', () => {
  expect(configureRules([])).toEqual([]);
});

test.each<[unknown, string]>([
  [['nan'], "ActivationMonitor: unknown rule in rules 'nan'; accepted: dead-units, "],
  [[['nan', {}]], "ActivationMonitor: unknown rule in rules 'nan'; accepted: dead-units, "],
  [[5], 'an entry of rules must be the id of a built-in rule, a rule, or [id or rule, {option'],
  [[null], 'an entry of rules must be the id of a built-in rule, a rule, or'],
  [[[]], 'an entry of rules with options must be [id or rule, {option: number}], got []'],
  [[['dead-units', 5]], 'an entry of rules with options must be [id or rule, {option: number}]'],
  [[{id: 'mine', description: 'x'}], 'mine: check must be a function, got undefined'],
  [
    [['dead-units', {sample: 5}]],
    "ActivationMonitor: dead-units: unknown option 'sample'; accepted: warmUp, patience, samples",
  ],
  [
    [['dead-units', {samples: NaN}]],
    'ActivationMonitor: dead-units: samples must be a finite number of at least 1, got NaN',
  ],
  [
    [['dead-units', {patience: 0}]],
    'ActivationMonitor: dead-units: patience must be a whole number of at least 1, got 0',
  ],
  [[mine, other], "ActivationMonitor: rules has two different rules called 'mine'"],
])('rejects %j', (entries, message) => {
  expect(() => configureRules(entries as RuleEntry[])).toThrow(message);
});

test('stopOn takes the ids of the rules in force', () => {
  expect(checkOptions({reporters: [], rules: [mine], stopOn: ['mine']}).stopOn).toEqual(['mine']);
  const stopOn = ['dead-units'];
  expect(() => checkOptions({reporters: [], rules: [mine], stopOn})).toThrow(
    "ActivationMonitor: unknown rule in stopOn 'dead-units'; accepted: mine",
  );
});

test('a report lists the units that the rules in force would call dead or saturated', () => {
  const layer = layerOf(2, {
    slope: [0, 0.04],
    quietSamples: [500, 0],
    min: [0, -1],
    max: [0, 1],
    samples: 500,
  });
  const listed = (entries: RuleEntry[]): object => {
    const rules = configureRules(entries);
    const nothing = {
      steps: 20,
      weights: [],
      curves: new Map(),
      findings: [],
      notWatched: [],
      problems: [],
    };
    const cost = {share: 0, every: 1};
    const [{dead, saturated}] = reportOf({...nothing, layers: [layer], cost, rules}).layers;
    return {dead, saturated};
  };
  expect(listed(['dead-units'])).toEqual({dead: [0], saturated: []});
  expect(listed([])).toEqual({dead: [0], saturated: []});
  expect(listed([['dead-units', {samples: 1000}]])).toEqual({dead: [], saturated: []});
  expect(listed([['saturated-units', {slope: 0.05}]])).toEqual({dead: [0], saturated: [1]});
});

test.each(['dead-units', 'dormant-units'])('%s asks for at least one sample', id => {
  expect(() => configureRules([[id, {samples: -1}]])).toThrow(
    `${id}: samples must be a finite number of at least 1, got -1`,
  );
});
