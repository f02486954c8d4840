import {configureRules} from '../../src/monitor/configure-rules.js';
import type {RuleEntry} from '../../src/monitor/configure-rules.js';
import {Findings} from '../../src/monitor/findings.js';
import {defineRule} from '../../src/monitor/rules/index.js';
import type {Problem, RuleContext} from '../../src/monitor/rules/index.js';
import type {Finding} from '../../src/monitor/types.js';
import {layerOf, snapshotOf} from '../helpers/snapshots.js';

const problem: Problem = {severity: 'warning', layer: 'hidden', message: 'as planned'};

/** A rule that says what it is told to, one list of problems for each call. */
function scripted(
  script: readonly (readonly Problem[])[],
  options: Readonly<Record<string, number>> = {},
) {
  let call = 0;
  const check = (): readonly Problem[] => script[call++] ?? [];
  return defineRule({id: 'scripted', description: 'What it is told', options, check});
}

function begin(...entries: RuleEntry[]): {findings: Findings; problems: string[]} {
  const problems: string[] = [];
  const note = (what: string, error: unknown): void => {
    problems.push(`${what}: ${(error as Error).message}`);
  };
  return {findings: new Findings(configureRules(entries), note), problems};
}

const layers = [layerOf(4)];

/** For each call, how many findings are new and how many stand. */
function play(findings: Findings, calls: number, isWindow: (call: number) => boolean = () => true) {
  return Array.from({length: calls}, (_, call) => {
    const news = findings.judge(snapshotOf({step: call, layers}), [], isWindow(call));
    return [news.length, findings.all.length];
  });
}

const yes = [problem];
const no: Problem[] = [];

test('dates a finding by when it was first found, and adds the rule and its link', () => {
  const rule = defineRule({
    id: 'mine',
    description: 'Something',
    link: 'https://example.org',
    check: () => yes,
  });
  const {findings} = begin(rule);
  findings.judge(snapshotOf({epoch: 2, step: 7}), [], true);
  findings.judge(snapshotOf({epoch: 3, step: 9}), [], true);
  expect(findings.all).toEqual([
    {
      ...problem,
      rule: 'mine',
      link: 'https://example.org',
      evidence: {},
      fixes: [],
      epoch: 2,
      step: 7,
    },
  ]);
});

test('tells of a finding when it is new or more severe', () => {
  const [info, error] = (['info', 'error'] as const).map(severity => [{...problem, severity}]);
  const {findings} = begin(scripted([info, info, yes, error, yes, no, info]));
  expect(play(findings, 7)).toEqual([
    [1, 1],
    [0, 1],
    [1, 1],
    [1, 1],
    [0, 1],
    [0, 0],
    [1, 1],
  ]);
});

test('of several problems in a layer, the first of the most severe counts', () => {
  const many = (['info', 'error', 'error'] as const).map((severity, index) => ({
    ...problem,
    severity,
    message: `problem ${index}`,
  }));
  const {findings} = begin(scripted([[...many, {...problem, layer: 'other'}]]));
  play(findings, 1);
  expect(findings.all).toMatchObject([
    {layer: 'hidden', severity: 'error', message: 'problem 1'},
    {layer: 'other'},
  ]);
});

test('with patience, it is found after so many windows in a row, and goes after as many', () => {
  const script = [yes, no, yes, yes, yes, no, yes, no, no];
  const {findings} = begin(scripted(script, {patience: 2}));
  expect(play(findings, script.length).map(([, standing]) => standing)).toEqual([
    0, 0, 0, 1, 1, 1, 1, 1, 0,
  ]);
});

test('between windows only those of patience 1 change their mind', () => {
  const script = [yes, yes, no, yes, no, no];
  const isWindow = (call: number): boolean => call === 0 || call === 3 || call === 5;
  const patient = begin(scripted(script, {patience: 2})).findings;
  expect(play(patient, 6, isWindow).map(([, standing]) => standing)).toEqual([0, 0, 0, 1, 1, 1]);
  const hasty = begin(scripted(script)).findings;
  expect(play(hasty, 6, isWindow).map(([, standing]) => standing)).toEqual([1, 1, 0, 1, 0, 0]);
});

test('is not judged before the training steps of its warm-up', () => {
  const rule = defineRule({id: 'mine', description: 'Something', check: () => yes});
  const {findings} = begin([rule, {warmUp: 3}]);
  expect(play(findings, 4).map(([, standing]) => standing)).toEqual([0, 0, 1, 1]);
});

