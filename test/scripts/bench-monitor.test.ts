import {execFileSync} from 'node:child_process';
import path from 'node:path';
import {RULE_IDS} from '../../scripts/bench-monitor/case.js';
import type {SiteMeasure, WeightMeasure} from '../../scripts/bench-monitor/measure.js';
import {alarmsOf} from '../../scripts/bench-monitor/others.js';
import type {Checkpoint, Motion} from '../../scripts/bench-monitor/record.js';
import {score} from '../../scripts/bench-monitor/score.js';
import type {Found, RunRecord, Scores} from '../../scripts/bench-monitor/score.js';
import {truthsOf} from '../../scripts/bench-monitor/truth.js';
import type {Truth} from '../../scripts/bench-monitor/truth.js';

const nothing = Object.fromEntries(RULE_IDS.map(rule => [rule, []])) as unknown as Truth;

/** A site of four healthy units. */
function site(changes: Partial<SiteMeasure> = {}): SiteMeasure {
  return {
    layer: 'hidden1',
    activation: 'relu',
    units: 4,
    mean: [0.5, 0.5, 0.5, 0.5],
    std: [0.6, 0.6, 0.6, 0.6],
    meanMagnitude: [0.5, 0.5, 0.5, 0.5],
    maxMagnitude: [2, 2, 2, 2],
    nonFinite: [0, 0, 0, 0],
    slopes: {
      mean: [0.5, 0.5, 0.5, 0.5],
      largest: [1, 1, 1, 1],
      firingShare: [0.5, 0.5, 0.5, 0.5],
      byWeights: null,
      bend: [0.25, 0.25, 0.25, 0.25],
    },
    inputStd: 1,
    pooledStd: 0.6,
    pooledInputVariance: 1,
    outputGradient: [1, 1, 1, 1],
    positiveShare: [0.5, 0.5, 0.5, 0.5],
    insideTanh: [1, 1, 1, 1],
    insideSigmoid: [1, 1, 1, 1],
    beyondFive: 0,
    beyondThree: 0,
    ...changes,
  };
}

function slopes(changes: Partial<NonNullable<SiteMeasure['slopes']>>): Partial<SiteMeasure> {
  return {slopes: {...site().slopes!, ...changes}};
}

function kernel(changes: Partial<WeightMeasure> = {}): WeightMeasure {
  return {
    layer: 'hidden1',
    name: 'kernel',
    magnitude: 0.2,
    norm: 2,
    gradientMagnitude: 0.01,
    gradientNorm: 0.2,
    gradientSpread: 0.05,
    nonFinite: 0,
    nonFiniteGradients: 0,
    ...changes,
  };
}

interface Plan {
  readonly sites?: SiteMeasure[];
  readonly weights?: WeightMeasure[];
  readonly motion?: Partial<Motion>;
  readonly loss?: number;
  readonly step?: number;
}

function checkpoint({sites = [site()], weights = [kernel()], motion, ...rest}: Plan): Checkpoint {
  const moves = weights.map(({layer, name}) => [
    `${layer}/${name}`,
    {updateRatio: 0.01, moved: 0.1, ...motion},
  ]);
  return {
    loss: 1,
    accuracy: 0.5,
    step: 9,
    nonFiniteLayers: [],
    sites,
    weights,
    motion: Object.fromEntries(moves) as Checkpoint['motion'],
    ...rest,
  };
}

const start = checkpoint({step: -1, loss: 2, motion: {updateRatio: null, moved: 0}});

/** What is true after an epoch of which a full pass tells this. */
function truthOf(plan: Plan): Truth {
  const before = {...plan, step: -1, motion: {updateRatio: null, moved: 0}};
  return truthsOf([checkpoint(before), checkpoint(plan), checkpoint(plan)])[2];
}

