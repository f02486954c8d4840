import {readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {formatMarkdown} from '../document.js';
import {machine} from './machine.js';
import {speedup, timesRelu} from './results.js';
import type {Place, Results} from './results.js';
import {geometricMean} from './statistics.js';
import type {Summary} from './statistics.js';
import {subjects} from './subjects.js';
import {BACKENDS, DIRECTIONS, SHAPE_NAMES} from './workload.js';
import type {Backend, Direction} from './workload.js';

const README = path.join(__dirname, '../../README.md');
const BEGIN = '<!-- benchmarks: written by `npm run bench -- --readme` -->';
const END = '<!-- /benchmarks -->';

type Measure = (place: Place, direction: Direction) => Summary | undefined;

/** Forward and as a step: the geometric means over the shapes. */
function means(backend: Backend, measure: Measure): number[] {
  return DIRECTIONS.map(direction => {
    const ratios = SHAPE_NAMES.map(shape => measure({backend, shape}, direction)?.median);
    if (ratios.includes(undefined)) {
      throw new Error('The table of README needs every backend, shape and activation');
    }
    return geometricMean(ratios as number[]);
  });
}

const show = (value: number): string =>
  value >= 10 ? value.toFixed(0) : value >= 1 ? value.toFixed(1) : value.toFixed(2);

/** The table, and a line that tells how it came about. */
function tableOf(results: Results): string {
  const rows = subjects.map(({name, stockIs}) => ({
    name: stockIs === 'composed' ? `\`${name}\` *` : `\`${name}\``,
    figures: BACKENDS.flatMap(backend => [
      means(backend, (place, direction) => speedup(results, place, name, direction)),
      means(backend, (place, direction) => timesRelu(results, place, name, 'ours', direction)),
    ]),
  }));
  const columns = rows[0].figures.map((pair, column) =>
    pair.map((_, index) => geometricMean(rows.map(({figures}) => figures[column][index]))),
  );
  const cells = (figures: number[][]): string[] => figures.map(pair => pair.map(show).join(' / '));
  const header = [
    'forward / step',
    ...BACKENDS.flatMap(backend => [`${backend}: stock ÷ ours`, `${backend}: ours ÷ stock relu`]),
  ];
  const lines = [
    header,
    header.map((_, index) => (index === 0 ? '---' : '---:')),
    ...rows.map(({name, figures}) => [name, ...cells(figures)]),
    ['geometric mean', ...cells(columns)],
  ];
  const date = new Date().toISOString().slice(0, 10);
  return [
    `Ratios of times in one run on ${machine()}, ${date}; a step is forward and backward. Stock is the op`,
    'of TensorFlow.js or, marked *, a composition of its ops. Each is the geometric mean of a dense and a',
    'convolutional shape.',
    '',
    ...lines.map(line => `| ${line.join(' | ')} |`),
  ].join('\n');
}

export async function writeReadme(results: Results): Promise<void> {
  const text = await readFile(README, 'utf8');
  const [from, to] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`README.md needs the lines "${BEGIN}" and "${END}"`);
  const table = tableOf(results);
  const written = `${text.slice(0, from + BEGIN.length)}\n\n${table}\n\n${text.slice(to)}`;
  await writeFile(README, await formatMarkdown(README, written));
}
