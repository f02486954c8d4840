import {finding, layerReport, layerSnapshot, report, snapshot} from '../helpers/reports.js';
import {describeInChromium, startChromium} from './chromium.js';
import type {Chromium, OpenPage} from './chromium.js';

describeInChromium('in Chromium, in the visor of tfjs-vis', () => {
  const NAME = 'outer/<b>hidden</b>';
  let chromium: Chromium;
  let page: OpenPage;
  beforeAll(async () => {
    chromium = await startChromium();
    page = await chromium.open('tfvis-page.ts');
    const snapshots = [9, 19].map(step =>
      snapshot({
        step,
        layers: [
          layerSnapshot({name: NAME, gradient: [1 / step, NaN]}),
          layerSnapshot({name: 'softmax', firingRate: null, slope: null, gradient: null}),
        ],
        logs: {loss: 1 / step, val_loss: NaN},
      }),
    );
    const findings = [finding({layer: NAME, message: 'it is <i>dead</i>'})];
    const layers = [layerReport({name: NAME}), layerReport({name: 'softmax', firingRate: null})];
    await page.run('showInVisor', snapshots, findings, report({layers, findings}));
  }, 60_000);
  afterAll(() => chromium?.close());

  const textsOf = (selector: string): Promise<string[]> =>
    page.page.locator(selector).allTextContents();

  test('there is a tab for all, which is open, and one for each layer', async () => {
    expect(await textsOf('.tf-tab')).toEqual(['Activations', NAME, 'softmax']);
    expect(await textsOf('.tf-tab[data-isactive=true]')).toEqual(['Activations']);
  });

  test('every surface is there, and its chart is drawn', async () => {
    expect(await textsOf('.tf-label')).toEqual([
      'Layers',
      'Findings',
      'Loss and metrics',
      'Gradients',
      `${NAME}: outputs`,
      `${NAME}: how often each unit fired`,
      'softmax: outputs',
      'softmax: the mean of each unit',
    ]);
    expect(await page.page.locator('.tf-draw-area canvas').count()).toBe(6);
  });

  test('tables name the layers and what was found, and take nothing for HTML', async () => {
    const [layers, findings] = await textsOf('.tf-draw-area table tbody');
    expect(layers).toContain(NAME);
    expect(layers).toContain('softmax');
    expect(findings).toBe(`errordead-units${NAME}it is <i>dead</i>Lower the learning rate; Wait`);
  });

  test('nothing was complained about', () => expect(page.logs).toEqual([]));
});
