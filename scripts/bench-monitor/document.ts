/** The benchmark's results as text: on the console, and as docs/monitor-benchmark.md. */
import {machine} from '../bench/machine.js';
import type {Fault} from './faults.js';
import {DEFINITIONS, TOOLS} from './others.js';
import type {RuleScore, Scores, Share, ToolScore} from './score.js';
import {align} from '../bench/align.js';
import {markdownTable} from '../document.js';

type Table = readonly (readonly string[])[];

const percent = ({count, of}: Share): string =>
  of === 0 ? '–' : `${((100 * count) / of).toFixed(1)} % (${count} of ${of})`;
const steps = (median: number | null): string => (median === null ? '–' : `${median}`);

function ruleTable(rules: readonly RuleScore[]): Table {
  return [
    ['rule', 'recall', 'precision', 'with infos', 'steps to detection'],
    ...rules.map(({rule, exists, recall, precision, medianSteps}) => [
      exists ? rule : `${rule} (not there yet)`,
      percent(recall),
      percent(precision.warning),
      percent(precision.info),
      steps(medianSteps),
    ]),
  ];
}

function unitTable(rules: readonly RuleScore[]): Table {
  return [
    ['rule', 'units found', 'units rightly named'],
    ...rules.flatMap(({rule, units}) =>
      units ? [[rule, percent(units.recall), percent(units.precision)]] : [],
    ),
  ];
}

function toolTable(rules: readonly RuleScore[], tools: readonly ToolScore[]): Table {
  const ours = rules
    .filter(({rule}) => tools.some(tool => tool.rule === rule))
    .map(({rule, recall, precision, healthyAlarms, medianSteps}) => ({
      rule,
      cells: [
        'this package',
        percent(recall),
        percent(precision.info),
        percent(healthyAlarms),
        steps(medianSteps),
      ],
    }));
  const others = tools.map(({rule, tool, name, recall, precision, healthyAlarms, medianSteps}) => ({
    rule,
    cells: [
      `${tool}: ${name}`,
      percent(recall),
      percent(precision),
      percent(healthyAlarms),
      steps(medianSteps),
    ],
  }));
  return [
    ['about', 'definition', 'recall', 'precision', 'healthy runs blamed', 'steps to detection'],
    ...ours.flatMap(({rule, cells}) => [
      [rule, ...cells],
      ...others.filter(other => other.rule === rule).map(other => ['', ...other.cells]),
    ]),
  ];
}

function healthyTable({healthy}: Scores): Table {
  return [
    ['rule', 'infos', 'warnings', 'errors'],
    ...Object.entries(healthy.byRule).map(([rule, {info, warning, error}]) => [
      rule,
      ...[info, warning, error].map(String),
    ]),
    ['runs with any', '', percent(healthy.warnings), percent(healthy.errors)],
  ];
}

function faultTable({faults}: Scores): Table {
  return [
    ['fault', 'network', 'rule', 'planted', 'confirmed', 'found'],
    ...faults.map(({name, kind, rule, planted, recall}) => [
      name,
      kind,
      rule,
      `${planted}`,
      `${recall.of}`,
      `${recall.count}`,
    ]),
  ];
}

const titled = (scores: Scores): [string, Table][] => [
  ['Rules: planted faults that the truth confirms', ruleTable(scores.rules)],
  ['Units, at the end of all runs', unitTable(scores.rules)],
  ['Beside other tools, by their published definitions', toolTable(scores.rules, scores.tools)],
  ['Healthy runs: findings', healthyTable(scores)],
  ['Faults', faultTable(scores)],
];

function remarks({healthy, changedTrainings, rules}: Scores): string[] {
  const missed = rules.flatMap(({rule, exists, missed}) =>
    exists ? missed.map(run => `${rule}: ${run}`) : [],
  );
  return [
    `${healthy.runs} healthy runs count; ${healthy.discarded.length} that were meant to be healthy do not.`,
    ...healthy.discarded.map(run => `  not healthy: ${run}`),
    ...missed.map(run => `  missed by ${run}`),
    changedTrainings.length === 0
      ? 'In every run the weights with the monitor were bit for bit those without.'
      : `The monitor changed: ${changedTrainings.join('; ')}`,
  ];
}

export function asText(scores: Scores): string {
  const sections = titled(scores).map(([title, table]) => `${title}\n\n${align(table)}`);
  return [machine(), ...sections, remarks(scores).join('\n')].join('\n\n');
}

/** The page as Markdown, not yet formatted. */
export function asMarkdown(scores: Scores, faults: readonly Fault[], seeds: number): string {
  const {healthy, changedTrainings, rules} = scores;
  const [ofRules, ofUnits, ofTools, ofHealthy, ofFaults] = titled(scores).map(([, table]) =>
    markdownTable(table),
  );
  const missing = rules.filter(({exists}) => !exists).map(({rule}) => `\`${rule}\``);
  return `# How well the monitor finds faults

<!-- written by \`npm run bench:monitor -- --write\` -->

${faults.length} faults were planted in small networks, dense (wasm backend) and convolutional (cpu backend), with
${seeds} seeds each, and ${healthy.runs} networks were trained in which nothing was wrong. An \`ActivationMonitor\` with
its defaults watched each. What was true was told by full passes over the training set, at the start and
at the end of each epoch, of the same training without the monitor: made of stock ops, slopes by finite
differences, and every batch searched for NaN and infinity. Measured on ${machine()}, ${new Date().toISOString().slice(0, 10)}.

- Recall: of the runs with a planted fault that the full passes confirm, those in which the rule names the
  right part of the network.
- Precision: of the layers that a rule named in any run with a warning or an error, those of which the full
  pass before or after it says the same.
- Steps to detection: the median over the runs found of the training steps until then.
${missing.length > 0 ? `\nNot there yet: ${missing.join(', ')}.\n` : ''}
## Rules

${ofRules}

Single units, at the end of all runs:

${ofUnits}

## Beside other tools

The same runs by what ${TOOLS.join(', ')} define, each given a full pass over the training set at
the start and at the end of each epoch. A precision here counts every alarm, infos among them.

${ofTools}

${DEFINITIONS.map(({tool, name, text}) => `- ${tool}, ${name}: ${text}.`).join('\n')}

Sources: [keras-contrib](https://github.com/keras-team/keras-contrib/blob/master/keras_contrib/callbacks/dead_relu_detector.py),
[SageMaker Debugger](https://docs.aws.amazon.com/sagemaker/latest/dg/debugger-built-in-rules.html),
[DeepDiagnosis](https://doi.org/10.1145/3510003.3510071) and
[its code](https://github.com/DeepDiagnosis/ICSE2022/blob/main/callback/callbacks.py).

## Healthy runs

${ofHealthy}

${healthy.discarded.length} more runs were meant to be healthy and do not count: they did not train, or the full passes found a
fault in them.

${healthy.discarded.map(run => `- ${run}`).join('\n')}

${
  changedTrainings.length === 0
    ? 'In every run the weights with the monitor were bit for bit those without.'
    : `Runs that the monitor changed: ${changedTrainings.join('; ')}.`
}

## Faults

${faults.map(({name, text}) => `- \`${name}\`: ${text}.`).join('\n')}

${ofFaults}
`;
}
