import {describe} from '../../errors.js';
import {HISTOGRAM_BINS} from '../histogram-bins.js';
import {COLUMNS} from '../layer-table.js';
import {meanOfKnown} from '../mean.js';
import {deadUnits, saturatedUnits} from '../rules/index.js';
import {escapeHtml, ranges} from '../text.js';
import type {Finding, LayerReport, LayerSnapshot, Report, Reporter, Snapshot} from '../types.js';

interface Surface {
  name: string;
  tab: string;
}

interface Labels {
  xLabel: string;
  yLabel: string;
}

interface Point {
  x: number;
  y: number;
}

/** What is used of the module `@tensorflow/tfjs-vis`. */
export interface TfVis {
  visor(): {setActiveTab(tab: string): void};
  readonly render: {
    table(surface: Surface, data: {headers: string[]; values: string[][]}): unknown;
    barchart(
      surface: Surface,
      data: {index: number; value: number}[],
      options: Labels,
    ): Promise<unknown>;
    linechart(
      surface: Surface,
      data: {values: Point[][]; series: string[]},
      options: Labels,
    ): Promise<unknown>;
    heatmap(
      surface: Surface,
      data: {values: number[][]; xTickLabels: string[]; yTickLabels: string[]},
      options: Labels,
    ): Promise<unknown>;
  };
}

const TAB = 'Activations';

/** Where units that were started anew are shown. */
const REVIVED = {name: 'Revived units', tab: TAB};

/** Milliseconds from the end of a drawing to the next. */
const PAUSE = 500;

/** How many snapshots are drawn, and of a layer how many units, evenly chosen. */
const SHOWN_SNAPSHOTS = 100;
const SHOWN_UNITS = 64;

/**
 * A reporter that shows in a page what a monitor sees, in the visor of tfjs-vis:
 *
 * ```ts
 * import * as tfvis from '@tensorflow/tfjs-vis';
 * new ActivationMonitor({reporters: [tfvisReporter(tfvis)]});
 * ```
 *
 * The tab 'Activations' has a table of the layers, the findings, and charts of the loss, the metrics
 * and the gradients; each layer has a tab with the histogram of its outputs and a heat map of its units
 * over time: how often each fired or, where that is not known, its mean. It draws at the end of a
 * window, at most about every 500 ms, and at the end of training; of a long run the latest 100 windows,
 * of a large layer 64 units. Where the monitor revives units, a table at the end has them.
 *
 * @param tfvis The module `@tensorflow/tfjs-vis`, or the global of its script.
 * @throws TypeError where `tfvis` is something else.
 */
export function tfvisReporter(tfvis: TfVis): Reporter {
  checkModule(tfvis);
  let history: Snapshot[] = [];
  let lastDrawn = -Infinity;
  let drawings = 0;
  let latest: Promise<unknown> = Promise.resolve();

  const draw = async (
    layers: readonly LayerReport[],
    findings: readonly Finding[],
  ): Promise<void> => {
    drawings++;
    const drawing = latest.then(() => drawAll(tfvis, layers, findings, history));
    latest = drawing.catch(() => {});
    try {
      await drawing;
      // A tab that is new covers those before it.
      if (lastDrawn === -Infinity) tfvis.visor().setActiveTab(TAB);
    } finally {
      drawings--;
      lastDrawn = performance.now();
    }
  };

  return {
    onTrainBegin() {
      history = [];
      lastDrawn = -Infinity;
    },
    async onSnapshot(snapshot, findings) {
      history = [...history, snapshot].slice(-SHOWN_SNAPSHOTS);
      if (drawings > 0 || performance.now() - lastDrawn < PAUSE) return;
      await draw(snapshot.layers.map(layerReportOf), findings);
    },
    async onTrainEnd(report) {
      await draw(report.layers, report.findings);
      if (report.revived) await tfvis.render.table(REVIVED, revivalTable(report));
    },
  };
}

function layerReportOf({watchedSamples, ...layer}: LayerSnapshot): LayerReport {
  const known = {watchedSamples, ...layer};
  return {
    ...layer,
    samples: watchedSamples,
    dead: deadUnits(known),
    saturated: saturatedUnits(known),
  };
}

async function drawAll(
  {render}: TfVis,
  layers: readonly LayerReport[],
  findings: readonly Finding[],
  history: readonly Snapshot[],
): Promise<void> {
  await render.table({name: 'Layers', tab: TAB}, layerTable(layers));
  await render.table({name: 'Findings', tab: TAB}, findingTable(findings));
  const names = [...new Set(history.flatMap(({logs = {}}) => Object.keys(logs)))];
  await drawLines(
    render,
    'Loss and metrics',
    'value',
    history,
    names,
    ({logs}, name) => logs?.[name],
  );
  await drawLines(
    render,
    'Gradients',
    'log₁₀ of the mean |∂loss/∂y|',
    history,
    layers.map(({name}) => name),
    (snapshot, layer) => {
      const gradient = snapshot.layers.find(({name}) => name === layer)?.gradient;
      return Math.log10(meanOfKnown(gradient ?? []));
    },
  );
  for (const layer of layers) {
    await drawHistogram(render, layer);
    await drawUnits(render, layer, history);
  }
}

