import {HISTOGRAM_BINS} from '../../src/monitor/histogram-bins.js';
import {Recording, renderReport} from '../../src/monitor/reporters/html/index.js';
import {markup} from '../../src/monitor/reporters/html/markup.js';
import {formatNumber} from '../../src/monitor/reporters/html/numbers.js';
import {channelsOf, DARK, levelsOf, LIGHT} from '../../src/monitor/reporters/html/palette.js';
import type {Finding, LayerSnapshot, Report, Snapshot} from '../../src/monitor/types.js';
import {revivals} from '../helpers/reports.js';
import {watchedRun} from '../helpers/watched-run.js';
import type {WatchedRun} from '../helpers/watched-run.js';

const ended = new Date('2026-01-02T03:04:05Z');
const began = new Date('2026-01-02T03:00:00Z');
const title = 'Activations';

function pageOf({snapshots, report}: Pick<WatchedRun, 'snapshots' | 'report'>): string {
  const recording = new Recording();
  for (const snapshot of snapshots) recording.add(snapshot);
  return renderReport({title, records: recording.records, report, began, ended});
}

/** What a regular expression's first group captures, everywhere. */
function all(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, group]) => group);
}

const run = watchedRun();
const page = pageOf(run);
const hidden = run.report.layers.find(({name}) => name === 'hidden')!;

/** The run with every layer of every snapshot, and of the report, changed. */
function changed(
  changes: Partial<LayerSnapshot>,
  {snapshots, report}: WatchedRun = watchedRun({epochs: 2, units: 4}),
): Pick<WatchedRun, 'snapshots' | 'report'> {
  return {
    snapshots: snapshots.map(each => ({
      ...each,
      layers: each.layers.map(layer => ({...layer, ...changes})),
    })),
    report: {...report, layers: report.layers.map(layer => ({...layer, ...changes}))},
  };
}

const empty: Report = {
  ok: true,
  steps: 0,
  findings: [],
  layers: [],
  weights: [],
  notWatched: [],
  problems: [],
  cost: {share: 0, every: 1},
};

const finding: Finding = {
  rule: 'some-rule',
  severity: 'info',
  layer: 'hidden',
  message: 'message',
  evidence: {},
  fixes: [],
};

describe('revived units', () => {
  test('have a section, with those that were left as they are', () => {
    const text = pageOf({...run, report: {...run.report, ...revivals}});
    const section = text.slice(text.indexOf('<section id="revived"'));
    const words = section.slice(0, section.indexOf('</section>')).replace(/<[^>]*>/g, ' ');
    expect(words.replace(/\s+/g, ' ')).toMatch(
      /Revived units .* hidden 2 0–1 1 12 made next, other output 1 unit not revived: an output of the model/,
    );
    expect(text).toContain('href="#revived"');
  });

  test('have none where there are none', () => {
    expect(page).not.toContain('id="revived"');
    expect(pageOf({...run, report: {...run.report, revived: [], notRevived: []}})).toBe(page);
  });
});

