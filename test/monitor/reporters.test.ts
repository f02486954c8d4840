import {formatReport} from '../../src/monitor/reporters/index.js';
import {ranges, wrap} from '../../src/monitor/text.js';
import type {Finding, Report} from '../../src/monitor/types.js';

const nulls = [null, null] as unknown as number[];

const hidden: Report['layers'][number] = {
  name: 'hidden',
  activation: 'relu',
  units: 2,
  samples: 320,
  dead: [],
  saturated: [],
  mean: [1, 3],
  std: [0.5, 0.5],
  min: [0, 0],
  max: [4, 4],
  zeroShare: [0.25, 0.75],
  slope: [0.5, 0.25],
  lastFired: [9, 9],
};

const finding: Finding = {
  rule: 'dead-units',
  severity: 'error',
  layer: 'hidden',
  units: Array.from({length: 256}, (_, index) => 2 * index),
  message: '256 of 512 units did not fire',
  evidence: {},
  fixes: [{title: 'Lower the learning rate', code: `model.compile(${'x'.repeat(90)})`}],
};

function report(changes: Partial<Report>): Report {
  const cost = {share: 0.012, every: 1};
  return {ok: true, findings: [], layers: [hidden], notWatched: [], cost, ...changes};
}

test('shows the mean over the units', () => {
  expect(formatReport(report({})).split('\n')).toEqual([
    'layer   activation  units  samples  mean   std  zeros  slope  dead  saturated',
    'hidden  relu            2      320  2.00  0.50   50 %   0.38     0          0',
    '',
    'No dead, saturated or non-finite units found.',
    'Watching took 1.2 % of the time (every batch).',
  ]);
});

test.each([
  [{mean: [1, null] as number[], slope: null}, /1\.00 +0\.50 +50 % +– +– +–/],
  [{mean: nulls, std: nulls, zeroShare: nulls, slope: nulls}, /320 +– +– +– +– +0 +0/],
  [{samples: 299}, /299 +2\.00 .* not enough data/],
])('shows what %j leaves', (changes, row) => {
  expect(formatReport(report({layers: [{...hidden, ...changes}]}))).toMatch(row);
});

test('cuts a long list of units, and breaks long lines', () => {
  const lines = formatReport(report({findings: [finding]})).split('\n');
  expect(lines.slice(3)).toEqual([
    'error: dead-units in hidden',
    '  256 of 512 units did not fire',
    '  units 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 32, 34, 36, 38, … and 236 more',
    '  → Lower the learning rate:',
    `    model.compile(${'x'.repeat(90)})`,
    '',
    'Watching took 1.2 % of the time (every batch).',
  ]);
});

test('lists what it could not watch, but not what has no activation', () => {
  const notWatched = [
    {name: 'lstm', reason: 'recurrent', hasActivation: true},
    {name: 'flatten', reason: 'none', hasActivation: false},
  ];
  const text = formatReport(report({notWatched}));
  expect(text).toContain('Not watched: lstm (recurrent)');
  expect(text).not.toContain('flatten');
});

test.each([
  [[], Infinity, ''],
  [[0, 1, 2, 5], Infinity, '0–2, 5'],
  [[0, 2, 3, 4, 6], 1, '0, … and 4 more'],
])('ranges of %j, at most %d', (indices, limit, text) => {
  expect(ranges(indices, limit)).toBe(text);
});

test('wraps at spaces', () => {
  expect(wrap('one two three', 7)).toEqual(['one two', 'three']);
  expect(wrap('indivisible', 3)).toEqual(['indivisible']);
});
