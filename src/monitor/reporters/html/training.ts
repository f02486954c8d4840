import {timeAxis, times} from './axis.js';
import {lineChart} from './lines.js';
import {markup} from './markup.js';
import type {Markup} from './markup.js';
import type {SnapshotRecord} from './record.js';

/** The loss and the metrics of the epochs, each with its validation; nothing where there are none. */
export function trainingSection(records: readonly SnapshotRecord[]): Markup | null {
  const logged = records.filter(({logs}) => Object.keys(logs).length > 0);
  const names = new Set(logged.flatMap(({logs}) => Object.keys(logs)).map(withoutPrefix));
  const charts = [...names].map(name => metricChart(name, logged)).filter(each => each !== null);
  if (charts.length === 0) return null;
  return markup`<section id="training" aria-labelledby="training-title">
    <h2 id="training-title">Training</h2>
    <div class="card charts">${charts}</div>
  </section>`;
}

const VALIDATION = 'val_';

function withoutPrefix(name: string): string {
  return name.startsWith(VALIDATION) ? name.slice(VALIDATION.length) : name;
}

function metricChart(name: string, records: readonly SnapshotRecord[]): Markup | null {
  const x = times(records);
  const series = (key: string) => records.map(({logs}) => logs[key]);
  return lineChart({
    title: name,
    description: `${name} in training and in validation over ${records.length} epochs`,
    x: timeAxis(records),
    series: [
      {name: 'training', kind: 'first', x, y: series(name)},
      {name: 'validation', kind: 'second', x, y: series(VALIDATION + name)},
    ],
  });
}
