/** Draws text from standard input as an SVG picture of a terminal, on standard output. */
import {text} from 'node:stream/consumers';
import {stripVTControlCharacters} from 'node:util';

const FONT_SIZE = 13;
const CHARACTER = 7.83;
const LINE = 18;
const MARGIN = 16;

const escape = line =>
  line.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const colorOf = line => {
  if (/^(error|warning):/.test(line)) return line.startsWith('error') ? '#ff7b72' : '#e3b341';
  return line.startsWith('  →') ? '#7ee787' : '#e6edf3';
};

const lines = stripVTControlCharacters(await text(process.stdin))
  .trimEnd()
  .split('\n');
const width = Math.ceil(Math.max(...lines.map(line => line.length)) * CHARACTER + 2 * MARGIN);
const height = lines.length * LINE + 2 * MARGIN;
const spans = lines.map(
  (line, index) =>
    `<text x="${MARGIN}" y="${MARGIN + (index + 0.75) * LINE}" fill="${colorOf(line)}" xml:space="preserve">${escape(line)}</text>`,
);
console.log(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="ui-monospace, Menlo, Consolas, monospace" font-size="${FONT_SIZE}">
<rect width="100%" height="100%" rx="8" fill="#0d1117"/>
${spans.join('\n')}
</svg>`);
