/** Writes the list of activations into README.md, from the package's own catalogue. */
import {readFile, writeFile} from 'node:fs/promises';
import {createRequire} from 'node:module';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {format, resolveConfig} from 'prettier';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const {catalogue} = createRequire(import.meta.url)(path.join(root, 'dist/cjs/index.js'));
const readme = path.join(root, 'README.md');
const begin = '<!-- activations: written by `npm run table` -->';
const end = '<!-- /activations -->';

const link = ({name}) => `[${name}](docs/activations.md#${name.toLowerCase()})`;
const withAliases = entry =>
  entry.aliases.length > 0 ? `${link(entry)} (${entry.aliases.join(', ')})` : link(entry);
const withWeights = entry => `${link(entry)} (${entry.weights.map(({name}) => name).join(', ')})`;

const list = [
  ['fixed', withAliases, ({elementwise, kind}) => elementwise && kind === 'fixed'],
  ['learnable', withWeights, ({elementwise, kind}) => elementwise && kind === 'learnable'],
  ['layers that mix units, or are random', link, ({elementwise}) => !elementwise],
].map(([title, describe, belongs]) => {
  const entries = catalogue.filter(belongs);
  return `- **${entries.length} ${title}**: ${entries.map(describe).join(', ')}`;
});
const text = await readFile(readme, 'utf8');
const [from, to] = [text.indexOf(begin), text.indexOf(end)];
if (from < 0 || to < from) throw new Error(`README.md lacks ${begin} or ${end}`);
const updated = `${text.slice(0, from + begin.length)}\n\n${list.join('\n')}\n\n${text.slice(to)}`;
const formatted = await format(updated, {...(await resolveConfig(readme)), parser: 'markdown'});
if (process.argv.includes('--check')) {
  if (formatted !== text)
    throw new Error('README.md: the list of activations is out of date; run npm run table');
} else {
  await writeFile(readme, formatted);
}
