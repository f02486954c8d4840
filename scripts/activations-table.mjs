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
const rows = Object.values(activations).map(activation => [
  [activation.name, ...activation.aliases].map(code).join(', '),
  code(activation.className),
  code(activation.formula),
  list(Object.keys(activation.weights)),
  list(Object.entries(activation.options).map(([name, value]) => `${name}: ${value}`)),
]);
const header = ['name', 'layer', 'formula at the defaults', 'learns', 'options'];
const table = [header, header.map(() => '---'), ...rows].map(row => `| ${row.join(' | ')} |`);

const text = await readFile(readme, 'utf8');
const [start, stop] = [text.indexOf(begin), text.indexOf(end)];
if (start < 0 || stop < start) throw new Error(`README.md lacks ${begin} or ${end}`);
const updated = `${text.slice(0, start + begin.length)}\n\n${table.join('\n')}\n\n${text.slice(stop)}`;
const formatted = await format(updated, {...(await resolveConfig(readme)), parser: 'markdown'});
if (process.argv.includes('--check')) {
  if (formatted !== text)
    throw new Error('README.md: the table of activations is out of date; run npm run table');
} else {
  await writeFile(readme, formatted);
}
