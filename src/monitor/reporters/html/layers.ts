import {stepsOf} from '../../layer-table.js';
import {plural, ranges} from '../../text.js';
import {ENOUGH_SAMPLES} from '../../types.js';
import type {LayerReport, LearnedCurve, UnitStatistics} from '../../types.js';
import {countAxis, linearAxis, timeAxis, times} from './axis.js';
import {heatMap} from './heat-map.js';
import {histogramOverTime} from './histogram.js';
import {lineChart} from './lines.js';
import {markup} from './markup.js';
import type {Markup, Part} from './markup.js';
import {meanOfKnown} from '../../mean.js';
import {extent, formatCount, formatNumber, formatShare, isKnown, NONE} from './numbers.js';
import {definitions, nameOf, table} from './parts.js';
import {averagesOf} from './record.js';
import type {Averages, SnapshotRecord} from './record.js';

/** A table of more units than this lists those alone of which something is to be said. */
const LISTED_UNITS = 128;

const SHOWN_RUNS = 8;

/** Every layer: a table of all, then a section for each, under the anchor that it has. */
export function layersSection(
  layers: readonly LayerReport[],
  records: readonly SnapshotRecord[],
  anchors: ReadonlyMap<string, string>,
): Markup | null {
  if (layers.length === 0) return null;
  const sections = layers.map(layer => section(layer, records, anchors.get(layer.name)!));
  return markup`<section id="layers" aria-labelledby="layers-title">
    <h2 id="layers-title">Layers</h2>
    <div class="card">${overview(layers, anchors)}</div>
    ${sections}
  </section>`;
}

function overview(layers: readonly LayerReport[], anchors: ReadonlyMap<string, string>): Markup {
  const averaged = layers.map(layer => ({layer, averages: averagesOf(layer)}));
  return table(
    'Means over the units of each layer',
    [
      {
        title: 'layer',
        isText: true,
        value: ({layer: {name}}) => markup`<a href="#${anchors.get(name)}">${nameOf(name)}</a>`,
      },
      {title: 'activation', isText: true, value: ({layer}) => nameOf(layer.activation)},
      {title: 'units', value: ({layer}) => formatCount(layer.units)},
      {title: 'dead', value: ({layer}) => markedDead(layer)},
      {title: 'saturated', value: ({layer}) => judged(layer, layer.saturated)},
      {title: 'mean', value: ({averages}) => formatNumber(averages.mean)},
      {title: 'std', value: ({averages}) => formatNumber(averages.std)},
      {title: 'zeros', value: ({averages}) => formatShare(averages.zeroShare)},
      {title: 'slope', value: ({averages}) => formatNumber(averages.slope)},
    ],
    averaged,
  );
}

function markedDead(layer: LayerReport): Part {
  const count = judged(layer, layer.dead);
  return layer.dead.length > 0 ? markup`<strong class="error">${count}</strong>` : count;
}

/** How many units are dead or saturated, where that can be said. */
function judged({slope, samples}: LayerReport, units: readonly number[]): string {
  if (slope === null) return NONE;
  return samples < ENOUGH_SAMPLES ? 'not enough data' : String(units.length);
}

function section(layer: LayerReport, records: readonly SnapshotRecord[], id: string): Markup {
  const {name, activation, units, samples, dead, saturated} = layer;
  const listed = (indices: readonly number[]): Part =>
    judged(layer, indices) + (indices.length > 0 ? ` (${ranges(indices, SHOWN_RUNS)})` : '');
  const charts = [
    heatMap(layer, records, `${id}-hatch`),
    histogramOverTime(name, records),
    curveChart(layer),
    deadChart(layer, records),
    gradientChart(layer, records),
    ...validationCharts(layer, records),
  ].filter(chart => chart !== null);
  return markup`<section class="card" id="${id}" aria-labelledby="${id}-title">
    <h3 id="${id}-title">${nameOf(name)} <span class="quiet">${nameOf(activation)}</span></h3>
    ${definitions([
      ['units', formatCount(units)],
      ['samples watched', formatCount(samples)],
      ['statistics of', stepsOf([layer])],
      ['dead', listed(dead)],
      ['saturated', listed(saturated)],
    ])}
    <div class="charts">${charts}</div>
    ${statisticsTable(layer)}
    ${weightsTable(layer)}
    ${unitsTable(layer)}
  </section>`;
}

function curveChart({name, curve}: LayerReport): Markup | null {
  const range = curve && extent(curve.x);
  if (!range) return null;
  const {x, units, start, end}: LearnedCurve = curve;
  return lineChart({
    title: 'Activation as learned',
    description:
      `The activation of ${name} at the start of training (dashed) and at its end (solid), ` +
      `for ${units.length === 1 ? 'all units' : plural(units.length, 'unit')}`,
    x: linearAxis('input', range),
    yTitle: 'output',
    series: [
      ...start.map(y => ({name: 'start', kind: 'before', x, y}) as const),
      ...end.map(y => ({name: 'end', kind: 'after', x, y}) as const),
    ],
  });
}

/** How many units were dead over time; nothing where none ever was. */
function deadChart({name, units}: LayerReport, records: readonly SnapshotRecord[]): Markup | null {
  const y = records.map(({layers}) => layers.get(name)?.dead);
  if (!y.some(count => count !== undefined && count > 0)) return null;
  const known = y.filter(isKnown);
  return lineChart({
    title: 'Dead units over time',
    description: `Dead units of ${name}: ${known[0]} at first, ${known[known.length - 1]} at the end`,
    x: timeAxis(records),
    y: countAxis('units', units),
    series: [{name: 'dead', kind: 'first', x: times(records), y}],
  });
}

