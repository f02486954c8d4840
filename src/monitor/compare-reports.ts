import {describe} from '../errors.js';
import {meanOfKnown} from './mean.js';
import {ENOUGH_SAMPLES, SEVERITIES} from './types.js';
import type {Finding, LayerReport, Report} from './types.js';

/** What is different in a layer. */
export interface ReportChange {
  readonly layer: string;
  /** 'dead', 'saturated', 'gradient', 'nonFinite', 'nonFiniteGradients', or the id of a rule. */
  readonly what: string;
  /**
   * Counts of units or numbers; of 'gradient', the mean |∂loss/∂y|; of a rule, the severity of its
   * finding, null where there is none.
   */
  readonly before: number | Finding['severity'] | null;
  readonly after: number | Finding['severity'] | null;
  /** The same in words. */
  readonly message: string;
}

/** What is different between two reports, as plain data. */
export interface ReportComparison {
  readonly better: readonly ReportChange[];
  readonly worse: readonly ReportChange[];
  /** The names of layers that only one of the reports has: of these nothing is compared. */
  readonly onlyIn: {readonly before: readonly string[]; readonly after: readonly string[]};
}

/** Below this mean |∂loss/∂y| a gradient has vanished, as in SageMaker Debugger and DeepDiagnosis. */
const VANISHED = 1e-7;

/** A change with how much worse it is: below 0 where it is better. */
type Judged = ReportChange & {readonly worsening: number};

/**
 * What got better and what got worse from one report of an `ActivationMonitor` to another: findings
 * that went, came or changed in severity; more or fewer dead and saturated units (by their share, where
 * a layer changed its size; where both saw at least 300 samples); gradients that vanish or come back;
 * NaN and infinities that come or go. Layers are matched by name.
 *
 * The reports may come from JSON.
 * @throws Error where an argument is no report, naming the part that is missing or of another type.
 */
export function compareReports(before: Report, after: Report): ReportComparison {
  checkReport('before', before);
  checkReport('after', after);
  const onlyIn = {before: missingIn(after, before), after: missingIn(before, after)};
  const alone = new Set([...onlyIn.before, ...onlyIn.after]);
  const changes = [
    ...compareFindings(before.findings, after.findings).filter(({layer}) => !alone.has(layer)),
    ...after.layers.flatMap(layer => {
      const earlier = before.layers.find(({name}) => name === layer.name);
      return earlier ? compareLayers(earlier, layer) : [];
    }),
  ];
  return {
    better: changes.filter(({worsening}) => worsening < 0).map(toChange),
    worse: changes.filter(({worsening}) => worsening > 0).map(toChange),
    onlyIn,
  };
}

function toChange({layer, what, before, after, message}: Judged): ReportChange {
  return {layer, what, before, after, message};
}

function missingIn(report: Report, other: Report): string[] {
  const names = new Set(report.layers.map(({name}) => name));
  return other.layers.map(({name}) => name).filter(name => !names.has(name));
}

function compareFindings(before: readonly Finding[], after: readonly Finding[]): Judged[] {
  const kinds = new Map(
    [...before, ...after].map(({rule, layer}) => [JSON.stringify([rule, layer]), {rule, layer}]),
  );
  return [...kinds.values()].map(({rule, layer}) => {
    const [from, to] = [before, after].map(
      findings => findings.find(each => each.rule === rule && each.layer === layer)?.severity,
    );
    return {
      layer,
      what: rule,
      before: from ?? null,
      after: to ?? null,
      message: `${layer}: ${rule}, ${from ?? 'nothing'} before, ${to ?? 'nothing'} now`,
      worsening: levelOf(to) - levelOf(from),
    };
  });
}

/** 0 where nothing was found. */
function levelOf(severity: Finding['severity'] | undefined): number {
  return severity === undefined ? 0 : SEVERITIES.indexOf(severity) + 1;
}

