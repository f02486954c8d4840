/**
 * Runs the digits example and draws what it prints as docs/digits.svg, the picture of README. Lines
 * that are left out are marked with "…"; long ones are wrapped.
 */
import {execFileSync} from 'node:child_process';
import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {stripVTControlCharacters} from 'node:util';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

const COLUMNS = 104;
const FONT_SIZE = 12;
const CHARACTER = 7.2;
const LINE = 14.5;
const MARGIN = 16;
const GREATEST_HEIGHT = 720;

/**
 * What is left out, in order: the lines after one that matches `after` and before the next that
 * matches `before`, or to the end. Several patterns in `after` are found one after the other.
 */
const cuts = [
  {after: [/^Epoch +1\/16/], before: /^Epoch 16\/16/},
  {after: [/^digit +softmax/], before: /^Accuracy on/},
  {after: [/^Accuracy on/], before: /^2\. /},
  {after: [/^2\. /], before: /^layer /},
  {after: [/^error: /, /layers\.prelu\(/], before: /^3\. /},
  {after: [/^3\. /], before: /^bad network/},
  {after: [/^ +with PReLU/]},
];

/** The titles are bold, and need no line below them. */
const UNDERLINE = /^─+$/;

function cut(lines) {
  const kept = lines.filter(line => !UNDERLINE.test(line));
  let from = 0;
  const find = pattern => {
    const index = kept.findIndex((line, position) => position >= from && pattern.test(line));
    if (index < 0) throw new Error(`The example prints no line like ${pattern} any more`);
    return index;
  };
  for (const {after, before} of cuts) {
    for (const pattern of after) from = find(pattern) + 1;
    const to = before ? find(before) : kept.length;
    kept.splice(from, to - from, '…');
    from += 1;
  }
  return kept;
}

/** Breaks a line between words; what goes on stands two columns further in. */
function wrap(line) {
  const indent = ' '.repeat(line.search(/\S|$/) + 2);
  const lines = [];
  let rest = line;
  while (rest.length > COLUMNS) {
    const space = rest.lastIndexOf(' ', COLUMNS);
    const end = space > indent.length ? space : COLUMNS;
    lines.push(rest.slice(0, end));
    rest = indent + rest.slice(end).trimStart();
  }
  return [...lines, rest];
}

/** Each line with the class of its style, which a line that goes on inherits. */
function styled(line) {
  const kind = /^(error|warning):/.exec(line)?.[1];
  const isFix = line.startsWith('  →');
  const isQuiet = line === '…';
  const isTitle = /^\d\. /.test(line);
  const style = kind ?? (isFix ? 'fix' : isQuiet ? 'quiet' : isTitle ? 'title' : 'plain');
  return wrap(line).map(text => ({text, style}));
}

const escape = text =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

function draw(lines) {
  const columns = Math.max(...lines.map(({text}) => text.length));
  const width = Math.ceil(columns * CHARACTER + 2 * MARGIN);
  const height = Math.ceil(lines.length * LINE + 2 * MARGIN);
  if (height > GREATEST_HEIGHT) {
    throw new Error(`The picture is ${height} pixels high; cut more, for ${GREATEST_HEIGHT}`);
  }
  // A length given with each line keeps the columns in line, whatever font there is.
  const texts = lines.flatMap(({text, style}, index) => {
    const shown = text.trimStart();
    if (shown === '') return [];
    const x = (MARGIN + (text.length - shown.length) * CHARACTER).toFixed(1);
    const y = (MARGIN + (index + 0.75) * LINE).toFixed(1);
    const length = (shown.length * CHARACTER).toFixed(1);
    return `<text class="${style}" x="${x}" y="${y}" textLength="${length}" lengthAdjust="spacingAndGlyphs" xml:space="preserve">${escape(shown)}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="${FONT_SIZE}">
<style>
  rect { fill: #f6f8fa; stroke: #d0d7de; }
  .plain, .title { fill: #1f2328; }
  .title { font-weight: bold; }
  .quiet { fill: #6e7781; }
  .error { fill: #cf222e; font-weight: bold; }
  .warning { fill: #9a6700; font-weight: bold; }
  .fix { fill: #116329; }
  @media (prefers-color-scheme: dark) {
    rect { fill: #0d1117; stroke: #30363d; }
    .plain, .title { fill: #e6edf3; }
    .quiet { fill: #8b949e; }
    .error { fill: #ff7b72; }
    .warning { fill: #e3b341; }
    .fix { fill: #7ee787; }
  }
</style>
<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8"/>
${texts.join('\n')}
</svg>
`;
}

const example = ['--import', 'tsx', path.join(root, 'examples/digits.ts')];
const output = execFileSync(process.execPath, example, {
  cwd: root,
  encoding: 'utf8',
  stdio: ['ignore', 'pipe', 'inherit'],
});
const printed = stripVTControlCharacters(output).trimEnd().split('\n');
const picture = path.join(root, 'docs/digits.svg');
await writeFile(picture, draw(cut(printed).flatMap(styled)));
console.log(`Wrote ${path.relative(root, picture)}`);