describe('truth', () => {
  test('nothing holds of a healthy network', () => {
    expect(truthOf({})).toEqual(nothing);
  });

  const dead = {
    ...slopes({firingShare: [0, 0.5, 0.5, 0.5], mean: [0, 0.5, 0.5, 0.5]}),
    maxMagnitude: [0, 2, 2, 2],
  };
  const saturated = slopes({mean: [0.001, 0.5, 0.5, 0.5], firingShare: [0.01, 1, 1, 1]});
  test.each<[string, string, Plan]>([
    ['dead-units', 'fires nowhere and rests at 0', {sites: [site(dead)]}],
    ['saturated-units', 'mean slope of a thousandth', {sites: [site(saturated)]}],
    ['constant-units', 'spread of 0', {sites: [site({std: [0, 0.6, 0.6, 0.6]})]}],
    ['dormant-units', 'small', {sites: [site({meanMagnitude: [0.001, 0.5, 0.5, 0.5]})]}],
    ['gradient-dormant-units', 'ignored', {sites: [site({outputGradient: [0.001, 1, 1, 1]})]}],
  ])('%s: one unit is %s', (rule, _, plan) => {
    expect(truthOf(plan)).toEqual({
      ...nothing,
      [rule]: [{layer: 'hidden1', units: [0], of: 4}],
    });
  });

  const last = kernel({layer: 'output'});
  test.each<[string, string, Plan]>([
    ['vanishing-gradients', 'a millionth', {weights: [kernel({gradientNorm: 2e-7}), last]}],
    [
      'exploding-gradients',
      'a thousand of the last',
      {weights: [kernel({gradientNorm: 200}), last]},
    ],
    ['update-ratio', 'half of the weights', {motion: {updateRatio: 0.5}}],
    ['update-ratio', 'next to nothing, ever', {motion: {updateRatio: 1e-9}}],
    ['activation-scale', 'large', {sites: [site({pooledStd: 300})]}],
  ])('%s: a layer with %s', (rule, _, plan) => {
    expect(truthOf(plan)).toEqual({...nothing, [rule]: [{layer: 'hidden1'}]});
  });

  test('small updates are no fault once there have been larger ones', () => {
    const truths = truthsOf([start, checkpoint({}), checkpoint({motion: {updateRatio: 1e-9}})]);
    expect(truths[2]).toEqual(nothing);
  });

  test('updates that end in NaN were too large', () => {
    const truth = truthOf({weights: [kernel({nonFinite: 1})]});
    expect(truth['update-ratio']).toEqual([{layer: 'hidden1'}]);
  });

  test('inputs of an activation have a scale too', () => {
    const truth = truthOf({sites: [site({inputStd: 300})]});
    expect(truth['activation-scale']).toEqual([{layer: 'hidden1'}]);
  });

  test('a unit of learned weights at 0 that gets a gradient is not dead', () => {
    const learning = slopes({firingShare: [0, 0.5, 0.5, 0.5], byWeights: [0.4, 1, 1, 1]});
    expect(truthOf({sites: [site({...learning, ...{maxMagnitude: [0, 2, 2, 2]}})]})).toMatchObject({
      'dead-units': [],
    });
  });

  test('a dormant unit was so a full pass earlier too', () => {
    const quiet = checkpoint({sites: [site({meanMagnitude: [0.001, 0.5, 0.5, 0.5]})]});
    const truths = truthsOf([start, quiet, quiet]);
    expect(truths.map(truth => truth['dormant-units'].length)).toEqual([0, 0, 1]);
  });

  test('learned parameters: a slope that stays where others move', () => {
    const own = slopes({byWeights: [1, 1, 1, 1]});
    const sites = [site({...own, layer: 'hidden1_activation', activation: 'prelu'})];
    const alpha = kernel({layer: 'hidden1_activation', name: 'alpha'});
    const now = checkpoint({sites, weights: [kernel(), alpha]});
    const frozen = {...now.motion, 'hidden1_activation/alpha': {updateRatio: 0, moved: 0}};
    const truths = truthsOf([now, now, {...now, motion: frozen}]);
    expect(truths[1]['learned-parameters']).toEqual([]);
    expect(truths[2]['learned-parameters']).toEqual([{layer: 'hidden1_activation'}]);
  });
});