function gradientChart({name}: LayerReport, records: readonly SnapshotRecord[]): Markup | null {
  const x = times(records);
  const series = (key: 'gradient' | 'inputGradient') =>
    records.map(({layers}) => layers.get(name)?.[key]);
  const [outward, inward] = [series('gradient'), series('inputGradient')];
  const known = [...outward, ...inward].filter(isKnown);
  if (known.length > 0 && known.every(value => value === 0)) {
    return markup`<figure>
      <figcaption>Gradients</figcaption>
      <p class="quiet">All were exactly 0: none came through to this layer.</p>
    </figure>`;
  }
  return lineChart({
    title: 'Gradients',
    description: `Mean magnitude of the gradients of the loss at ${name} over time`,
    x: timeAxis(records),
    yTitle: 'mean magnitude',
    scale: 'logarithmic',
    series: [
      {name: '∂loss/∂output', kind: 'first', x, y: outward},
      {name: '∂loss/∂input of the activation', kind: 'second', x, y: inward},
    ],
  });
}

const COMPARED: readonly (readonly [keyof Averages, string, string])[] = [
  ['zeroShare', 'Zeros', 'share of outputs'],
  ['std', 'Spread', 'standard deviation'],
];

/** Training next to validation, where there was any and it says something. */
function validationCharts(
  {name}: LayerReport,
  records: readonly SnapshotRecord[],
): (Markup | null)[] {
  const layers = records.map(record => record.layers.get(name));
  if (!layers.some(layer => layer?.validation)) return [];
  const x = times(records);
  return COMPARED.map(([key, title, yTitle]) => {
    const training = layers.map(layer => layer?.averages[key]);
    const validation = layers.map(layer => layer?.validation?.[key]);
    if ([...training, ...validation].every(value => !value)) return null;
    return lineChart({
      title: `${title} in training and validation`,
      description: `${title} of the outputs of ${name} over time: ${yTitle} in training and in validation`,
      x: timeAxis(records),
      yTitle,
      series: [
        {name: 'training', kind: 'first', x, y: training},
        {name: 'validation', kind: 'second', x, y: validation},
      ],
    });
  });
}

/** The averages of the last window, those of validation below. */
function statisticsTable(layer: LayerReport): Markup {
  const rows: {name: string; samples?: number; averages: Averages}[] = [
    {name: 'training', averages: averagesOf(layer)},
    ...(layer.validation ? [{name: 'validation', averages: averagesOf(layer.validation)}] : []),
  ];
  return table(
    `Outputs of ${layer.name} in the last window, means over its units`,
    [
      {title: 'of', isText: true, value: ({name}) => name},
      {title: 'mean', value: ({averages}) => formatNumber(averages.mean)},
      {title: 'std', value: ({averages}) => formatNumber(averages.std)},
      {title: 'zeros', value: ({averages}) => formatShare(averages.zeroShare)},
      {title: 'fired', value: ({averages}) => formatShare(averages.firingRate)},
      {title: 'slope', value: ({averages}) => formatNumber(averages.slope)},
    ],
    rows,
  );
}

function weightsTable({name, weights = {}}: LayerReport): Markup | null {
  const rows = Object.entries(weights);
  if (rows.length === 0) return null;
  return table(
    `What the activation of ${name} has learned`,
    [
      {title: 'weight', isText: true, value: ([weight]) => nameOf(weight)},
      {title: 'count', value: ([, values]) => formatCount(values.length)},
      {title: 'least', value: ([, values]) => formatNumber(extent(values)?.[0])},
      {title: 'mean', value: ([, values]) => formatNumber(meanOfKnown(values))},
      {title: 'greatest', value: ([, values]) => formatNumber(extent(values)?.[1])},
    ],
    rows,
  );
}

function unitsTable(layer: LayerReport): Markup {
  const {name, units, mean, std, zeroShare, firingRate, slope, lastFired} = layer;
  const indices = Array.from({length: units}, (_, unit) => unit);
  const states = indices.map(unit => stateOf(layer, unit));
  const isLong = units > LISTED_UNITS;
  const listed = isLong
    ? indices.filter(unit => states[unit] !== '').slice(0, LISTED_UNITS)
    : indices;
  const title = isLong ? 'Units of which something is to be said' : 'Every unit';
  const at = (values: UnitStatistics['slope'], unit: number) => values?.[unit];
  if (listed.length === 0) return markup``;
  return markup`<details>
    <summary>${title}</summary>
    ${table(
      `${title} of ${name}`,
      [
        {title: 'unit', value: unit => unit},
        {title: 'state', isText: true, value: unit => states[unit]},
        {title: 'mean', value: unit => formatNumber(mean[unit])},
        {title: 'std', value: unit => formatNumber(std[unit])},
        {title: 'zeros', value: unit => formatShare(zeroShare[unit])},
        {title: 'fired', value: unit => formatShare(at(firingRate, unit))},
        {title: 'slope', value: unit => formatNumber(at(slope, unit))},
        {
          title: 'last fired at step',
          value: unit => (lastFired[unit] < 0 ? 'never' : formatCount(lastFired[unit])),
        },
      ],
      listed,
    )}
  </details>`;
}

function stateOf({dead, saturated, nonFinite}: LayerReport, unit: number): string {
  const states = [
    dead.includes(unit) && 'dead',
    saturated.includes(unit) && 'saturated',
    nonFinite[unit] > 0 && 'not finite',
  ];
  return states.filter(Boolean).join(', ');
}
