import {consoleReporter, formatReport} from '../../src/monitor/reporters/index.js';
import {sparkline} from '../../src/monitor/sparkline.js';
import {ranges, wrap} from '../../src/monitor/text.js';
import type {Report} from '../../src/monitor/types.js';
import {finding, histogramOf, layerReport, report} from '../helpers/reports.js';

const nulls = [null, null] as unknown as number[];

const many = finding({
  units: Array.from({length: 256}, (_, index) => 2 * index),
  fixes: [{title: 'Lower the learning rate', code: `model.compile(${'x'.repeat(90)})`}],
});

test('shows the mean over the units', () => {
  expect(formatReport(report()).split('\n')).toEqual([
    'layer   activation  units  samples  mean   std  zeros  slope  gradient  dead  saturated  outputs',
    'hidden  relu            2      640  2.00  0.50   50 %   0.38    3.0e-3     0          0  ▄         ▄█',
    '(Means over units, in steps 5–9 of 10.)',
    '',
    'No findings.',
    'Watching took 1.2 % of the time (every batch).',
  ]);
});

test.each<[Partial<Report['layers'][number]>, RegExp]>([
  [{mean: [1, null] as number[], slope: null}, /1\.00 +0\.50 +50 % +– +3\.0e-3 +– +– /],
  [{mean: nulls, std: nulls, zeroShare: nulls, slope: nulls}, /640 +– +– +– +– +3\.0e-3 +0 +0/],
  [{mean: [999_999, 999_999], std: [4e18, 4e18]}, / 999999\.00 +4\.0e\+18 +50 %/],
  [{samples: 299}, /299 +2\.00 .* not enough data +▄/],
  [{samples: 299, slope: null}, /–  +– +▄/],
  [{dead: [0], saturated: [1, 2]}, / 1 +2 /],
  [{gradient: null}, /0\.38 +– +0 +0/],
  [{gradient: [0, 0]}, /0\.38 +0 +0 +0/],
  [{histogram: []}, / 0 +0$/m],
  [{histogram: histogramOf([NaN, Infinity, -Infinity, 1])}, / 0 +0 +█$/m],
])('shows what %j leaves', (changes, row) => {
  expect(formatReport(report({layers: [layerReport(changes)]}))).toMatch(row);
});

test('fits into 110 columns where names are of usual length', () => {
  const changes = {
    name: 'dense_Dense1',
    activation: 'leakyRelu',
    units: 4096,
    samples: 60_000,
    mean: [-0.5],
    std: [10],
    zeroShare: [0.0012],
    histogram: histogramOf([-1000, -10, -0.1, 0, 1e-5, 0.1, 1000]),
  };
  const layers = [layerReport(changes), layerReport({...changes, samples: 10})];
  const lines = formatReport(report({layers})).split('\n');
  expect(Math.max(...lines.map(({length}) => length))).toBeLessThanOrEqual(110);
});

test('cuts a long list of units, and breaks long lines', () => {
  const lines = formatReport(report({findings: [many]})).split('\n');
  expect(lines.slice(4)).toEqual([
    'error: dead-units in hidden',
    '  1 of 2 units did not fire',
    '  units 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 32, 34, 36, 38, … and 236 more',
    '  → Lower the learning rate:',
    `    model.compile(${'x'.repeat(90)})`,
    '',
    'Watching took 1.2 % of the time (every batch).',
  ]);
});

test('the most severe comes first, else the order of the rules', () => {
  const findings = (['info', 'warning', 'error', 'warning'] as const).map((severity, index) =>
    finding({severity, layer: `layer${index}`}),
  );
  const text = formatReport(report({findings}));
  expect(text.match(/layer\d/g)).toEqual(['layer2', 'layer1', 'layer3', 'layer0']);
});

