/** What watching costs, as text: on the console, and as docs/monitor-overhead.md. */
import {markdownTable} from '../document.js';
import {machine} from '../bench/machine.js';
import type {MedianInterval} from './median.js';

export interface Measured {
  readonly backend: string;
  readonly network: string;
  readonly mode: string;
  /** The time with the monitor ÷ without, less 1. */
  readonly overhead: MedianInterval;
  /** The same of all pieces together. */
  readonly overheadInAll: number;
  readonly bar?: number;
  readonly pairs: number;
  /** Steps of one piece, and milliseconds of one step without the monitor, in the mean. */
  readonly steps: number;
  readonly stepMilliseconds: number;
  /** Every how many batches the monitor watched after the warm-up, and what it says it costs. */
  readonly every: number;
  readonly share: number;
  readonly isSameTraining: boolean;
  /** How many tensors and bytes more than without are there after at least 1000 further batches. */
  readonly tensorsKept: number;
  readonly bytesKept: number;
}

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;

/** One measurement as text. */
export function lineOf(measured: Measured): string {
  const {backend, network, mode, overhead, overheadInAll, bar, pairs, steps} = measured;
  const {stepMilliseconds, every, share, isSameTraining, tensorsKept, bytesKept} = measured;
  const {median, low, high} = overhead;
  return [
    `${backend}, ${network}, ${mode}: ${percent(median)} (95 %: ${percent(low)} to ${percent(high)})`,
    `  ${bar === undefined ? 'no bar' : `bar ${percent(bar)}: ${median <= bar ? 'reached' : 'MISSED'}`}; all pieces together ${percent(overheadInAll)}`,
    `  ${pairs} pairs of ${steps} steps of ${stepMilliseconds.toFixed(2)} ms; watched every ${every}, by its own account ${percent(share)}`,
    `  weights ${isSameTraining ? 'bit for bit the same' : 'DIFFER'}; kept ${tensorsKept} tensors and ${bytesKept} bytes more`,
  ].join('\n');
}

/** The page as Markdown, not yet formatted. */
export function asMarkdown(all: readonly Measured[]): string {
  const rows = all.map(({backend, network, mode, overhead, bar, pairs, steps, ...rest}) => [
    backend,
    network,
    mode,
    `${rest.stepMilliseconds.toFixed(1)} ms`,
    percent(overhead.median),
    `${percent(overhead.low)} to ${percent(overhead.high)}`,
    bar === undefined ? '' : percent(bar),
    `${rest.every}`,
    percent(rest.share),
    `${pairs} × ${steps}`,
  ]);
  const isSame = all.every(({isSameTraining}) => isSameTraining);
  const sum = (key: 'tensorsKept' | 'bytesKept'): number =>
    all.reduce((total, measured) => total + measured[key], 0);
  return `# What the monitor costs

<!-- written by \`npm run bench:overhead -- --write\` -->

Two trainings of the same network take turns in one process, one of them with an \`ActivationMonitor\`
without reporters: after ten epochs, equally long pieces of each are timed one after the other. The
overhead is the median over the pairs of the time with the monitor ÷ without it, less 1, with the interval
that covers the true median with 95 %. \`digits\` is the network of examples/digits.ts, \`mlp\` 784-256-256-10
with ReLU; batches have 32 samples. The last mode is the noise: neither has a monitor. Measured on
${machine()}, ${new Date().toISOString().slice(0, 10)}.

${markdownTable([
  [
    'backend',
    'network',
    'mode',
    'step',
    'overhead',
    '95 % interval',
    'bar',
    'watched every',
    'by its own account',
    'pairs × steps',
  ],
  ...rows,
])}

The weights with the monitor were ${isSame ? 'bit for bit those without it' : 'NOT those without it'}; after at least 1000 further batches
${sum('tensorsKept')} more tensors and ${sum('bytesKept')} more bytes were kept.
`;
}