test('gives a rule its options, the history, and whether its finding stands', () => {
  const seen: RuleContext[] = [];
  const standing: boolean[] = [];
  const rule = defineRule({
    id: 'mine',
    description: 'Something',
    options: {limit: 1, other: 2},
    check(context) {
      seen.push(context);
      standing.push(context.isStanding('hidden'));
      return yes;
    },
  });
  const {findings} = begin([rule, {limit: 5}]);
  const history = [snapshotOf()];
  findings.judge(snapshotOf(), history, true);
  findings.judge(snapshotOf(), history, true);
  expect(seen[0].options).toEqual({limit: 5, other: 2, warmUp: 0, patience: 1});
  expect(seen[0].history).toBe(history);
  expect(standing).toEqual([false, true]);
});

test('holds no number that JSON cannot', () => {
  const {findings} = begin(scripted([[{...problem, evidence: {largest: Infinity}}]]));
  const [finding] = findings.judge(snapshotOf(), [], true);
  expect(finding.evidence).toEqual({largest: null});
});

test('a rule that throws is told of once and left out; its findings and the other rules go on', () => {
  let call = 0;
  const failing = defineRule({
    id: 'failing',
    description: 'Fails',
    check() {
      if (call++ > 0) throw new Error('as planned');
      return yes;
    },
  });
  const {findings, problems} = begin(failing, scripted([no, yes, yes]));
  expect(play(findings, 3).map(([, standing]) => standing)).toEqual([1, 2, 2]);
  expect(call).toBe(2);
  expect(problems).toEqual(["the rule 'failing' failed and is left out: as planned"]);
});

const circular: Record<string, unknown> = {};
circular.itself = circular;

test.each<[unknown, string]>([
  [undefined, 'check must return an array of problems, got undefined'],
  [Promise.resolve([]), 'check must return an array of problems, got an instance of Promise'],
  [['x'], "a problem must be an object, got 'x'"],
  [[{...problem, layer: ''}], "a problem's layer must be the name of a layer, got ''"],
  [[{...problem, message: undefined}], "a problem's message must be a text, got undefined"],
  [[{...problem, severity: 'fatal'}], "severity must be info, warning, error, got 'fatal'"],
  [[{...problem, units: 3}], "units must be an array of units of the layer 'hidden', got 3"],
  [[{...problem, units: [4]}], "units must be an array of units of the layer 'hidden', got [4]"],
  [[{...problem, units: [-1]}], 'units must be an array of units'],
  [[{...problem, units: [0.5]}], 'units must be an array of units'],
  [[{...problem, evidence: 3}], "a problem's evidence must be an object, got 3"],
  [[{...problem, evidence: circular}], 'circular'],
  [[{...problem, fixes: [{code: 'x'}]}], 'fixes must be an array of {title, code?}'],
])('a rule that returns %j is told of and left out', (returned, message) => {
  const check = (): readonly Problem[] => returned as Problem[];
  const {findings, problems} = begin(defineRule({id: 'mine', description: 'Something', check}));
  play(findings, 2);
  expect(findings.all).toEqual([]);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toContain("the rule 'mine' failed and is left out: ");
  expect(problems[0]).toContain(message);
});

test('a rule of one’s own cannot change what the others see', () => {
  const rule = defineRule({
    id: 'mine',
    description: 'Something',
    check({snapshot}) {
      (snapshot.layers[0].mean as number[]).sort();
      return yes;
    },
  });
  const {findings, problems} = begin(rule);
  findings.judge(snapshotOf({layers: [layerOf(2, {mean: [2, 1]})]}), [], true);
  expect(problems).toEqual([expect.stringMatching(/'mine' failed .*read only/)]);
});

test('the built-in rules alone freeze nothing', () => {
  const snapshot = snapshotOf({layers: [layerOf(2)]});
  begin('dead-units').findings.judge(snapshot, [], true);
  expect(Object.isFrozen(snapshot)).toBe(false);
});

test('the findings stand in the order of the rules', () => {
  const other = defineRule({id: 'other', description: 'Something', check: () => yes});
  const {findings} = begin(scripted([no, yes]), other);
  play(findings, 2);
  expect(findings.all.map(({rule}: Finding) => rule)).toEqual(['scripted', 'other']);
});