function layerTable(layers: readonly LayerReport[]): {headers: string[]; values: string[][]} {
  return {
    headers: COLUMNS.map(({title}) => title),
    values: layers.map(layer => COLUMNS.map(({cell}) => escapeHtml(cell(layer)))),
  };
}

function findingTable(findings: readonly Finding[]): {headers: string[]; values: string[][]} {
  return {
    headers: ['severity', 'rule', 'layer', 'what', 'what to do'],
    values: findings.map(({severity, rule, layer, message, fixes}) =>
      [severity, rule, layer, message, fixes.map(({title}) => title).join('; ')].map(escapeHtml),
    ),
  };
}

/** The units that were started anew, and those that could not be. */
function revivalTable({revived = [], notRevived = []}: Report): {
  headers: string[];
  values: string[][];
} {
  const rows = [
    ...revived.map(
      ({layer, units, step, producer, consumers}) =>
        [
          layer,
          units,
          `after step ${step}, drawn in ${producer}, 0 in ${consumers.join(', ')}`,
        ] as const,
    ),
    ...notRevived.map(
      ({layer, units, reason}) => [layer, units, `not revived: ${reason}`] as const,
    ),
  ];
  return {
    headers: ['layer', 'units', 'what'],
    values: rows.map(([layer, units, what]) => [layer, ranges(units), what].map(escapeHtml)),
  };
}

/** A line for each name over the training steps, where any value is finite. */
async function drawLines(
  render: TfVis['render'],
  title: string,
  yLabel: string,
  history: readonly Snapshot[],
  names: readonly string[],
  valueOf: (snapshot: Snapshot, name: string) => number | undefined,
): Promise<void> {
  const lines = names
    .map(name => ({
      name,
      points: history
        .map(snapshot => ({x: snapshot.step, y: valueOf(snapshot, name) ?? NaN}))
        .filter(({y}) => Number.isFinite(y)),
    }))
    .filter(({points}) => points.length > 0);
  if (lines.length === 0) return;
  await render.linechart(
    {name: title, tab: TAB},
    {values: lines.map(({points}) => points), series: lines.map(({name}) => name)},
    {xLabel: 'training step', yLabel},
  );
}

/** A bar for each power of two, from the first that any output reached to the last. */
async function drawHistogram(
  render: TfVis['render'],
  {name, histogram}: LayerReport,
): Promise<void> {
  const bars = HISTOGRAM_BINS.flatMap(({kind, low, high}, bin) => {
    const smaller = Math.abs(low) < Math.abs(high) ? low : high;
    const isFinite = kind === 'number' || kind === 'zero';
    return isFinite ? [{index: Number(smaller.toPrecision(2)), value: histogram[bin] ?? 0}] : [];
  });
  const isFilled = bars.map(({value}) => value > 0);
  const shown = bars.slice(isFilled.indexOf(true), isFilled.lastIndexOf(true) + 1);
  if (shown.length === 0) return;
  const labels = {xLabel: 'output, of this magnitude up to twice it', yLabel: 'count'};
  await render.barchart({name: `${name}: outputs`, tab: name}, shown, labels);
}

/** How often each unit fired or, where that is not known, its mean. */
async function drawUnits(
  render: TfVis['render'],
  {name, units, firingRate}: LayerReport,
  history: readonly Snapshot[],
): Promise<void> {
  const shown = Math.min(units, SHOWN_UNITS);
  const chosen = Array.from({length: shown}, (_, index) => Math.floor((index * units) / shown));
  const columns = history.flatMap(({step, layers}) => {
    const layer = layers.find(each => each.name === name);
    return layer ? [{step, values: (firingRate && layer.firingRate) ?? layer.mean}] : [];
  });
  if (columns.length === 0) return;
  const title = firingRate ? 'how often each unit fired' : 'the mean of each unit';
  await render.heatmap(
    {name: `${name}: ${title}`, tab: name},
    {
      values: columns.map(({values}) => chosen.map(unit => values[unit])),
      xTickLabels: columns.map(({step}) => `${step}`),
      yTickLabels: chosen.map(unit => `${unit}`),
    },
    {xLabel: 'training step', yLabel: 'unit'},
  );
}

const USED = ['table', 'barchart', 'linechart', 'heatmap'] as const;

function checkModule(tfvis: TfVis): void {
  const {render, visor} = (tfvis as Partial<TfVis> | undefined | null) ?? {};
  const used = [visor, ...USED.map(name => render?.[name])];
  if (used.every(each => typeof each === 'function')) return;
  throw new TypeError(
    `tfvisReporter: tfvis must be the module @tensorflow/tfjs-vis, got ${describe(tfvis)}`,
  );
}