test('shows the code of a fix once', () => {
  const lines = ['const {loss} = model;', 'model.compile({optimizer, loss});'];
  const fixes = [
    {title: 'Lower the rate', code: lines.join('\n')},
    {title: 'Scale', code: 'x.div(2);'},
  ];
  const again = finding({layer: 'other', fixes});
  const other = finding({fixes: [{...fixes[0], code: 'model.compile(\n);'}]});
  const text = formatReport(report({findings: [finding({fixes}), again, other]}));
  expect(text.match(/ {2}→ [^]*?(?=\n\n)/g)).toEqual([
    `  → Lower the rate:\n    ${lines.join('\n    ')}\n  → Scale: x.div(2);`,
    '  → Lower the rate (as above)\n  → Scale: x.div(2);',
    '  → Lower the rate:\n    model.compile(\n    );',
  ]);
});

test('counts a unit that was revived again once', () => {
  const at = (step: number, units: number[]): NonNullable<Report['revived']>[number] => ({
    epoch: 0,
    step,
    layer: 'hidden',
    units,
    producer: 'hidden',
    consumers: ['last'],
  });
  const text = formatReport(report({revived: [at(9, [0, 1]), at(140, [1])]}));
  expect(text).toContain('Revived: 2 units of hidden, some of them again (after step 9, 140)');
});

test('lists what it could not watch, but not what has no activation, and what went wrong', () => {
  const notWatched = [
    {name: 'lstm', reason: 'recurrent', hasActivation: true},
    {name: 'flatten', reason: 'none', hasActivation: false},
  ];
  const text = formatReport(report({notWatched, problems: ['a reporter failed']}));
  expect(text).toContain('Not watched: lstm (recurrent)\nProblem: a reporter failed\n');
  expect(text).not.toContain('flatten');
});

describe('the console', () => {
  const {isTTY} = process.stdout;
  const {NO_COLOR} = process.env;
  let printed: string;
  beforeEach(() => {
    printed = '';
    delete process.env.NO_COLOR;
    jest.spyOn(console, 'log').mockImplementation((text: string) => (printed += text));
  });
  afterEach(() => {
    jest.restoreAllMocks();
    process.stdout.isTTY = isTTY;
    if (NO_COLOR !== undefined) process.env.NO_COLOR = NO_COLOR;
  });

  const findings = (['error', 'warning', 'info'] as const).map(severity => finding({severity}));
  const show = (): void => void consoleReporter().onTrainEnd!(report({findings}));

  test.each<[string, boolean, string | undefined]>([
    ['a terminal', true, undefined],
    ['a terminal where NO_COLOR is empty', true, ''],
  ])('has colours on %s', (_, isTTY, noColour) => {
    process.stdout.isTTY = isTTY;
    if (noColour !== undefined) process.env.NO_COLOR = noColour;
    show();
    expect(printed).toContain('\u001b[31merror\u001b[39m: dead-units in hidden');
    expect(printed).toContain('\u001b[33mwarning\u001b[39m: ');
    expect(printed).toContain('\u001b[36minfo\u001b[39m: ');
  });

  test.each<[string, boolean, string | undefined]>([
    ['a terminal where NO_COLOR is set', true, '1'],
    ['anything else', false, undefined],
  ])('has none on %s', (_, isTTY, noColour) => {
    process.stdout.isTTY = isTTY;
    if (noColour !== undefined) process.env.NO_COLOR = noColour;
    show();
    expect(printed).toBe(`\n${formatReport(report({findings}))}\n`);
    expect(printed).not.toContain('\u001b');
  });

  test.each([
    ['no process', undefined],
    ['a process of a bundler', {}],
  ])('is plain where there is %s', (_, process) => {
    const replaced = jest.replaceProperty(globalThis, 'process', process as NodeJS.Process);
    try {
      show();
    } finally {
      replaced.restore();
    }
    expect(printed).toBe(`\n${formatReport(report({findings}))}\n`);
  });
});

test.each([
  [[], 12, ''],
  [[0, 0], 12, ''],
  [[0, 3, 0], 12, '█'],
  [[8, 0, 1, 4, 5], 12, '█ ▁▄▅'],
  [[0, 1, 1, 1, 1, 8], 3, '▂▂█'],
])('sparkline of %j, at most %d wide', (counts, width, blocks) => {
  expect(sparkline(counts, width)).toBe(blocks);
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
