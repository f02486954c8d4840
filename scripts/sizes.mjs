/** Measures what importing parts of the package adds to a bundle, and writes the table into README.md. */
import {build} from 'esbuild';
import {readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {gzipSync} from 'node:zlib';
import {format, resolveConfig} from 'prettier';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const readme = path.join(root, 'README.md');
const begin = '<!-- sizes: written by `npm run sizes` -->';
const end = '<!-- /sizes -->';

const imports = [
  {label: 'everything', code: `export * from 'tfjs-activations'`},
  {label: '`ActivationMonitor` alone', code: `export {ActivationMonitor} from 'tfjs-activations'`},
  {
    label: 'one activation, `activations.mish`',
    code: `import {activations} from 'tfjs-activations'; export const {mish} = activations`,
  },
];

async function measure(code) {
  const {outputFiles} = await build({
    stdin: {contents: code, resolveDir: root},
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    external: ['@tensorflow/*'],
    logLevel: 'error',
  });
  const {contents} = outputFiles[0];
  return {minified: contents.length, gzipped: gzipSync(contents, {level: 9}).length};
}

const kilobytes = bytes => `${(bytes / 1000).toFixed(1)} kB`;

const rows = [];
for (const {label, code} of imports) {
  const {minified, gzipped} = await measure(code);
  rows.push(`| ${label} | ${kilobytes(minified)} | ${kilobytes(gzipped)} |`);
}
const table = ['| Import | Minified | Gzipped |', '| --- | ---: | ---: |', ...rows].join('\n');

const text = await readFile(readme, 'utf8');
const from = text.indexOf(begin);
const to = text.indexOf(end);
if (from < 0 || to < from) throw new Error(`README.md needs the lines "${begin}" and "${end}"`);
const written = `${text.slice(0, from + begin.length)}\n\n${table}\n\n${text.slice(to)}`;
await writeFile(
  readme,
  await format(written, {...(await resolveConfig(readme)), parser: 'markdown'}),
);
console.log(table);