describe('the page', () => {
  test('holds all that it needs, runs no script and asks no network', () => {
    expect(page).toMatch(/^<!doctype html>/);
    expect(all(page, /http-equiv="Content-Security-Policy" content="([^"]*)"/g)).toEqual([
      expect.stringContaining('default-src &#39;none&#39;'),
    ]);
    expect(page).not.toMatch(/<script|<iframe|<img|\ssrc=|@import|url\((?!#)|\son\w+=|\sstyle=/i);
    expect(all(page, /<link [^>]*href="([^"]*)"/g)).toEqual(['data:,']);
  });

  test('has its headings in order', () => {
    const depths = all(page, /<h([1-6])[ >]/g).map(Number);
    expect(depths[0]).toBe(1);
    expect(depths.filter(depth => depth === 1)).toHaveLength(1);
    expect(depths.filter((depth, index) => depth > (depths[index - 1] ?? 0) + 1)).toEqual([]);
  });

  test('names every picture, table and region, and leads only to what exists', () => {
    const pictures = all(page, /<svg ([^>]*)>/g);
    expect(
      pictures.filter(each => !/role="img" aria-label="[^"]+"|aria-hidden="true"/.test(each)),
    ).toEqual([]);
    const tables = page.split('<table>').slice(1);
    expect(tables.length).toBeGreaterThan(8);
    expect(tables.filter(each => !/^\s*<caption><span>[^<]/.test(each))).toEqual([]);
    expect(all(page, /<th ([^>]*)>/g).filter(each => !/scope="(col|row)"/.test(each))).toEqual([]);
    const scrolling = all(page, /<div class="scroll"([^>]*)>/g);
    expect(scrolling).toHaveLength(tables.length);
    expect(
      scrolling.filter(each => !/role="region" aria-label="[^"]+" tabindex="0"/.test(each)),
    ).toEqual([]);
    const ids = all(page, /\sid="([^"]*)"/g);
    expect(new Set(ids).size).toBe(ids.length);
    const targets = [
      ...all(page, /(?:href="|url\()#([^")]*)/g),
      ...all(page, /aria-labelledby="([^"]*)"/g),
    ];
    expect(targets.filter(target => !ids.includes(target))).toEqual([]);
    expect(page).toMatch(/<body>\s*<a class="skip" href="#content">/);
  });

  test('says first what was found, the most severe before the others', () => {
    const notes = [finding, ...run.report.findings];
    const text = pageOf({...run, report: {...run.report, findings: notes}});
    expect(all(text, /class="card finding (\w+)"/g)).toEqual(['warning', 'info', 'info']);
    expect(text).toMatch(/class="verdict warning"><span[^>]*>[^<]*<\/span>1 warning, 2 notes</);
    expect(text.indexOf('id="findings"')).toBeLessThan(text.indexOf('id="training"'));
    expect(text).toContain('42 units: 1–2, 4–5');
    expect(text).toContain('<div><dt>firing rate bound</dt><dd>0.003</dd></div>');
    expect(text).toMatch(/<pre><code>[^<]*model\.add\(tf\.layers\.batchNormalization\(\)\);/);
    expect(text).toContain('href="https://arxiv.org/');
    expect(text).toContain('First found in epoch 29, step 1199');
  });

  test('lists what was found where that is more than one thing, and folds the fixes of notes', () => {
    const fixes = [{title: 'Do this'}];
    const pageWith = (...findings: Finding[]) =>
      pageOf({...run, report: {...run.report, findings}});
    const note = {...finding, fixes, units: [2, 5]};
    const text = pageWith(note, {...finding, severity: 'error', rule: 'other-rule', fixes});
    expect(all(text, /<a href="#(finding-\d">[\w-]+) in </g)).toEqual([
      'finding-0">other-rule',
      'finding-1">some-rule',
    ]);
    expect(text).toMatch(/<span class="quiet">2 units<\/span>/);
    expect(text).toMatch(/<h4>What to do[^<]*<\/h4><ol>/);
    expect(text).toMatch(/<details><summary>What to do[^<]*<\/summary><ol>/);
    expect(pageWith(note)).not.toMatch(/<a href="#finding-/);
  });

  test.each([
    [[-1, -1, -1, -1], 'never (all 4)'],
    [[7, -1, 7], '7, never, 7'],
    [[3, 3], '3, 3'],
    [
      Array.from({length: 14}, (_, step) => step),
      '0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, … and 2 more',
    ],
  ])('tells evidence of %j as %s', (lastFired, words) => {
    const findings = [{...finding, evidence: {lastFired}}];
    const text = pageOf({...run, report: {...run.report, findings}});
    expect(text).toContain(`<dt>last fired</dt><dd>${words}</dd>`);
  });

  test.each([
    ['hardly moves', [2.3071, 2.3093, 2.31, 2.3101]],
    ['does not move', [2.3, 2.30000001, 2.3, 2.3]],
    ['is large', [123456.1, 123556.4, 123654.2, 123454.9]],
    ['is small', [1.23e-5, 1.24e-5, 1.25e-5, 1.2e-5]],
  ])('has labels that differ for a loss that %s', (_, losses) => {
    const snapshots = run.snapshots
      .slice(0, losses.length)
      .map((each, index) => ({...each, logs: {loss: losses[index]}}));
    const text = pageOf({...run, snapshots});
    const training = text.slice(text.indexOf('id="training"'), text.indexOf('id="layers"'));
    const labels = all(training, /text-anchor="end">([^<]*)/g);
    expect(labels.length).toBeGreaterThan(2);
    expect(new Set(labels).size).toBe(labels.length);
    expect(Math.max(...labels.map(({length}) => length))).toBeLessThanOrEqual(8);
  });

  test('shows what was watched, what it took and what went wrong', () => {
    const problems = ['a reporter failed: disk full'];
    const text = pageOf({...run, report: {...run.report, problems}});
    expect(text).toContain('1.2 % of the time (every 4 batches)');
    expect(text).toContain('4 min 5 s');
    expect(text).toContain('2026-01-02 03:04 UTC');
    expect(text).toContain('<li>a reporter failed: disk full</li>');
    expect(text).toContain('a recurrent layer calls its activation inside');
    expect(text).toContain('2 layers without an activation to watch');
  });

  test('is small', () => {
    expect(page.length).toBeLessThan(300_000);
  });
});

