/** Writes docs/golden.md, from the files of test/golden/; with --check, tells whether it is up to date. */
import {readFileSync} from 'node:fs';
import {goldenNames, readGolden} from '../test/helpers/golden.js';
import type {Disagreement, GoldenFile, GoldenLayerFile} from '../test/helpers/golden.js';
import {formatMarkdown, markdownTable, pathOf, writeDocument} from './document.js';

const PAGE = 'golden.md';

type File = GoldenFile | GoldenLayerFile;

/** Why a system disagrees, by its name and ours. */
const REASONS: Readonly<Record<string, string>> = {
  'PyTorch celu': '1/α is rounded to float32',
  'PyTorch hardSigmoid3': '1/6 is rounded to float32',
  'PyTorch softplus': 'a straight line where β · x is above 20',
  'Keras tanh': 'computed in float32, on JAX',
  'Keras sparsemax':
    'all cumulative sums are added up where the last is meant, so that outputs do not sum to 1',
};

const nameOf = (file: File): string => ('layer' in file ? file.layer : file.activation);

const rowsOf = ({cases}: File): number =>
  cases.reduce((total, each) => total + ('rows' in each ? each.rows.length : 1), 0);

const largest = (numbers: Readonly<Record<string, number>>): number =>
  Math.max(...Object.values(numbers));

/** Upwards to one digit, as it is a bound. */
function upwards(difference: number): string {
  if (difference === 0) return '0';
  const unit = 10 ** Math.floor(Math.log10(difference));
  return (Math.ceil(difference / unit) * unit).toExponential(0);
}

function cellOf(file: File, system: string): string {
  const found = file.systems.find(each => each.system === system);
  if (!found) return '–';
  const short = largest(found.rowsShortOfDigits);
  const digits = short === 0 ? '' : `, ${short} short`;
  return `\`${found.function}\` ${upwards(largest(found.largestDifferences))}${digits}`;
}

const SYSTEMS = ['PyTorch', 'Keras', 'JAX', 'SciPy'];

/** The versions of all systems, by name. */
function versionsOf(files: readonly File[]): Map<string, string> {
  const told = files.flatMap(file => file.systems);
  return new Map(
    SYSTEMS.map(name => [name, told.find(({system}) => system === name)?.version ?? '']),
  );
}

/** In how many rows the value, or the gradients, are mpmath's. */
function rowsOfMpmath({cases}: File): number {
  const sources = cases.flatMap<{value: readonly string[]; gradients?: readonly string[]}>(each =>
    'rows' in each ? each.rows.map(({from}) => from) : [each.from],
  );
  return sources.filter(({value, gradients}) => [value, gradients].flat().includes('mpmath'))
    .length;
}

function tableOf(title: string, files: readonly File[], versions: Map<string, string>): string {
  const header = [title, 'rows', 'of mpmath', ...[...versions].map(pair => pair.join(' '))];
  const rows = files.map(file => [
    `\`${nameOf(file)}\``,
    `${rowsOf(file)}`,
    `${rowsOfMpmath(file)}`,
    ...[...versions.keys()].map(system => cellOf(file, system)),
  ]);
  return markdownTable([header, ...rows]);
}

function reasonOf(file: File, {system}: Disagreement): string {
  const key = `${system} ${nameOf(file)}`;
  if (key in REASONS) return REASONS[key];
  throw new Error(`scripts/golden-table.ts: REASONS lacks '${key}'`);
}

function disagreementRow(file: File, found: Disagreement): string[] {
  const {system, quantity, rows, difference, values, x, options, args} = found;
  const settings = Object.entries({...(x === undefined ? {} : {x}), ...options, ...args});
  return [
    `\`${nameOf(file)}\``,
    system,
    quantity,
    settings.map(([name, value]) => `${name} = ${value}`).join(', '),
    `${values[system]}`,
    `${values.mpmath}`,
    upwards(difference),
    `${rows}`,
    reasonOf(file, found),
  ];
}

function disagreements(files: readonly File[]): string {
  const header = ['activation', 'system', 'of', 'at', 'its number', 'mpmath’s'];
  const rows = files.flatMap(file => file.disagreements.map(each => disagreementRow(file, each)));
  return markdownTable([[...header, 'difference', 'rows', 'because'], ...rows]);
}

function page(): string {
  const all = goldenNames().map(name => readGolden<GoldenFile>(name));
  const layers = goldenNames('mixing').map(name => readGolden<GoldenLayerFile>(`mixing/${name}`));
  const versions = versionsOf([...all, ...layers]);
  const total = [...all, ...layers].reduce((sum, file) => sum + rowsOf(file), 0);
  return `# Golden values

<!-- written by \`npm run golden:table\` -->

\`test/golden/\` holds what other systems compute for every activation: values, and gradients by x and by
each weight, in float64, in ${total} rows. \`scripts/golden/generate.py\` asks them, and holds each number
against the paper's formula in mpmath ${all[0].mpmath} at 50 digits or more. A golden number is that of the
first system that has 14 right digits, or mpmath's where none has, or none has the function: each row says
which, and the tables count those whose value or gradients are mpmath's. Tests hold the package against all
of them, in float64 to 13 digits, in float32 as kernels are held against float64.

A cell names the function and its largest difference from mpmath's numbers, relative to them or to 1,
whichever is larger. *Short* are rows in which a number has fewer than 14 right digits: most often one in
the tail, where terms of size 1 cancel. Keras computes on JAX. SciPy has no gradients but those of splines.

${tableOf('activation', all, versions)}

Layers whose outputs depend on several inputs each, in inference; a row is one call:

${tableOf('layer', layers, versions)}

## Where they disagree

Differences of more than 1e-14, each where it is largest. The golden numbers are mpmath's there, or those of
the other systems.

${disagreements([...all, ...layers])}
`;
}

async function main(): Promise<void> {
  if (!process.argv.includes('--check')) return writeDocument(PAGE, page());
  const file = pathOf(PAGE);
  if (readFileSync(file, 'utf8') !== (await formatMarkdown(file, page()))) {
    throw new Error('docs/golden.md is out of date; run npm run golden:table');
  }
}

void main();
