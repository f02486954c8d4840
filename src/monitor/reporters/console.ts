import {COLUMNS, stepsOf} from '../layer-table.js';
import {percent, plural, ranges, wrap} from '../text.js';
import {SEVERITIES} from '../types.js';
import type {Finding, LayerReport, Report, Reporter} from '../types.js';

/** How many units, or runs of them, a finding shows; the report has them all. */
const SHOWN_UNITS = 20;

/** Text below the table is broken at this many characters. */
const WIDTH = 100;

/** Colours of ANSI terminals. */
const COLOURS: Readonly<Record<Finding['severity'], number>> = {info: 36, warning: 33, error: 31};

/**
 * A report as text: a row for each layer, averaged over its units, then the findings.
 * @param hasColours Whether to colour the severities, for a terminal.
 */
export function formatReport(report: Report, hasColours = false): string {
  const {layers, findings, notWatched, problems, cost, steps} = report;
  const told = new Set<string>();
  const unseen = notWatched.filter(({hasActivation}) => hasActivation);
  return [
    ...formatTable(layers),
    ...(layers.length > 0 ? [`(Means over units, in ${stepsOf(layers)} of ${steps}.)`] : []),
    ...mostSevereFirst(findings).flatMap(finding => formatFinding(finding, hasColours, told)),
    '',
    ...(findings.length === 0 ? ['No findings.'] : []),
    ...formatRevivals(report),
    ...unseen.map(({name, reason}) => `Not watched: ${name} (${reason})`),
    ...problems.map(problem => `Problem: ${problem}`),
    `Watching took ${percent(cost.share)} of the time (every ${cost.every === 1 ? 'batch' : `${cost.every} batches`}).`,
  ].join('\n');
}

function formatTable(layers: readonly LayerReport[]): string[] {
  const rows = [
    COLUMNS.map(({title}) => title),
    ...layers.map(layer => COLUMNS.map(({cell}) => cell(layer))),
  ];
  const widths = COLUMNS.map((_, column) => Math.max(...rows.map(row => row[column].length)));
  return rows.map(row =>
    row
      .map((cell, column) =>
        COLUMNS[column].isText ? cell.padEnd(widths[column]) : cell.padStart(widths[column]),
      )
      .join('  ')
      .trimEnd(),
  );
}

function mostSevereFirst(findings: readonly Finding[]): Finding[] {
  const rank = ({severity}: Finding): number => SEVERITIES.indexOf(severity);
  return [...findings].sort((first, second) => rank(second) - rank(first));
}

/** @param told The fixes whose code was shown before, which is not repeated. */
function formatFinding(finding: Finding, hasColours: boolean, told: Set<string>): string[] {
  const {severity, rule, layer, units, message, fixes} = finding;
  const indented = (text: string): string[] => wrap(text, WIDTH - 2).map(line => `  ${line}`);
  const title = hasColours ? `\u001b[${COLOURS[severity]}m${severity}\u001b[39m` : severity;
  return [
    '',
    `${title}: ${rule} in ${layer}`,
    ...indented(message),
    ...(units ? indented(`units ${ranges(units, SHOWN_UNITS)}`) : []),
    ...fixes.flatMap(({title, code}) => {
      const line = `  → ${title}${code ? `: ${code}` : ''}`;
      if (!code || (line.length <= WIDTH && !line.includes('\n'))) return [line];
      if (told.has(title + code)) return [`  → ${title} (as above)`];
      told.add(title + code);
      return [`  → ${title}:`, ...code.split('\n').map(each => `    ${each}`)];
    }),
  ];
}

/** A line for each layer whose units were started anew, or could not be. */
function formatRevivals({revived = [], notRevived = []}: Report): string[] {
  const layers = [...new Set(revived.map(({layer}) => layer))];
  return [
    ...layers.map(layer => {
      const own = revived.filter(each => each.layer === layer);
      const all = own.flatMap(({units}) => units);
      const count = new Set(all).size;
      const again = all.length > count ? ', some of them again' : '';
      const steps = ranges(
        own.map(({step}) => step),
        SHOWN_UNITS,
      );
      return `Revived: ${plural(count, 'unit')} of ${layer}${again} (after step ${steps})`;
    }),
    ...notRevived.map(
      ({layer, units, reason}) =>
        `Not revived: ${plural(units.length, 'unit')} of ${layer} (${reason})`,
    ),
  ];
}

/**
 * Prints a table of the layers and what was found, at the end of training. The severities have colours
 * where the output is a terminal and the environment variable `NO_COLOR` is not set or empty
 * (https://no-color.org).
 */
export function consoleReporter(): Reporter {
  return {
    onTrainEnd(report) {
      console.log(`\n${formatReport(report, isColourTerminal())}\n`);
    },
  };
}

/** In a browser there is no process, or one that a bundler made up. */
function isColourTerminal(): boolean {
  if (typeof process === 'undefined') return false;
  const isTerminal = (process.stdout as NodeJS.WriteStream | undefined)?.isTTY ?? false;
  return isTerminal && !process.env?.NO_COLOR;
}