describe('a layer', () => {
  const section = page.slice(page.indexOf('id="layer-1"'), page.indexOf('id="layer-2"'));

  test('has its pictures, each told in words', () => {
    expect(all(section, /<figcaption>([^<]*)/g)).toEqual([
      'Units over time',
      'Outputs over time',
      'Dead units over time',
      'Gradients',
      'Zeros in training and validation',
      'Spread in training and validation',
    ]);
    expect(all(section, /aria-label="(Heat map[^"]*)"/g)).toEqual([
      expect.stringMatching(
        /^Heat map of 64 units of hidden over 30 snapshots: mean slope ÷ the largest\. Dead at the end: 1–2, /,
      ),
    ]);
    expect(section).toContain('Dead units of hidden: 0 at first, 42 at the end');
  });

  test('shows what its activation has learned, the start dashed', () => {
    const first = page.slice(page.indexOf('id="layer-0"'), page.indexOf('id="layer-1"'));
    expect(first).toContain('Activation as learned');
    expect(all(first, /class="line (before|after)" d="M[\d.]+ [\d.]+h0L/g)).toHaveLength(2 * 12);
    expect(first).toMatch(/>alpha<\/bdi><\/th><td class="number">64<\/td><td class="number">−0.1</);
  });

  test('hatches the cells of the units that are dead, from when they are', () => {
    const path = /fill="url\(#layer-1-hatch\)" d="([^"]*)"/.exec(section)![1];
    const runs = [...path.matchAll(/M(\d+) (\d+)h(\d+)v1/g)].map(([, ...all]) => all.map(Number));
    expect(new Set(runs.map(([, row]) => row))).toEqual(new Set(hidden.dead));
    expect(runs.every(([start, , length]) => start > 0 && start + length === 30)).toBe(true);
  });

  test('has every unit in a table', () => {
    const rows = all(section, /<tr><th scope="row" class="number">(\d+)<\/th>/g);
    expect(rows).toHaveLength(64);
    expect(section).toMatch(/class="number">1<\/th><td class="text">dead<\/td>/);
  });

  test('that is wide shares its rows out, and lists those units alone that matter', () => {
    const wide = watchedRun({epochs: 3, units: 1000});
    const text = pageOf(wide);
    expect(text).toContain('Units over time, 8 in a row');
    expect(all(text, /<title>(units from \d+)/g)).toHaveLength(3 * 125);
    expect(text).toContain('Units of which something is to be said');
    expect(text.length).toBeLessThan(500_000);
  });
});

