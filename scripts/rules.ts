/**
 * Writes docs/rules.md and docs/lint.md, from the rules themselves; with --check, tells whether they are
 * up to date.
 */
import {readFileSync} from 'node:fs';
import {lintRules} from '../src/model/lint/rules/index.js';
import type {LintRule} from '../src/model/lint/types.js';
import {recommendedRules} from '../src/monitor/rules/index.js';
import type {Rule} from '../src/monitor/rules/index.js';
import {formatMarkdown, markdownTable, pathOf, writeDocument} from './document.js';

const MONITOR_INTRODUCTION = `# Rules of the monitor

<!-- written by \`npm run rules\` -->

\`ActivationMonitor\` applies all of these, each with its defaults, unless \`rules\` says otherwise. An
\`info\` is a curiosity, a \`warning\` hurts training, an \`error\` has broken it. A rule of one's own is
made by \`defineRule\`.

\`\`\`ts
import {ActivationMonitor, recommendedRules} from 'tfjs-activations';

const rules = [...recommendedRules, ['dead-units', {samples: 1000}] as const];
const monitor = new ActivationMonitor({rules, stopOn: ['non-finite']});
\`\`\``;

const LINT_INTRODUCTION = `# Rules of lintModel

<!-- written by \`npm run rules\` -->

\`lintModel\` looks for mistakes in how a model is made, before it is trained: in its layers, its loss and
its optimizer, nested models included. An \`error\` cannot learn what it should, a \`warning\` learns
badly, an \`info\` is a curiosity. Activations are judged by their formulas (range, slope, gain), so one's
own are too. With a \`sample\`, one forward pass looks at the numbers as well.

\`\`\`ts
import {lintModel} from 'tfjs-activations';

const findings = lintModel(model, {classes: 10, sample: {x, y}});
for (const {severity, rule, layer, message, why, fixes} of findings) {
  console.log(\`\${severity} \${rule} in \${layer}: \${message}. \${why}\`, fixes);
}
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

function describeLintRule({id, description, why, reference}: LintRule): string {
  return [`## ${id}`, `${description}.`, why, `Reference: ${reference}`].join('\n\n');
}

async function main(): Promise<void> {
  const monitor = [
    MONITOR_INTRODUCTION,
    ['Every rule has these options:', '', ...common].join('\n'),
    ...recommendedRules.map(describeRule),
  ];
  const lint = [LINT_INTRODUCTION, ...lintRules.map(describeLintRule)];
  await write('rules.md', monitor.join('\n\n'));
  await write('lint.md', lint.join('\n\n'));
}

async function write(page: string, text: string): Promise<void> {
  if (!process.argv.includes('--check')) return writeDocument(page, text);
  const file = pathOf(page);
  if (readFileSync(file, 'utf8') !== (await formatMarkdown(file, text))) {
    throw new Error(`docs/${page} is out of date; run npm run rules`);
  }
}

void main();
