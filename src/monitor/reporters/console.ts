import {ENOUGH_SAMPLES} from '../types.js';
import type {Report, Reporter} from '../types.js';
import {percent, ranges} from '../text.js';

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

function average(values: readonly number[]): string {
  const sum = values.reduce((total, value) => total + value, 0);
  return (sum / values.length).toFixed(2);
}

function rowOf(layer: Report['layers'][number]): string[] {
  const {name, activation, units, samples, mean, std, zeroShare, slope, dead, saturated} = layer;
  const enough = samples >= ENOUGH_SAMPLES;
  const zeros = zeroShare.reduce((total, share) => total + share, 0) / units;
  return [
    name,
    activation,
    String(units),
    String(samples),
    average(mean),
    average(std),
    percent(zeros),
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
  const findings = report.findings.flatMap(({severity, rule, layer, units, message, fixes}) => [
    '',
    `${severity}: ${rule} in ${layer}`,
    `  ${message}`,
    ...(units ? [`  units ${ranges(units)}`] : []),
    ...fixes.map(({title, code}) => `  → ${title}${code ? `: ${code}` : ''}`),
  ]);
  const {share, every} = report.cost;
  const unseen = report.notWatched.filter(({hasActivation}) => hasActivation);
  return [
    ...table,
    ...findings,
    '',
    ...(report.findings.length === 0 ? ['No dead, saturated or non-finite units found.'] : []),
    ...unseen.map(({name, reason}) => `Not watched: ${name} (${reason})`),
    `Watching took ${percent(share)} of the time (every ${every === 1 ? 'batch' : `${every} batches`}).`,
  ].join('\n');
}

/** Prints the table at the end of training. */
export function consoleReporter(): Reporter {
  return {
    onTrainEnd(report) {
      console.log(`\n${formatReport(report)}\n`);
    },
  };
}