describe('what is not there', () => {
  test('a run in which nothing was watched', () => {
    const text = renderReport({title, records: [], report: empty, ended});
    expect(text).toContain('Not enough was watched to judge');
    expect(text).toContain('Nothing was found.');
    expect(text).not.toMatch(/NaN|undefined|null|Infinity/);
  });

  test('a run without a finding', () => {
    const text = pageOf({...run, report: {...run.report, findings: [], ok: true}});
    expect(text).toMatch(/class="verdict ok"><span[^>]*>✓<\/span>No errors or warnings</);
  });

  test('one snapshot, shown as a dot', () => {
    const text = pageOf(watchedRun({epochs: 1}));
    expect(text).toContain('over 1 snapshot:');
    expect(all(text, /class="line first" d="M[\d.]+ [\d.]+h0(")/g).length).toBeGreaterThan(0);
    expect(text).not.toMatch(/NaN|undefined|Infinity/);
  });

  test.each([NaN, null])('numbers that are %p', none => {
    const nothing = [none, none, none, none] as number[];
    const text = pageOf(
      changed({
        mean: nothing,
        std: nothing,
        min: nothing,
        max: nothing,
        zeroShare: nothing,
        slope: nothing,
        firingRate: nothing,
        gradient: nothing,
        inputGradient: nothing,
      }),
    );
    expect(text).toContain('<td class="number">–</td>');
    expect(text).not.toMatch(/NaN|undefined|null|Infinity/);
  });

  test('slopes, gradients, validation and histograms', () => {
    const text = pageOf(
      changed({
        slope: null,
        largestSlope: null,
        firingRate: null,
        gradient: null,
        inputGradient: null,
        validation: null,
        histogram: [],
        weights: undefined,
      }),
    );
    expect(text).toContain('share of outputs that are not 0');
    expect(text).not.toMatch(/Outputs over time|Gradients|in training and validation</);
  });

  test('gradients that are 0 are told to be so', () => {
    const none = [0, 0, 0, 0];
    const dead = pageOf(changed({gradient: none, inputGradient: none}));
    expect(all(dead, /<figcaption>Gradients<\/figcaption>\s*<p[^>]*>([^:]*)/g)).toEqual(
      Array(3).fill('All were exactly 0'),
    );
    const blocked = pageOf(changed({inputGradient: none}));
    expect(blocked).toContain('∂loss/∂input of the activation: 0 throughout');
    expect(page).not.toContain('0 throughout');
  });

  test('units that always give something, of which nothing more is known', () => {
    const nothing = {slope: null, largestSlope: null, firingRate: null};
    const text = pageOf(changed({...nothing, zeroShare: [0, 0, 0, 0]}));
    expect(text).not.toContain('Units over time');
  });

  test('a count of dead units before there are samples enough', () => {
    const dying = watchedRun({epochs: 4, units: 8});
    const [first, ...others] = dying.snapshots;
    const early = {...first, layers: first.layers.map(layer => ({...layer, samples: 100}))};
    const text = pageOf({...dying, snapshots: [early, ...others]});
    const chart = text.slice(text.indexOf('Dead units over time'));
    const [start] = all(chart, /class="line first" d="M([\d.]+)/g);
    const epochs = all(chart, /<text x="([\d.]+)"[^>]*text-anchor="middle">\d/g);
    expect(start).toBe(epochs[1]);
  });

  test('the epochs of a loop of one’s own, whose snapshots are named by their steps', () => {
    const looped = run.snapshots.map(each => ({...each, epoch: 0, logs: undefined}));
    const text = pageOf({...run, snapshots: looped});
    expect(text).not.toContain('id="training"');
    expect(text).toMatch(/text-anchor="middle">step of each snapshot</);
    expect(text).not.toMatch(/text-anchor="middle">epoch</);
  });

  test('a layer that some snapshots lack', () => {
    const [first, ...others] = run.snapshots;
    const text = pageOf({...run, snapshots: [{...first, layers: []}, ...others]});
    expect(text).not.toMatch(/NaN|undefined/);
  });
});

