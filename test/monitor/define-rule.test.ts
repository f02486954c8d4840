import {defineRule} from '../../src/monitor/rules/index.js';

const definition = {id: 'mine', description: 'Something', check: () => []};

test('a rule has the options that every rule has, and its own', () => {
  const check = (): never[] => [];
  const rule = defineRule({
    id: 'too-wide',
    description: 'Layers that are too wide',
    link: 'https://example.org/wide',
    options: {limit: 5, share: {default: 0.5, description: 'Share of the layer'}, patience: 3},
    check,
  });
  expect(rule).toMatchObject({
    id: 'too-wide',
    description: 'Layers that are too wide',
    link: 'https://example.org/wide',
    options: {
      warmUp: {default: 0, description: expect.stringContaining('steps')},
      patience: {default: 3, description: expect.stringContaining('Windows')},
      limit: {default: 5},
      share: {default: 0.5, description: 'Share of the layer'},
    },
  });
  expect(rule.check).toBe(check);
});

test('a rule cannot be changed', () => {
  const rule = defineRule({...definition, options: {limit: 5}});
  expect([rule, rule.options, rule.options.limit].map(Object.isFrozen)).toEqual([true, true, true]);
});

test('a rule is a definition too', () => {
  const rule = defineRule({...definition, options: {limit: 5, warmUp: 2}});
  expect(defineRule(rule)).toEqual(rule);
});

test.each<[unknown, string]>([
  [null, 'defineRule: the definition must be an object, got null'],
  [{...definition, id: 'TooWide'}, "defineRule: id must be in kebab-case, such as 'too-wide', got"],
  [{...definition, id: ''}, "defineRule: id must be in kebab-case, such as 'too-wide', got ''"],
  [{...definition, id: undefined}, 'defineRule: id must be in kebab-case'],
  [{...definition, description: ''}, "mine: description must be a sentence, got ''"],
  [{...definition, name: 'x'}, "mine: unknown field 'name'; accepted: id, description, link"],
  [{...definition, check: 5}, 'mine: check must be a function, got 5'],
  [{...definition, link: 'http://example.org'}, "mine: link must be an https URL, got 'http://"],
  [{...definition, link: 'javascript:x'}, "mine: link must be an https URL, got 'javascript:x'"],
  [{...definition, link: 'https://'}, "mine: link must be an https URL, got 'https://'"],
  [{...definition, options: []}, 'mine: options must be an object, got []'],
  [{...definition, options: {limit: NaN}}, 'mine: limit must be a finite number, got NaN'],
  [{...definition, options: {limit: '5'}}, "mine: limit must be a finite number, got '5'"],
  [{...definition, options: {limit: null}}, 'mine: options.limit must be an object, got null'],
  [{...definition, options: {limit: {}}}, 'mine: limit must be a finite number, got undefined'],
  [
    {...definition, options: {limit: {default: 1, maximum: 2}}},
    "mine: unknown field in options.limit 'maximum'; accepted: default, description, minimum",
  ],
  [
    {...definition, options: {limit: {default: 1, minimum: '0'}}},
    "mine: options.limit.minimum must be a finite number, got '0'",
  ],
  [
    {...definition, options: {limit: {default: 1, minimum: 2}}},
    'mine: limit must be a finite number of at least 2, got 1',
  ],
  [
    {...definition, options: {patience: {default: 0, minimum: 0}}},
    'mine: patience must be a whole number of at least 1, got 0',
  ],
  [
    {...definition, options: {limit: {default: 1, description: 2}}},
    'mine: options.limit.description must be a text, got 2',
  ],
  [{...definition, options: {patience: 0}}, 'mine: patience must be a whole number of at least 1'],
  [{...definition, options: {warmUp: 0.5}}, 'mine: warmUp must be a whole number of at least 0'],
])('rejects %j', (broken, message) => {
  expect(() => defineRule(broken as typeof definition)).toThrow(message);
});
