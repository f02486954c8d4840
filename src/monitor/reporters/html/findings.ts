import {plural, ranges} from '../../text.js';
import {SEVERITIES} from '../../types.js';
import type {Finding} from '../../types.js';
import {markup} from './markup.js';
import type {Markup} from './markup.js';
import {formatNumber, NONE} from './numbers.js';
import {definitions, nameOf} from './parts.js';

/** So many runs of units, and so many numbers of a list, are shown. */
const SHOWN_UNITS = 40;
const SHOWN_NUMBERS = 12;

const SYMBOLS: Readonly<Record<Finding['severity'], string>> = {
  error: '✕',
  warning: '!',
  info: 'i',
};

/** The findings, the most severe first; `anchors` lead to the sections of the layers. */
export function findingsSection(
  findings: readonly Finding[],
  anchors: ReadonlyMap<string, string>,
): Markup {
  const sorted = [...findings].sort(
    (a, b) => SEVERITIES.indexOf(b.severity) - SEVERITIES.indexOf(a.severity),
  );
  const content =
    sorted.length > 0
      ? [
          sorted.length > 1 && overview(sorted),
          sorted.map((each, index) => article(each, idOf(index), anchors.get(each.layer))),
        ]
      : markup`<p class="card quiet">Nothing was found.</p>`;
  return markup`<section id="findings" aria-labelledby="findings-title">
    <h2 id="findings-title">Findings</h2>
    ${content}
  </section>`;
}

function idOf(index: number): string {
  return `finding-${index}`;
}

/** All at a glance, each leading to what there is to say of it. */
function overview(findings: readonly Finding[]): Markup {
  const items = findings.map(
    ({severity, rule, layer, units = []}, index) => markup`<li>
      ${badge(severity)}
      <span>
        <a href="#${idOf(index)}">${rule} in ${nameOf(layer)}</a>
        ${units.length > 0 && markup`<span class="quiet">${plural(units.length, 'unit')}</span>`}
      </span>
    </li>`,
  );
  return markup`<ul class="card overview">${items}</ul>`;
}

/** A severity as a mark, a word and a colour. */
function badge(severity: Finding['severity']): Markup {
  const symbol = markup`<span aria-hidden="true">${SYMBOLS[severity]}</span>`;
  return markup`<span class="badge ${severity}">${symbol}${severity}</span>`;
}

function article(finding: Finding, id: string, anchor: string | undefined): Markup {
  const {rule, severity, layer, units = [], message, evidence, link} = finding;
  const name = nameOf(layer);
  const where = anchor === undefined ? name : markup`<a href="#${anchor}">${name}</a>`;
  const runs = `${plural(units.length, 'unit')}: ${ranges(units, SHOWN_UNITS)}`;
  const evidences = Object.entries(evidence).map(
    ([key, value]) => [wordsOf(key), evidenceOf(key, value)] as const,
  );
  return markup`<article class="card finding ${severity}" id="${id}">
    <h3>${badge(severity)} ${rule} <span class="quiet">in</span> ${where}</h3>
    <p>${message}</p>
    ${units.length > 0 && markup`<p class="quiet">${runs}</p>`}
    ${foundAt(finding)}
    ${evidences.length > 0 && markup`<h4>Evidence</h4>${definitions(evidences)}`}
    ${fixesOf(finding)}
    ${link !== undefined && markup`<p>${linkTo(link)}</p>`}
  </article>`;
}

function foundAt({epoch, step}: Finding): Markup | false {
  const parts = [
    ...(epoch === undefined ? [] : [`epoch ${epoch}`]),
    ...(step === undefined ? [] : [`step ${step}`]),
  ];
  return parts.length > 0 && markup`<p class="quiet">First found in ${parts.join(', ')}</p>`;
}

/** Those of a mere note wait until they are asked for. */
function fixesOf({severity, fixes}: Finding): Markup | false {
  if (fixes.length === 0) return false;
  const title = 'What to do, the least invasive first';
  const list = markup`<ol>${fixes.map(fixOf)}</ol>`;
  return severity === 'info'
    ? markup`<details><summary>${title}</summary>${list}</details>`
    : markup`<h4>${title}</h4>${list}`;
}

function fixOf({title, code}: Finding['fixes'][number]): Markup {
  return markup`<li>${title}${code !== undefined && markup`<pre><code>${code}</code></pre>`}</li>`;
}

/** Leads to the web only: another scheme, such as `javascript:`, is shown and leads nowhere. */
function linkTo(link: string): Markup {
  return /^https?:\/\//i.test(link)
    ? markup`<a href="${link}" rel="noreferrer">Read more: ${link}</a>`
    : markup`Read more: ${link}`;
}

/** `firingRateBound` in words. */
function wordsOf(key: string): string {
  return key.replace(/[a-z0-9](?=[A-Z])/g, '$& ').toLowerCase();
}

function evidenceOf(key: string, value: unknown): string {
  if (value === null || value === undefined) return NONE;
  if (key === 'lastFired' && value === -1) return 'never';
  if (typeof value === 'number') return formatNumber(value);
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) return JSON.stringify(value);
  const texts = value.map(each => evidenceOf(key, each));
  if (texts.length > 2 && texts.every(text => text === texts[0]))
    return `${texts[0]} (all ${texts.length})`;
  const left = texts.length - SHOWN_NUMBERS;
  const shown = texts.slice(0, SHOWN_NUMBERS).join(', ');
  return left > 0 ? `${shown}, … and ${left} more` : shown;
}