describe('other tools', () => {
  const alarms = (plan: Plan, first: Plan = {}): string[] =>
    alarmsOf([{...start, ...checkpoint({step: -1, ...first})}, checkpoint(plan)]).map(
      ({tool, rule, layer, step}) => `${tool} ${rule} ${layer} ${step}`,
    );

  test('say nothing of a healthy network', () => {
    expect(alarms({})).toEqual([]);
  });

  test('a quarter of the units at 0 is 10 % to one of them, not half of the layer to the next', () => {
    const sites = [site({mean: [0, 0.5, 0.5, 0.5], positiveShare: [0, 0.5, 0.5, 0.5]})];
    expect(alarms({sites})).toEqual(['keras-contrib dead-units hidden1 9']);
  });

  test('keras-contrib sees no separate activation layer', () => {
    const positiveShare = [0, 0, 0, 0.5];
    const sites = [site({layer: 'hidden1_activation', mean: [0, 0, 0, 0.5], positiveShare})];
    expect(alarms({sites})).toEqual([
      'SageMaker dead-units hidden1_activation 9',
      'DeepDiagnosis dead-units hidden1_activation 9',
    ]);
  });

  test('inputs of ±7 saturate a tanh for DeepDiagnosis, ±12 for SageMaker as well', () => {
    const tanh = {activation: 'tanh', beyondFive: 1};
    expect(alarms({sites: [site(tanh)]})).toEqual(['DeepDiagnosis saturated-units hidden1 9']);
    expect(alarms({sites: [site({...tanh, insideTanh: [0, 0, 0, 1]})]})).toEqual([
      'SageMaker saturated-units hidden1 9',
      'DeepDiagnosis saturated-units hidden1 9',
    ]);
  });

  test('a gradient below 10⁻⁷ has vanished, a NaN is an exploding tensor and a numerical error', () => {
    expect(alarms({weights: [kernel({gradientMagnitude: 1e-8})]})).toEqual([
      'SageMaker vanishing-gradients hidden1 9',
      'DeepDiagnosis vanishing-gradients hidden1 9',
    ]);
    expect(alarms({weights: [kernel({nonFinite: 1})]})).toEqual([
      'SageMaker non-finite hidden1 9',
      'DeepDiagnosis non-finite hidden1 9',
    ]);
  });

  test('an initialization is judged at the start alone', () => {
    const narrow = {weights: [kernel({gradientSpread: 1e-4})]};
    expect(alarms({}, narrow)).toEqual(['SageMaker poor-initialization hidden1 0']);
    expect(alarms(narrow)).toEqual([]);
  });
});

