/** Writes the table of activations into README.md, from the package's own definitions. */
import {readFile, writeFile} from 'node:fs/promises';
import {createRequire} from 'node:module';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {format, resolveConfig} from 'prettier';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const {activations} = createRequire(import.meta.url)(path.join(root, 'dist/cjs/index.js'));
const readme = path.join(root, 'README.md');
const begin = '<!-- activations: written by `npm run table` -->';
const end = '<!-- /activations -->';

const code = text => `\`${text}\``;
const list = names => names.map(code).join(', ') || '–';

/** Longer formulas are left to the page of the activations. */
const LONGEST = 70;
const page = name => `docs/activations.md#${name.toLowerCase()}`;
const formula = ({name, formula}) =>
  String(formula).length > LONGEST ? `[its page](${page(name)})` : code(formula);

const number = value => Math.round(value * 1e4) / 1e4;
const RANDOM = {
  RandomUniform: ({minval, maxval}) => `${number(minval)} to ${maxval}, random`,
  RandomNormal: ({stddev}) => `±${stddev}, random`,
};
const start = ({initializer, length}) => {
  if (initializer.className) return RANDOM[initializer.className](initializer.config);
  if (length) return `${length} numbers`;
  return typeof initializer === 'number' ? number(initializer) : initializer;
};
const weight = ([name, definition]) => `${name}: ${start(definition)}`;
const option = ({definition: {layerOptions = {}}}, [name, value]) =>
  name in layerOptions
    ? `${code(`${name}: ${value}`)} (layer: ${layerOptions[name]})`
    : code(`${name}: ${value}`);

const all = Object.values(activations);
const rows = all.map(activation => [
  [`[${code(activation.name)}](${page(activation.name)})`, ...activation.aliases.map(code)].join(
    ', ',
  ),
  code(activation.className),
  formula(activation),
  list(Object.entries(activation.weights).map(weight)),
  Object.entries(activation.options)
    .map(each => option(activation, each))
    .join(', ') || '–',
]);
const header = ['name', 'layer', 'formula at the defaults', 'learns, from', 'options'];
const table = [header, header.map(() => '---'), ...rows].map(row => `| ${row.join(' | ')} |`);

const text = await readFile(readme, 'utf8');
const [from, to] = [text.indexOf(begin), text.indexOf(end)];
if (from < 0 || to < from) throw new Error(`README.md lacks ${begin} or ${end}`);
const updated = `${text.slice(0, from + begin.length)}\n\n${table.join('\n')}\n\n${text.slice(to)}`;
const formatted = await format(updated, {...(await resolveConfig(readme)), parser: 'markdown'});
if (process.argv.includes('--check')) {
  if (formatted !== text)
    throw new Error('README.md: the table of activations is out of date; run npm run table');
} else {
  await writeFile(readme, formatted);
}