function compareLayers(before: LayerReport, after: LayerReport): Judged[] {
  return [
    ...compareUnits('dead', before, after),
    ...compareUnits('saturated', before, after),
    ...compareGradients(before, after),
    ...compareNonFinite('nonFinite', 'NaN or infinite outputs', before, after),
    ...compareNonFinite('nonFiniteGradients', 'NaN or infinite gradients', before, after),
  ];
}

function compareUnits(
  what: 'dead' | 'saturated',
  before: LayerReport,
  after: LayerReport,
): Judged[] {
  const isJudged = ({slope, samples}: LayerReport) => slope !== null && samples >= ENOUGH_SAMPLES;
  if (!isJudged(before) || !isJudged(after)) return [];
  const share = (layer: LayerReport): number => layer[what].length / layer.units;
  const words = (layer: LayerReport): string => `${layer[what].length} of ${layer.units}`;
  return [
    {
      layer: after.name,
      what,
      before: before[what].length,
      after: after[what].length,
      message: `${after.name}: ${words(before)} units ${what} before, ${words(after)} now`,
      worsening: share(after) - share(before),
    },
  ];
}

function compareGradients(before: LayerReport, after: LayerReport): Judged[] {
  const [from, to] = [before, after].map(({gradient}) => meanOfKnown(gradient ?? []));
  if (Number.isNaN(from) || Number.isNaN(to)) return [];
  const words = (mean: number): string =>
    `${mean < VANISHED ? 'vanished' : 'there'} (mean ${mean.toPrecision(2)})`;
  return [
    {
      layer: after.name,
      what: 'gradient',
      before: from,
      after: to,
      message: `${after.name}: the gradient was ${words(from)} before, is ${words(to)} now`,
      worsening: Number(to < VANISHED) - Number(from < VANISHED),
    },
  ];
}

/** How many there are also tells how long the run was: what counts is whether there are any. */
function compareNonFinite(
  what: 'nonFinite' | 'nonFiniteGradients',
  noun: string,
  before: LayerReport,
  after: LayerReport,
): Judged[] {
  const [from, to] = [before, after].map(layer =>
    layer[what].reduce((sum, count) => sum + count, 0),
  );
  return [
    {
      layer: after.name,
      what,
      before: from,
      after: to,
      message: `${after.name}: ${from} ${noun} before, ${to} now`,
      worsening: Number(to > 0) - Number(from > 0),
    },
  ];
}

const isText = (value: unknown): boolean => typeof value === 'string';
const isArrayOrNull = (value: unknown): boolean => value === null || Array.isArray(value);

/** What is read of a report: of each layer and each finding. */
const PARTS: Readonly<Record<string, Readonly<Record<string, (value: unknown) => boolean>>>> = {
  layers: {
    name: isText,
    units: Number.isFinite,
    samples: Number.isFinite,
    dead: Array.isArray,
    saturated: Array.isArray,
    slope: isArrayOrNull,
    gradient: isArrayOrNull,
    nonFinite: Array.isArray,
    nonFiniteGradients: Array.isArray,
  },
  findings: {
    rule: isText,
    layer: isText,
    severity: value => SEVERITIES.some(severity => severity === value),
  },
};

function checkReport(argument: string, report: unknown): void {
  const refuse = (part: string, value: unknown): never => {
    throw new Error(
      `compareReports: ${argument} must be a report of an ActivationMonitor, ` +
        `but ${part} is ${describe(value)}`,
    );
  };
  if (!isRecord(report)) return refuse('it', report);
  for (const [list, fields] of Object.entries(PARTS)) {
    const items = report[list];
    if (!Array.isArray(items)) return refuse(`its ${list}`, items);
    items.forEach((item: unknown, index) => {
      if (!isRecord(item)) return refuse(`its ${list}[${index}]`, item);
      for (const [field, fits] of Object.entries(fields)) {
        if (!fits(item[field])) refuse(`its ${list}[${index}].${field}`, item[field]);
      }
    });
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
