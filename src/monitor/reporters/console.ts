import {ENOUGH_SAMPLES} from '../types.js';
import type {Finding, Report, Reporter} from '../types.js';
import {percent, ranges, wrap} from '../text.js';

const HEADER = [
  'layer',
  'activation',
  'units',
  'samples',
  'mean',
  'std',
  'zeros',
  'slope',
  'dead',
  'saturated',
];
const TEXT_COLUMNS = 2;

/** How many units, or runs of them, a finding shows; the report has them all. */
const SHOWN_UNITS = 20;

/** Text below the table is broken at this many characters. */
const WIDTH = 100;

/** The mean over the units that have a value: a unit that gave only NaN has none. */
function mean(values: readonly (number | null)[]): number {
  const known = values.filter(value => value !== null);
  return known.reduce((total, value) => total + value, 0) / known.length;
}

function average(values: readonly number[], format = (value: number) => value.toFixed(2)): string {
  const value = mean(values);
  return Number.isFinite(value) ? format(value) : '–';
}

function rowOf(layer: Report['layers'][number]): string[] {
  const {name, activation, units, samples, mean, std, zeroShare, slope, dead, saturated} = layer;
  const enough = samples >= ENOUGH_SAMPLES;
  return [
    name,
    activation,
    String(units),
    String(samples),
    average(mean),
    average(std),
    average(zeroShare, percent),
    slope ? average(slope) : '–',
    enough && slope ? String(dead.length) : slope ? 'not enough data' : '–',
    enough && slope ? String(saturated.length) : slope ? '' : '–',
  ];
}

/** The table of a report as text: a row for each layer, averaged over its units, then the findings. */
export function formatReport(report: Report): string {
  const rows = [HEADER, ...report.layers.map(rowOf)];
  const widths = HEADER.map((_, column) => Math.max(...rows.map(row => row[column].length)));
  const table = rows.map(row =>
    row
      .map((cell, column) =>
        column < TEXT_COLUMNS ? cell.padEnd(widths[column]) : cell.padStart(widths[column]),
      )
      .join('  ')
      .trimEnd(),
  );
  const {share, every} = report.cost;
  const unseen = report.notWatched.filter(({hasActivation}) => hasActivation);
  return [
    ...table,
    ...report.findings.flatMap(formatFinding),
    '',
    ...(report.findings.length === 0 ? ['No dead, saturated or non-finite units found.'] : []),
    ...unseen.map(({name, reason}) => `Not watched: ${name} (${reason})`),
    `Watching took ${percent(share)} of the time (every ${every === 1 ? 'batch' : `${every} batches`}).`,
  ].join('\n');
}

function formatFinding({severity, rule, layer, units, message, fixes}: Finding): string[] {
  const indented = (text: string): string[] => wrap(text, WIDTH - 2).map(line => `  ${line}`);
  return [
    '',
    `${severity}: ${rule} in ${layer}`,
    ...indented(message),
    ...(units ? indented(`units ${ranges(units, SHOWN_UNITS)}`) : []),
    ...fixes.flatMap(({title, code}) => {
      const line = `  → ${title}${code ? `: ${code}` : ''}`;
      return line.length <= WIDTH ? [line] : [`  → ${title}:`, `    ${code}`];
    }),
  ];
}

/** Prints the table at the end of training. */
export function consoleReporter(): Reporter {
  return {
    onTrainEnd(report) {
      console.log(`\n${formatReport(report)}\n`);
    },
  };
}
