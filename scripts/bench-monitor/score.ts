/** What the runs come to: precision, recall and time to detection. Plain data in, plain data out. */
import {RULE_IDS, blockOf} from './case.js';
import type {Kind, RuleId} from './case.js';
import {DEFINITIONS, TOOLS} from './others.js';
import type {Alarm, Tool} from './others.js';
import type {Truth} from './truth.js';

export interface Found {
  readonly rule: string;
  readonly severity: 'info' | 'warning' | 'error';
  readonly layer: string;
  readonly step: number;
  readonly units?: readonly number[];
}

/** One run as the monitor saw it, as it was, and as other tools would have seen it. */
export interface RunRecord {
  readonly name: string;
  readonly group: 'fault' | 'healthy';
  readonly kind: Kind;
  readonly seed: number;
  /** The rules that the planted fault is about. */
  readonly expected: readonly RuleId[];
  readonly steps: number;
  /** The truth at the start, and at the end of each epoch. */
  readonly moments: readonly {readonly step: number; readonly truth: Truth}[];
  /** What was announced, in order. */
  readonly found: readonly Found[];
  /** What still stood at the end. */
  readonly standing: readonly Found[];
  readonly alarms: readonly Alarm[];
  /** Before and after. */
  readonly loss: readonly [number, number];
  readonly accuracy: number;
  /** Every how many batches the monitor watched in the end. */
  readonly every: number;
  /** Whether the weights are bit for bit the same with the monitor and without. */
  readonly isSameTraining: boolean;
  readonly milliseconds: number;
  /** Why a run that was meant to be healthy does not count. */
  readonly discarded?: string;
}

/** Something said of a layer at a step, by the monitor or another tool. */
interface Claim {
  readonly rule: string;
  readonly layer: string;
  readonly step: number;
}

export interface Share {
  readonly of: number;
  readonly count: number;
}

export interface Detection {
  /** Runs with the fault planted, and of those the ones in which the truth confirms it. */
  readonly planted: number;
  readonly recall: Share;
  /** The median over the runs found of the training steps until then. */
  readonly medianSteps: number | null;
  /** The runs that were missed. */
  readonly missed: readonly string[];
}

export interface RuleScore extends Detection {
  readonly rule: RuleId;
  /** Whether the package has the rule. */
  readonly exists: boolean;
  /** Findings that the truth confirms, of all from this severity on; healthy runs among them. */
  readonly precision: Readonly<Record<'warning' | 'info', Share>>;
  /** Healthy runs in which it finds anything. */
  readonly healthyAlarms: Share;
  /** By unit, at the end of the runs; for rules about units. */
  readonly units: {readonly precision: Share; readonly recall: Share} | null;
}

export interface ToolScore extends Detection {
  readonly tool: Tool;
  readonly rule: RuleId;
  readonly name: string;
  readonly precision: Share;
  /** Healthy runs in which it raises an alarm. */
  readonly healthyAlarms: Share;
}

export interface HealthyScore {
  readonly runs: number;
  readonly discarded: readonly string[];
  readonly errors: Share;
  readonly warnings: Share;
  /** Runs with a finding, by rule and severity. */
  readonly byRule: Readonly<Record<string, Readonly<Record<Found['severity'], number>>>>;
}

export interface Scores {
  readonly rules: readonly RuleScore[];
  readonly tools: readonly ToolScore[];
  readonly healthy: HealthyScore;
  readonly faults: readonly FaultScore[];
  /** Runs that the monitor changed: none should be. */
  readonly changedTrainings: readonly string[];
}

export interface FaultScore {
  readonly name: string;
  readonly kind: Kind;
  readonly rule: RuleId;
  readonly planted: number;
  readonly recall: Share;
}

/** The rules of which every unit is checked at the end of each run. */
const UNIT_RULES: readonly RuleId[] = ['dead-units', 'saturated-units'];

const SEVERITIES = ['info', 'warning', 'error'] as const;
const isAtLeast = (severity: Found['severity']) => (found: Found) =>
  SEVERITIES.indexOf(found.severity) >= SEVERITIES.indexOf(severity);

export function score(records: readonly RunRecord[], existing: readonly string[]): Scores {
  const runs = records.filter(({discarded}) => discarded === undefined);
  const healthy = runs.filter(({group}) => group === 'healthy');
  return {
    rules: RULE_IDS.map(rule => ({
      rule,
      exists: existing.includes(rule),
      ...detection(runs, rule, ({found}) => found),
      precision: {
        warning: precision(runs, rule, ({found}) => found.filter(isAtLeast('warning'))),
        info: precision(runs, rule, ({found}) => found),
      },
      healthyAlarms: alarmed(healthy, rule, ({found}) => found),
      units: UNIT_RULES.includes(rule) ? unitScore(runs, rule) : null,
    })),
    tools: TOOLS.flatMap(tool =>
      DEFINITIONS.filter(each => each.tool === tool).map(({rule, name}) => {
        const claims = ({alarms}: RunRecord): Claim[] => alarms.filter(each => each.tool === tool);
        return {
          tool,
          rule,
          name,
          ...detection(runs, rule, claims),
          precision: precision(runs, rule, claims),
          healthyAlarms: alarmed(healthy, rule, claims),
        };
      }),
    ),
    healthy: healthyScore(records, healthy),
    faults: faultScores(runs),
    changedTrainings: records.filter(({isSameTraining}) => !isSameTraining).map(titleOf),
  };
}

