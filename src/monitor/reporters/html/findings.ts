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
      ? sorted.map(each => article(each, anchors.get(each.layer)))
      : markup`<p class="card quiet">Nothing was found.</p>`;
  return markup`<section id="findings" aria-labelledby="findings-title">
    <h2 id="findings-title">Findings</h2>
    ${content}
  </section>`;
}

/** A severity as a mark, a word and a colour. */
function badge(severity: Finding['severity']): Markup {
  const symbol = markup`<span aria-hidden="true">${SYMBOLS[severity]}</span>`;
  return markup`<span class="badge ${severity}">${symbol}${severity}</span>`;
}

function article(finding: Finding, anchor: string | undefined): Markup {
  const {rule, severity, layer, units = [], message, evidence, fixes, link} = finding;
  const name = nameOf(layer);
  const where = anchor === undefined ? name : markup`<a href="#${anchor}">${name}</a>`;
  const runs = `${plural(units.length, 'unit')}: ${ranges(units, SHOWN_UNITS)}`;
  const evidences = Object.entries(evidence).map(
    ([key, value]) => [wordsOf(key), evidenceOf(value)] as const,
  );
  return markup`<article class="card finding ${severity}">
    <h3>${badge(severity)} ${rule} <span class="quiet">in</span> ${where}</h3>
    <p>${message}</p>
    ${units.length > 0 && markup`<p class="quiet">${runs}</p>`}
    ${foundAt(finding)}
    ${evidences.length > 0 && markup`<h4>Evidence</h4>${definitions(evidences)}`}
    ${fixes.length > 0 && markup`<h4>What to do, the least invasive first</h4><ol>${fixes.map(fixOf)}</ol>`}
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

function evidenceOf(value: unknown): string {
  if (value === null || value === undefined) return NONE;
  if (typeof value === 'number') return formatNumber(value);
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) return JSON.stringify(value);
  const shown = value.slice(0, SHOWN_NUMBERS).map(evidenceOf).join(', ');
  const left = value.length - SHOWN_NUMBERS;
  return left > 0 ? `${shown}, … and ${left} more` : shown;
}