describe('scores', () => {
  const deadIn = (layer: string, units: readonly number[]): Truth => ({
    ...nothing,
    'dead-units': [{layer, units, of: 4}],
  });
  const found = (changes: Partial<Found> = {}): Found => ({
    rule: 'dead-units',
    severity: 'warning',
    layer: 'hidden1',
    step: 9,
    units: [0],
    ...changes,
  });
  function run(changes: Partial<RunRecord>): RunRecord {
    return {
      name: 'some',
      group: 'fault',
      kind: 'dense',
      seed: 1,
      expected: ['dead-units'],
      steps: 20,
      moments: [
        {step: -1, truth: nothing},
        {step: 9, truth: deadIn('hidden1', [0, 1])},
        {step: 19, truth: deadIn('hidden1', [0, 1])},
      ],
      found: [],
      standing: [],
      alarms: [],
      loss: [2, 1],
      accuracy: 0.5,
      every: 1,
      isSameTraining: true,
      milliseconds: 1,
      ...changes,
    };
  }
  const ofDeadUnits = (...runs: RunRecord[]): Scores['rules'][number] =>
    score(runs, ['dead-units']).rules.find(({rule}) => rule === 'dead-units')!;

  test('recall is of the runs that the truth confirms, and names what was missed', () => {
    const {planted, recall, medianSteps, missed} = ofDeadUnits(
      run({found: [found()]}),
      run({seed: 2, found: [found({step: 19})]}),
      run({seed: 3}),
      run({seed: 4, moments: [{step: 19, truth: nothing}]}),
    );
    expect({planted, recall, medianSteps, missed}).toEqual({
      planted: 4,
      recall: {of: 3, count: 2},
      medianSteps: 15,
      missed: ['some, dense, seed 3'],
    });
  });

  test('a finding in another part of the network is no detection, and wrong', () => {
    const {recall, precision} = ofDeadUnits(run({found: [found({layer: 'hidden2'})]}));
    expect(recall.count).toBe(0);
    expect(precision.warning).toEqual({of: 1, count: 0});
  });

  test('a layer and its activation are one part of the network', () => {
    const {recall, precision} = ofDeadUnits(run({found: [found({layer: 'hidden1_activation'})]}));
    expect(recall.count).toBe(1);
    expect(precision.warning).toEqual({of: 1, count: 1});
  });

  test('a finding is judged by the full passes around it, once for each layer', () => {
    const moments = [
      {step: -1, truth: nothing},
      {step: 9, truth: nothing},
      {step: 19, truth: deadIn('hidden1', [0])},
    ];
    expect(ofDeadUnits(run({moments, found: [found({step: 4})]})).precision.warning.count).toBe(0);
    const again = [found({step: 12}), found({step: 19, severity: 'error'})];
    expect(ofDeadUnits(run({moments, found: again})).precision.warning).toEqual({of: 1, count: 1});
  });

  test('infos count where infos are asked for', () => {
    const {precision} = ofDeadUnits(run({found: [found({severity: 'info'})]}));
    expect(precision).toEqual({warning: {of: 0, count: 0}, info: {of: 1, count: 1}});
  });

  test('units are compared at the end', () => {
    const {units} = ofDeadUnits(run({standing: [found({units: [0, 3]})]}));
    expect(units).toEqual({precision: {of: 2, count: 1}, recall: {of: 2, count: 1}});
  });

  test('a rule that does not exist has a recall of 0', () => {
    const rules = score([run({})], []).rules;
    expect(rules.map(({exists}) => exists)).not.toContain(true);
    expect(rules[0].recall).toEqual({of: 1, count: 0});
  });

  test('healthy runs: errors, warnings, alarms of others, and what does not count', () => {
    const healthy = {group: 'healthy', expected: [], moments: [{step: 9, truth: nothing}]} as const;
    const alarm = {tool: 'SageMaker', rule: 'dead-units', layer: 'hidden1', step: 9} as const;
    const scores = score(
      [
        run({...healthy, found: [found()]}),
        run({...healthy, alarms: [alarm]}),
        run({...healthy, found: [found({severity: 'error'})], discarded: 'accuracy 0.1'}),
      ],
      [],
    );
    expect(scores.healthy).toEqual({
      runs: 2,
      discarded: ['some, dense, seed 1: accuracy 0.1'],
      errors: {of: 2, count: 0},
      warnings: {of: 2, count: 1},
      byRule: {'dead-units': {info: 0, warning: 1, error: 0}},
    });
    const sageMaker = scores.tools.find(({name}) => name === 'DeadRelu')!;
    expect(sageMaker.healthyAlarms).toEqual({of: 2, count: 1});
    expect(sageMaker.precision).toEqual({of: 1, count: 0});
  });

  test('a run that the monitor changed is named', () => {
    expect(score([run({isSameTraining: false})], []).changedTrainings).toEqual([
      'some, dense, seed 1',
    ]);
  });
});

test('finds a planted fault, and nothing in a healthy run', () => {
  const root = path.resolve(__dirname, '../..');
  const output = execFileSync(
    process.execPath,
    [
      ...['--import', 'tsx', 'scripts/bench-monitor.ts', '--json', '--seeds', '1'],
      ...['--kind', 'dense', '--only', 'dying-relu-by-bias', '--only', '60 samples, tanh'],
    ],
    {cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe']},
  );
  const {scores, records} = JSON.parse(output) as {scores: Scores; records: RunRecord[]};
  expect(records.map(({name}) => name)).toEqual(['dying-relu-by-bias', '60 samples, tanh']);
  expect(scores.rules[0]).toMatchObject({
    rule: 'dead-units',
    exists: true,
    recall: {of: 1, count: 1},
  });
  expect(scores.healthy).toMatchObject({runs: 1, errors: {count: 0}, warnings: {count: 0}});
  expect(scores.changedTrainings).toEqual([]);
});
