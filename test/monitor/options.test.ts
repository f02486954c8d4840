import {ActivationMonitor} from '../../src/index.js';

test.each([
  [{every: 0}, "every must be 'auto' or a positive whole number, got 0"],
  [{every: 1.5}, "every must be 'auto' or a positive whole number, got 1.5"],
  [{every: null}, "every must be 'auto' or a positive whole number, got null"],
  [{every: '3'}, "every must be 'auto' or a positive whole number, got '3'"],
  [{overheadBudget: 0}, 'overheadBudget must be a number above 0 and at most 1, got 0'],
  [{overheadBudget: 1.1}, 'overheadBudget must be a number above 0 and at most 1, got 1.1'],
  [{overheadBudget: NaN}, 'overheadBudget must be a number above 0 and at most 1, got NaN'],
  [{overheadBudget: '0.1'}, "overheadBudget must be a number above 0 and at most 1, got '0.1'"],
  [{layers: 'h'}, "layers must be an array of one or more layer names, got 'h'"],
  [{layers: [1]}, 'layers must be an array of one or more layer names, got [1]'],
  [{layers: []}, 'layers must be an array of one or more layer names, got []'],
  [{reporters: 'x'}, "reporters must be an array of objects .*, got 'x'"],
  [{reporters: {}}, 'reporters must be an array of objects .*, got {}'],
  [{reporters: [null]}, 'reporters must be an array of objects .*, got \\[null\\]'],
  [{reporters: [{onTrainEnd: 1}]}, 'reporters must be an array of objects .*, got'],
  [{reporters: [{}]}, 'reporters must be an array of objects .*, got'],
  [
    {reporters: [{onTrainend: () => undefined, onFinding: () => undefined}]},
    "unknown method of a reporter 'onTrainend'; accepted: onTrainBegin, onSnapshot, onFinding",
  ],
  [{onFinding: 'x'}, "onFinding must be a function, got 'x'"],
  [{stopOn: 'non-finite'}, "stopOn must be an array of rule ids, got 'non-finite'"],
  [{stopOn: null}, 'stopOn must be an array of rule ids, got null'],
  [{stopOn: ['nan']}, "unknown rule in stopOn 'nan'; accepted: dead-units, saturated-units"],
  [{revive: 1}, 'revive must be true, false or an object, got 1'],
  [{revive: null}, 'revive must be true, false or an object, got null'],
  [{revive: []}, 'revive must be true, false or an object, got []'],
  [{revive: {share: 1}}, "unknown option of revive 'share'; accepted: rules, maxShare, cooldown"],
  [{revive: {maxShare: 0}}, 'revive.maxShare must be a number above 0 and at most 1, got 0'],
  [{revive: {cooldown: 0.5}}, 'revive.cooldown must be a positive whole number, got 0.5'],
  [{revive: {rules: []}}, 'revive.rules must be an array of one or more rule ids, got []'],
  [{revive: {rules: ['non-finite']}}, "unknown rule in revive.rules 'non-finite'; accepted: dead"],
  [
    {revive: true, rules: ['non-finite']},
    "unknown rule in revive.rules 'dead-units'; accepted: non",
  ],
  [{colour: 1}, "unknown option 'colour'; accepted: every, overheadBudget"],
  [null, 'options must be an object, got null'],
  ['x', "options must be an object, got 'x'"],
])('rejects the options %j', (options, message) => {
  const pattern = message.includes('.*') ? message : message.replace(/[[\]]/g, '\\$&');
  expect(() => new ActivationMonitor(options as object)).toThrow(
    new RegExp(`ActivationMonitor: ${pattern}`),
  );
});

test('takes an option that is undefined as absent', () => {
  const options = {every: undefined, layers: undefined, reporters: undefined, stopOn: undefined};
  expect(new ActivationMonitor(options).report().cost.every).toBe(1);
});

test('says before training how often it will look', () => {
  expect(new ActivationMonitor({every: 3}).report().cost).toEqual({share: 0, every: 3});
});
