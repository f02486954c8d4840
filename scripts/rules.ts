/** Writes docs/rules.md, from the rules themselves; with --check, tells whether it is up to date. */
import {readFileSync} from 'node:fs';
import {recommendedRules} from '../src/monitor/rules/index.js';
import type {Rule} from '../src/monitor/rules/index.js';
import {formatMarkdown, markdownTable, pathOf, writeDocument} from './document.js';

const PAGE = 'rules.md';

const INTRODUCTION = `# Rules of the monitor

<!-- written by \`npm run rules\` -->

\`ActivationMonitor\` applies all of these, each with its defaults, unless \`rules\` says otherwise. An
\`info\` is a curiosity, a \`warning\` hurts training, an \`error\` has broken it. A rule of one's own is
made by \`defineRule\`.

\`\`\`ts
import {ActivationMonitor, recommendedRules} from 'tfjs-activations';

const rules = [...recommendedRules, ['dead-units', {samples: 1000}] as const];
const monitor = new ActivationMonitor({rules, stopOn: ['non-finite']});
\`\`\``;

/** The options that every rule has and few change. */
function isCommon(name: string, value: number): boolean {
  return (name === 'warmUp' && value === 0) || (name === 'patience' && value === 1);
}

/** A cell of a table: a bar would end it. */
function escape(text: string): string {
  return text.replaceAll('|', '\\|');
}

function describeRule({id, description, link, options}: Rule): string {
  const rows = Object.entries(options)
    .filter(([name, {default: value}]) => !isCommon(name, value))
    .map(([name, {default: value, description = ''}]) => [
      `\`${name}\``,
      `${value}`,
      escape(description),
    ]);
  const table = markdownTable([['option', 'default', 'meaning'], ...rows]);
  return [
    `## ${id}`,
    `${description}. [Read more](${link}).`,
    ...(rows.length > 0 ? [table] : []),
  ].join('\n\n');
}

const common = Object.entries(recommendedRules[0].options)
  .filter(([name]) => name === 'warmUp' || name === 'patience')
  .map(
    ([name, {default: value, description}]) =>
      `- \`${name}\`: ${description}. Default: ${value}, where not listed.`,
  );

async function main(): Promise<void> {
  const parts = [
    INTRODUCTION,
    ['Every rule has these options:', '', ...common].join('\n'),
    ...recommendedRules.map(describeRule),
  ];
  const text = parts.join('\n\n');
  if (!process.argv.includes('--check')) return writeDocument(PAGE, text);
  const file = pathOf(PAGE);
  if (readFileSync(file, 'utf8') !== (await formatMarkdown(file, text))) {
    throw new Error('docs/rules.md is out of date; run npm run rules');
  }
}

void main();