type Claims = (run: RunRecord) => readonly Claim[];

/** The runs in which a fault that a rule is about was planted and came about. */
function confirmed(runs: readonly RunRecord[], rule: RuleId): RunRecord[] {
  return runs.filter(
    run => run.expected.includes(rule) && run.moments.some(({truth}) => truth[rule].length > 0),
  );
}

/** The first claim about a part of the network of which it is true at some time. */
function firstTrue(run: RunRecord, rule: RuleId, claims: Claims): Claim | undefined {
  const blocks = new Set(
    run.moments.flatMap(({truth}) => truth[rule].map(({layer}) => blockOf(layer))),
  );
  return claims(run)
    .filter(claim => claim.rule === rule && blocks.has(blockOf(claim.layer)))
    .sort((a, b) => a.step - b.step)[0];
}

function detection(runs: readonly RunRecord[], rule: RuleId, claims: Claims): Detection {
  const all = confirmed(runs, rule);
  const found = all.flatMap(run => firstTrue(run, rule, claims) ?? []);
  return {
    planted: runs.filter(({expected}) => expected.includes(rule)).length,
    recall: {of: all.length, count: found.length},
    medianSteps: median(found.map(({step}) => step + 1)),
    missed: all.filter(run => !firstTrue(run, rule, claims)).map(titleOf),
  };
}

/** A claim is judged once for each run and layer, when it was first made. */
function precision(runs: readonly RunRecord[], rule: RuleId, claims: Claims): Share {
  const verdicts = runs.flatMap(run => {
    const first = new Map<string, Claim>();
    for (const claim of claims(run)) {
      if (claim.rule === rule && !first.has(claim.layer)) first.set(claim.layer, claim);
    }
    return [...first.values()].map(claim => isTrue(run, rule, claim));
  });
  return {of: verdicts.length, count: verdicts.filter(Boolean).length};
}

/** Runs in which anything is claimed. */
function alarmed(runs: readonly RunRecord[], rule: RuleId, claims: Claims): Share {
  const those = runs.filter(run => claims(run).some(claim => claim.rule === rule));
  return {of: runs.length, count: those.length};
}

/** Whether the truth confirms a claim at either end of the epoch in which it was made. */
function isTrue({moments}: RunRecord, rule: RuleId, {layer, step}: Claim): boolean {
  const after = moments.findIndex(moment => moment.step >= step);
  const end = after < 0 ? moments.length - 1 : after;
  const around = [moments[Math.max(0, end - 1)], moments[end]];
  return around.some(({truth}) =>
    truth[rule].some(holding => blockOf(holding.layer) === blockOf(layer)),
  );
}

function unitScore(runs: readonly RunRecord[], rule: RuleId): RuleScore['units'] {
  const unitsOf = (
    holdings: readonly {readonly layer: string; readonly units?: readonly number[]}[],
  ): Set<string> =>
    new Set(holdings.flatMap(({layer, units = []}) => units.map(unit => `${layer} ${unit}`)));
  const sums = {found: 0, true: 0, both: 0};
  for (const {moments, standing} of runs) {
    const truth = unitsOf(moments[moments.length - 1].truth[rule]);
    const found = unitsOf(standing.filter(each => each.rule === rule));
    sums.found += found.size;
    sums.true += truth.size;
    sums.both += [...found].filter(unit => truth.has(unit)).length;
  }
  return {
    precision: {of: sums.found, count: sums.both},
    recall: {of: sums.true, count: sums.both},
  };
}

function healthyScore(records: readonly RunRecord[], healthy: readonly RunRecord[]): HealthyScore {
  const withAny = (severity: Found['severity']): Share => ({
    of: healthy.length,
    count: healthy.filter(({found}) => found.some(each => each.severity === severity)).length,
  });
  const rules = [...new Set(healthy.flatMap(({found}) => found.map(({rule}) => rule)))];
  const runsWith = (rule: string, severity: Found['severity']): number =>
    healthy.filter(({found}) =>
      found.some(each => each.rule === rule && each.severity === severity),
    ).length;
  return {
    runs: healthy.length,
    discarded: records.flatMap(run => (run.discarded ? `${titleOf(run)}: ${run.discarded}` : [])),
    errors: withAny('error'),
    warnings: withAny('warning'),
    byRule: Object.fromEntries(
      rules.map(rule => [
        rule,
        {
          info: runsWith(rule, 'info'),
          warning: runsWith(rule, 'warning'),
          error: runsWith(rule, 'error'),
        },
      ]),
    ),
  };
}

function faultScores(runs: readonly RunRecord[]): FaultScore[] {
  const groups = new Map<string, RunRecord[]>();
  for (const run of runs.filter(({group}) => group === 'fault')) {
    const key = `${run.name} ${run.kind}`;
    groups.set(key, [...(groups.get(key) ?? []), run]);
  }
  return [...groups.values()].flatMap(group => {
    const [{name, kind, expected}] = group;
    return expected.map(rule => {
      const {planted, recall} = detection(group, rule, ({found}) => found);
      return {name, kind, rule, planted, recall};
    });
  });
}

function titleOf({name, kind, seed}: RunRecord): string {
  return `${name}, ${kind}, seed ${seed}`;
}

function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  if (sorted.length === 0) return null;
  return (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2;
}