describe('a histogram', () => {
  test.each([
    ['nan', NaN, 'NaN'],
    ['infinite', Infinity, '+∞'],
    ['infinite', -Infinity, '−∞'],
  ])('has a row for what is %s where it occurred: %d', (kind, low, label) => {
    const place = HISTOGRAM_BINS.findIndex(bin => bin.kind === kind && Object.is(bin.low, low));
    const histogram = HISTOGRAM_BINS.map((_, index) => Number(index === place));
    const text = pageOf(changed({histogram}));
    expect(text).toContain(`some were ${label}.`);
    expect(text).toContain(`text-anchor="end">${label}</text>`);
    expect(page).not.toContain(`text-anchor="end">${label}</text>`);
  });

  test('draws together what is smaller than 16 powers of two below the largest', () => {
    const histogram = HISTOGRAM_BINS.map(({kind, low}) => Number(kind === 'number' && low > 0));
    const text = pageOf(changed({histogram}));
    const picture = text.slice(text.indexOf('Histogram of the outputs'));
    const rows = all(picture.slice(0, picture.indexOf('</svg>')), /M0 (\d+)h2v1/g).map(Number);
    expect([...rows].sort((a, b) => a - b)).toEqual(Array.from({length: 16}, (_, row) => row));
  });
});

describe('escaping', () => {
  const hostile = `<script>alert(1)</script>"onmouseover='x'&amp;ünïcode 層`;
  const escaped =
    '&lt;script&gt;alert(1)&lt;/script&gt;&quot;onmouseover=&#39;x&#39;&amp;amp;ünïcode 層';

  /** Whatever a text can be put into, it is put into. */
  function poisoned(): string {
    const {snapshots, report} = watchedRun({epochs: 2, units: 4});
    const poison = <T extends {name: string}>(layer: T): T => ({
      ...layer,
      name: hostile,
      activation: hostile,
      weights: {[hostile]: [1]},
    });
    const content: Report = {
      ...report,
      layers: report.layers.slice(0, 1).map(poison),
      weights: report.weights.map(weight => ({...weight, layer: hostile, name: hostile})),
      notWatched: [true, false].map(hasActivation => ({
        name: hostile,
        reason: hostile,
        hasActivation,
      })),
      problems: [hostile],
      revived: [
        {
          ...{layer: hostile, units: [0], producer: hostile, consumers: [hostile]},
          ...{epoch: 0, step: 0},
        },
      ],
      notRevived: [{layer: hostile, units: [0], reason: hostile}],
      findings: [
        {
          rule: hostile,
          severity: 'error',
          layer: hostile,
          message: hostile,
          evidence: {[hostile]: hostile, list: [hostile], object: {hostile}},
          fixes: [{title: hostile, code: hostile}],
          link: `https://example.com/${hostile}`,
        },
      ],
    };
    const recording = new Recording();
    for (const snapshot of snapshots) {
      const layers = snapshot.layers.slice(0, 1).map(poison);
      recording.add({...snapshot, layers, logs: {[hostile]: 1}});
    }
    return renderReport({title: hostile, records: recording.records, report: content, ended});
  }

  test('leaves no name or text as it was', () => {
    const text = poisoned();
    expect(text.split(escaped).length).toBeGreaterThan(30);
    expect(text).not.toMatch(/<script|"onmouseover|'x'/i);
    const tags = new Set(all(text, /<([a-z]\w*)/gi));
    expect([...tags].filter(tag => !page.includes(`<${tag}`))).toEqual([]);
  });

  test('gives a link to the web alone', () => {
    const links = ['javascript:alert(1)', 'data:text/html,x', ' https://example.com'];
    const text = pageOf({
      ...run,
      report: {...run.report, findings: links.map(link => ({...finding, link}))},
    });
    expect(text).toContain('Read more: javascript:alert(1)');
    expect(all(text, /href="([^#"][^"]*)"/g)).toEqual(['data:,']);
  });

  test('of templates within templates happens once', () => {
    expect(
      markup`<p>${markup`<b>${'<&>'}</b>`}${[1, 'a"']}${null}${undefined}${false}</p>`.text,
    ).toBe('<p><b>&lt;&amp;&gt;</b>1a&quot;</p>');
  });
});

describe('a long run', () => {
  function recorded(length: number): readonly {step: number}[] {
    const recording = new Recording();
    const [snapshot] = run.snapshots;
    for (let step = 0; step < length; step++) recording.add({...snapshot, step, layers: []});
    return recording.records;
  }

  test.each([1, 2, 200, 201, 202, 300, 1000, 5000])('of %d snapshots keeps at most 201', length => {
    const steps = recorded(length).map(({step}) => step);
    expect(steps.length).toBeLessThanOrEqual(201);
    expect(steps.length).toBeGreaterThanOrEqual(Math.min(length, 100));
    expect([steps[0], steps[steps.length - 1]]).toEqual([0, length - 1]);
    const strides = new Set(steps.slice(1, -1).map((step, index) => step - steps[index]));
    expect(strides.size).toBeLessThanOrEqual(1);
  });

  test('of 300 snapshots makes no large page', () => {
    const long = watchedRun({epochs: 300, units: 16});
    expect(pageOf(long).length).toBeLessThan(500_000);
  });

  test('holds on to no snapshot', () => {
    const recording = new Recording();
    const [snapshot] = watchedRun({epochs: 1, units: 1000}).snapshots;
    recording.add(snapshot);
    const [record] = recording.records;
    const rows = [...record.layers.values()].flatMap(layer => [
      layer.deadShare.length,
      layer.rows.nonZero.length,
    ]);
    expect(Math.max(...rows)).toBeLessThanOrEqual(128);
  });
});

describe.each([
  ['light', LIGHT],
  ['dark', DARK],
])('the colours of the %s scheme', (_, palette) => {
  /** As https://www.w3.org/TR/WCAG21/#dfn-contrast-ratio has it. */
  function contrast(a: string, b: string): number {
    const [low, high] = [a, b].map(luminance).sort((x, y) => x - y);
    return (high + 0.05) / (low + 0.05);
  }

  function luminance(colour: string): number {
    const [red, green, blue] = channelsOf(colour)
      .map(channel => channel / 255)
      .map(share => (share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  }

  test.each(['text', 'muted', 'accent', 'error', 'warning', 'info', 'ok'] as const)(
    '%s is readable on all that may lie behind it',
    name => {
      for (const behind of [palette.page, palette.surface, palette.inset]) {
        expect(contrast(palette[name], behind)).toBeGreaterThanOrEqual(4.5);
      }
    },
  );

  test('lines and hatching stand out', () => {
    for (const colour of [palette.accent, palette.second, palette.muted]) {
      expect(contrast(colour, palette.surface)).toBeGreaterThanOrEqual(3);
    }
    expect(contrast(palette.dead, levelsOf(palette)[0])).toBeGreaterThanOrEqual(3);
  });

  test('the ramp goes one way in lightness', () => {
    const lightness = levelsOf(palette).map(luminance);
    const sorted = [...lightness].sort((a, b) => a - b);
    expect([sorted, [...sorted].reverse()]).toContainEqual(lightness);
    expect(new Set(levelsOf(palette)).size).toBe(lightness.length);
  });
});

test.each([
  [null, '–'],
  [NaN, '–'],
  [-Infinity, '–'],
  [0, '0'],
  [12345, '12,345'],
  [-0.123456, '−0.123'],
  [0.00001234, '1.23e−5'],
  [1.5e9, '1.5e9'],
])('writes %p as %s', (value, text) => {
  expect(formatNumber(value)).toBe(text);
});

test('changes nothing of what it is given', () => {
  const before = JSON.stringify(run);
  pageOf(run as {snapshots: readonly Snapshot[]; report: Report});
  expect(JSON.stringify(run)).toBe(before);
});
