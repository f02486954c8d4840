import {percent, plural} from '../../text.js';
import {ENOUGH_SAMPLES} from '../../types.js';
import type {Finding, Report} from '../../types.js';
import {findingsSection} from './findings.js';
import {layersSection} from './layers.js';
import {Markup, markup} from './markup.js';
import {formatCount} from './numbers.js';
import {definitions, nameOf} from './parts.js';
import type {SnapshotRecord} from './record.js';
import {revivalsSection} from './revivals.js';
import {STYLE} from './style.js';
import {trainingSection} from './training.js';
import {weightsSection} from './weights.js';

/** All that a page shows. */
export interface PageContent {
  readonly title: string;
  readonly records: readonly SnapshotRecord[];
  readonly report: Report;
  /** When the training began, if that was seen, and when it ended. */
  readonly began?: Date;
  readonly ended: Date;
}

/** Nothing is loaded and nothing is run: a page that opens anywhere, offline. */
const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/** A report as one HTML file, in which every text from outside is escaped. */
export function renderReport({title, records, report, began, ended}: PageContent): string {
  const {findings, layers, weights, notWatched, problems} = report;
  const date = ended.toISOString();
  const anchors = new Map(layers.map(({name}, index) => [name, `layer-${index}`]));
  const training = trainingSection(records);
  const sections = [
    {id: 'findings', title: 'Findings', content: findingsSection(findings, anchors)},
    {id: 'revived', title: 'Revived units', content: revivalsSection(report)},
    {id: 'training', title: 'Training', content: training},
    {id: 'layers', title: 'Layers', content: layersSection(layers, records, anchors)},
    {id: 'weights', title: 'Weights', content: weightsSection(weights)},
    {id: 'not-watched', title: 'Not watched', content: notWatchedSection(notWatched)},
  ].filter(({content}) => content !== null);
  const links = sections.map(({id, title}) => {
    const ofLayers =
      id === 'layers' &&
      markup`<ul>
        ${layers.map(({name}) => markup`<li><a href="#${anchors.get(name)}">${nameOf(name)}</a></li>`)}
      </ul>`;
    return markup`<li><a href="#${id}">${title}</a>${ofLayers}</li>`;
  });
  const page = markup`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${POLICY}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="generator" content="tfjs-activations" />
        <title>${title}</title>
        <link rel="icon" href="data:," />
        <style>${new Markup(STYLE)}</style>
      </head>
      <body>
        <a class="skip" href="#content">Skip to the content</a>
        <header>
          <h1>${title}</h1>
          <p class="quiet"><time datetime="${date}">${date.slice(0, 16).replace('T', ' ')} UTC</time></p>
          ${verdict(report)}
          ${summary(report, began, ended)}
          ${problemsList(problems)}
        </header>
        <nav aria-label="Contents">
          <ul>${links}</ul>
        </nav>
        <main id="content" tabindex="-1">${sections.map(({content}) => content)}</main>
        <footer>
          <p class="quiet">
            Units, epochs and steps are counted from 0. Written by tfjs-activations.
          </p>
        </footer>
      </body>
    </html> `;
  return page.text;
}

function verdict({findings, layers}: Report): Markup {
  const count = (severity: Finding['severity']): number =>
    findings.filter(each => each.severity === severity).length;
  const [errors, warnings, notes] = [count('error'), count('warning'), count('info')];
  const parts = [
    ...(errors > 0 ? [plural(errors, 'error')] : []),
    ...(warnings > 0 ? [plural(warnings, 'warning')] : []),
    ...(notes > 0 ? [plural(notes, 'note')] : []),
  ];
  if (parts.length === 0 && !layers.some(({samples}) => samples >= ENOUGH_SAMPLES)) {
    return verdictOf('info', 'i', 'Not enough was watched to judge');
  }
  const kind = errors > 0 ? 'error' : warnings > 0 ? 'warning' : 'ok';
  const symbol = {error: '✕', warning: '!', ok: '✓'}[kind];
  const text = kind === 'ok' ? ['No errors or warnings', ...parts].join(', ') : parts.join(', ');
  return verdictOf(kind, symbol, text);
}

function verdictOf(kind: string, symbol: string, text: string): Markup {
  return markup`<p class="verdict ${kind}"><span aria-hidden="true">${symbol}</span>${text}</p>`;
}

function summary({layers, cost, steps}: Report, began: Date | undefined, ended: Date): Markup {
  return definitions([
    ['layers watched', layers.length],
    ...(steps > 0 ? ([['training steps', formatCount(steps)]] as const) : []),
    ...(began ? ([['time', duration(ended.getTime() - began.getTime())]] as const) : []),
    [
      'cost of watching',
      `${percent(cost.share)} of the time (every ${cost.every === 1 ? 'batch' : `${cost.every} batches`})`,
    ],
  ]);
}

function duration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  const minutes = Math.floor(seconds / 60);
  return minutes > 0 ? `${minutes} min ${seconds % 60} s` : `${seconds} s`;
}

function problemsList(problems: readonly string[]): Markup | false {
  return (
    problems.length > 0 &&
    markup`<section class="card problems" aria-labelledby="problems-title">
      <h2 id="problems-title">What went wrong beside the training</h2>
      <ul>
        ${problems.map(each => markup`<li>${each}</li>`)}
      </ul>
    </section>`
  );
}

/** Those with an activation first, since there something was missed. */
function notWatchedSection(notWatched: Report['notWatched']): Markup | null {
  if (notWatched.length === 0) return null;
  const list = (hasActivation: boolean): Markup =>
    markup`${definitions(
      notWatched
        .filter(each => each.hasActivation === hasActivation)
        .map(({name, reason}) => [nameOf(name), reason] as const),
    )}`;
  const rest = notWatched.filter(({hasActivation}) => !hasActivation).length;
  return markup`<section id="not-watched" aria-labelledby="not-watched-title">
    <h2 id="not-watched-title">Not watched</h2>
    <div class="card reasons">
      ${notWatched.length > rest && list(true)}
      ${
        rest > 0 &&
        markup`<details>
          <summary>${plural(rest, 'layer')} without an activation to watch</summary>
          ${list(false)}
        </details>`
      }
    </div>
  </section>`;
}
