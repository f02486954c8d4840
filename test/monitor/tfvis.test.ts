import {tfvisReporter} from '../../src/index.js';
import type {TfVis} from '../../src/index.js';
import {layerReport, layerSnapshot, report, revivals, snapshot, start} from '../helpers/reports.js';

/** A stand-in that keeps what it is given, by the name of the surface. */
class Visor {
  readonly drawn = new Map<string, unknown>();
  readonly activeTabs: string[] = [];
  /** How many times all was drawn. */
  drawings = 0;
  failure: Error | undefined;

  readonly module = {
    visor: () => ({setActiveTab: (tab: string) => this.activeTabs.push(tab)}),
    render: {
      table: (surface: {name: string}, data: unknown) => {
        if (surface.name === 'Layers') this.drawings++;
        this.drawn.set(surface.name, data);
      },
      barchart: (surface: {name: string}, data: unknown) => this.keep(surface, data),
      linechart: (surface: {name: string}, data: unknown) => this.keep(surface, data),
      heatmap: (surface: {name: string}, data: unknown) => this.keep(surface, data),
    },
  } as TfVis;

  private async keep({name}: {name: string}, data: unknown): Promise<void> {
    if (this.failure) throw this.failure;
    this.drawn.set(name, data);
  }
}

let now: number;
let visor: Visor;
beforeEach(() => {
  now = 1000;
  visor = new Visor();
  jest.spyOn(performance, 'now').mockImplementation(() => now);
});
afterEach(() => jest.restoreAllMocks());

test('draws at most every 500 ms, and in any case at the end', async () => {
  const reporter = tfvisReporter(visor.module);
  reporter.onTrainBegin!(start);
  const drawings: number[] = [];
  for (const elapsed of [0, 499, 1, 0]) {
    now += elapsed;
    await reporter.onSnapshot!(snapshot(), []);
    drawings.push(visor.drawings);
  }
  expect(drawings).toEqual([1, 1, 2, 2]);
  await reporter.onTrainEnd!(report());
  expect(visor.drawings).toBe(3);
  expect(visor.activeTabs).toEqual(['Activations']);
});

test('draws one after the other, the end last', async () => {
  const reporter = tfvisReporter(visor.module);
  const first = reporter.onSnapshot!(snapshot(), []);
  const skipped = reporter.onSnapshot!(snapshot(), []);
  await Promise.all([first, skipped, reporter.onTrainEnd!(report({layers: []}))]);
  expect(visor.drawings).toBe(2);
  expect(visor.drawn.get('Layers')).toMatchObject({values: []});
});

test('shows the loss and the gradients over the steps, what is not finite left out', async () => {
  const reporter = tfvisReporter(visor.module);
  for (const [step, loss, gradient] of [
    [1, 4, 0.1],
    [2, NaN, 0],
    [3, 2, 0.001],
  ]) {
    const layers = [layerSnapshot({gradient: [gradient, gradient]})];
    await reporter.onSnapshot!(snapshot({step, layers, logs: {loss, val_loss: NaN}}), []);
  }
  await reporter.onTrainEnd!(report());
  expect(visor.drawn.get('Loss and metrics')).toEqual({
    series: ['loss'],
    values: [
      [
        {x: 1, y: 4},
        {x: 3, y: 2},
      ],
    ],
  });
  const {values, series} = visor.drawn.get('Gradients') as {
    values: {x: number; y: number}[][];
    series: string[];
  };
  expect(series).toEqual(['hidden']);
  expect(values[0].map(({x, y}) => [x, Number(y.toFixed(6))])).toEqual([
    [1, -1],
    [3, -3],
  ]);
});

test('shows a histogram over the occupied range, and units over time', async () => {
  const reporter = tfvisReporter(visor.module);
  await reporter.onSnapshot!(snapshot({step: 5}), []);
  const bars = visor.drawn.get('hidden: outputs') as {index: number; value: number}[];
  expect(bars[0]).toEqual({index: 0, value: 2});
  expect(bars.slice(-3)).toEqual([1, 2, 4].map(index => ({index, value: 2})));
  expect(bars.map(({index}) => index)).toEqual(
    [...new Set(bars.map(({index}) => index))].sort((a, b) => a - b),
  );
  expect(visor.drawn.get('hidden: how often each unit fired')).toEqual({
    values: [[0.75, 0.25]],
    xTickLabels: ['5'],
    yTickLabels: ['0', '1'],
  });
});

test('draws the latest 100 windows of a long run, and 64 units of a large layer', async () => {
  const reporter = tfvisReporter(visor.module);
  const firingRate = Array.from({length: 640}, (_, unit) => unit / 640);
  const layers = [layerSnapshot({units: 640, firingRate})];
  for (let step = 0; step < 120; step++) await reporter.onSnapshot!(snapshot({step, layers}), []);
  await reporter.onTrainEnd!(report({layers: [layerReport({units: 640, firingRate})]}));
  const {values, xTickLabels, yTickLabels} = visor.drawn.get(
    'hidden: how often each unit fired',
  ) as {values: number[][]; xTickLabels: string[]; yTickLabels: string[]};
  expect([xTickLabels[0], xTickLabels.at(-1), xTickLabels.length]).toEqual(['20', '119', 100]);
  expect([yTickLabels[1], yTickLabels.length]).toEqual(['10', 64]);
  expect(values[0][1]).toBe(10 / 640);
});

test('shows at the end which units were revived, where the monitor does that', async () => {
  const reporter = tfvisReporter(visor.module);
  await reporter.onTrainEnd!(report());
  expect(visor.drawn.has('Revived units')).toBe(false);
  await reporter.onTrainEnd!(report(revivals));
  expect(visor.drawn.get('Revived units')).toEqual({
    headers: ['layer', 'units', 'what'],
    values: [
      ['hidden', '0–1', 'after step 12, drawn in made, 0 in next, other'],
      ['output', '3', 'not revived: an output of the model'],
    ],
  });
});

test('begins anew with each run', async () => {
  const reporter = tfvisReporter(visor.module);
  for (const step of [1, 2]) {
    reporter.onTrainBegin!(start);
    await reporter.onSnapshot!(snapshot({step}), []);
  }
  expect(visor.drawn.get('hidden: how often each unit fired')).toMatchObject({xTickLabels: ['2']});
});

test('rejects where drawing fails, and draws again', async () => {
  const reporter = tfvisReporter(visor.module);
  visor.failure = new Error('no canvas');
  await expect(reporter.onSnapshot!(snapshot(), [])).rejects.toThrow('no canvas');
  visor.failure = undefined;
  await reporter.onTrainEnd!(report());
  expect(visor.drawn.has('hidden: outputs')).toBe(true);
});

test.each([
  [undefined, 'undefined'],
  [{}, '{}'],
  [{render: {table() {}}}, '{render: …}'],
])('refuses %p for the module', (module, given) => {
  expect(() => tfvisReporter(module as never)).toThrow(
    `tfvisReporter: tfvis must be the module @tensorflow/tfjs-vis, got ${given}`,
  );
});
