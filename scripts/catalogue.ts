/**
 * Writes docs/activations.md and the images in docs/curves/, from the activations themselves; with
 * --check, tells whether they are up to date.
 */
import {mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync} from 'node:fs';
import {activations, catalogue} from '../src/index.js';
import type {CatalogueEntry, CatalogueWeight} from '../src/index.js';
import type {AnyActivation} from '../src/definition.js';
import {curveSvg} from '../src/curve-svg.js';
import {docComments} from './doc-comments.js';
import {formatMarkdown, markdownTable, pathOf} from './document.js';

const PAGE = 'activations.md';
const CURVES = 'curves';

const INTRODUCTION = `# Activations

<!-- written by \`npm run catalogue\` -->

Every activation of the package, as \`catalogue\` has it: values, curves and gains are those at the
defaults, and weights that start random have the values that stand for them. The gain is 1/√E[f(z)²] for z ~
N(0, 1); kernels that its outputs meet should have the variance gain² / fanIn, which is what
\`initializerFor\` gives.

\`\`\`ts
import {activations, catalogue, initializerFor} from 'tfjs-activations';

const monotonic = catalogue.filter(entry => entry.monotonic).map(entry => entry.name);
const gain = activations.elu.gain({alpha: 0.5});
const kernelInitializer = initializerFor('mish');
\`\`\``;

const comments = docComments();

const code = (text: unknown): string => `\`${String(text)}\``;
const digits = (value: number): string => String(Number(value.toPrecision(6)));
const bound = (value: number | null, infinity: string): string =>
  value === null ? infinity : String(Number(value.toPrecision(7)));

function describeEntry(entry: CatalogueEntry): string {
  const {name, className, aliases, elementwise, kind, summary, paper} = entry;
  const comment = comments.get(name);
  if (!comment) throw new Error(`${name} has no doc comment`);
  const heads = [
    `## ${name}`,
    comment.summary,
    ['```text', comment.formula, '```'].join('\n'),
    ...comment.remarks,
    [
      `Layer ${code(className)}`,
      ...(aliases.length > 0 ? [`also called ${aliases.map(code).join(', ')}`] : []),
      kind === 'learnable' ? 'learns its weights' : 'fixed',
    ].join('; ') + '.',
  ];
  return [
    ...heads,
    ...(summary ? [`_${summary}_`] : []),
    ...(elementwise ? [`![${name} and its derivative](${CURVES}/${name}.svg)`] : []),
    ...(elementwise ? [formulas(entry)] : []),
    facts(entry),
    ...(entry.weights.length > 0 ? [weightTable(entry.weights)] : []),
    ...(paper ? [`Paper: ${paper}`] : []),
  ].join('\n\n');
}

function formulas({formula, derivative}: CatalogueEntry): string {
  const block = ['```text', `y  = ${formula}`, `y' = ${derivative}`, '```'].join('\n');
  const title = 'What is computed, and its derivative';
  return `<details><summary>${title}</summary>\n\n${block}\n\n</details>`;
}

function facts(entry: CatalogueEntry): string {
  const {options, layerOptions, sharedAxes, range, monotonic, gain, kernelInitializer} = entry;
  const absent = entry.elementwise ? 'none' : 'no default';
  const shown = (value: unknown): string => (value === null ? absent : JSON.stringify(value));
  const listed = Object.entries(options).map(([name, value]) =>
    name in layerOptions
      ? `${code(name)} ${shown(value)}, in the layer ${shown(layerOptions[name])}`
      : `${code(name)} ${shown(value)}`,
  );
  return [
    ...(listed.length > 0 ? [`- Options: ${listed.join('; ')}`] : []),
    ...(sharedAxes !== null ? [`- Weights are shared along: ${JSON.stringify(sharedAxes)}`] : []),
    ...(range ? [`- Range: ${bound(range[0], '−∞')} to ${bound(range[1], '∞')}`] : []),
    ...(monotonic !== null ? [`- Monotonic: ${monotonic ? 'yes' : 'no'}`] : []),
    ...(gain !== null ? [`- Gain: ${digits(gain)}`] : []),
    ...(kernelInitializer ? [`- Kernels: ${initializerText(kernelInitializer)}`] : []),
  ].join('\n');
}

function weightTable(weights: readonly CatalogueWeight[]): string {
  const rows = weights.map(({name, length, initializer, regularizer, constraint}) => [
    code(name),
    length === undefined ? '–' : String(length),
    initializerText(initializer),
    regularizer ? initializerText(regularizer) : '–',
    constraint ? initializerText(constraint) : '–',
  ]);
  return markdownTable([
    ['weight', 'coefficients', 'starts as', 'regularizer', 'constraint'],
    ...rows,
  ]);
}

/** A part with its settings, such as `constant({value: 0.25})`. */
function initializerText({className, config}: CatalogueWeight['initializer']): string {
  const settings = Object.entries(config)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name}: ${settingText(value)}`);
  const name = className.charAt(0).toLowerCase() + className.slice(1);
  return code(settings.length > 0 ? `${name}({${settings.join(', ')}})` : name);
}

function settingText(value: unknown): string {
  if (typeof value === 'number') return digits(value);
  if (Array.isArray(value)) return `[${value.map(settingText).join(', ')}]`;
  return typeof value === 'string' ? `'${value}'` : JSON.stringify(value);
}

function contents(entries: readonly CatalogueEntry[]): string {
  return entries.map(({name}) => `[${name}](#${name.toLowerCase()})`).join(' · ');
}

async function files(): Promise<Map<string, string>> {
  const elementwise = catalogue.filter(entry => entry.elementwise);
  const others = catalogue.filter(entry => !entry.elementwise);
  const byKind = (kind: string): CatalogueEntry[] =>
    elementwise.filter(entry => entry.kind === kind);
  const text = [
    INTRODUCTION,
    `Fixed: ${contents(byKind('fixed'))}`,
    `Learnable: ${contents(byKind('learnable'))}`,
    `Layers that mix units, or are random: ${contents(others)}`,
    ...[...byKind('fixed'), ...byKind('learnable'), ...others].map(describeEntry),
  ].join('\n\n');
  const written = new Map([[PAGE, await formatMarkdown(pathOf(PAGE), text)]]);
  for (const [name, activation] of Object.entries(activations)) {
    written.set(`${CURVES}/${name}.svg`, curveSvg(activation as unknown as AnyActivation));
  }
  return written;
}

function writtenBefore(): string[] {
  const images = readdirSync(pathOf(CURVES)).map(file => `${CURVES}/${file}`);
  return [PAGE, ...images];
}

async function main(): Promise<void> {
  const expected = await files();
  if (process.argv.includes('--check')) {
    const names = new Set([...writtenBefore(), ...expected.keys()]);
    const outdated = [...names].filter(name => {
      const text = expected.get(name);
      return text === undefined || textOf(name) !== text;
    });
    if (outdated.length === 0) return;
    throw new Error(`docs/: ${outdated.join(', ')} out of date; run npm run catalogue`);
  }
  rmSync(pathOf(CURVES), {recursive: true, force: true});
  mkdirSync(pathOf(CURVES));
  for (const [name, text] of expected) writeFileSync(pathOf(name), text);
}

function textOf(name: string): string | undefined {
  try {
    return readFileSync(pathOf(name), 'utf8');
  } catch {
    return undefined;
  }
}

void main();
