import {ASPECTS, RELATIVE, expectationsOf, members, weightsOf} from '../helpers/conformance.js';
import {GRID, fault} from '../helpers/quality.js';
import {ISOLATED, describeInChromium, startChromium} from './chromium.js';
import type {Chromium, OpenPage} from './chromium.js';

describeInChromium('in Chromium, with the threaded wasm backend', () => {
  let chromium: Chromium;
  let page: OpenPage;
  beforeAll(async () => {
    chromium = await startChromium();
    page = await chromium.open('page.ts', ISOLATED);
  });
  afterAll(() => chromium?.close());

  test('kernels work on the memory that threads share', async () => {
    const {target} = await page.run('start', 'wasm');
    expect(target).toBe('wasm');
    expect(await page.run('hasThreads')).toBe(true);
    for (const activation of members) {
      const weights = weightsOf(activation);
      for (const aspect of ASPECTS) {
        const rows = await page.run('conformance', activation.name, aspect);
        const faults = expectationsOf(activation, aspect).flatMap((expression, row) =>
          GRID.flatMap(
            (x, index) =>
              fault(rows[row][index], expression, {...weights, x}, RELATIVE[aspect]) ?? [],
          ),
        );
        expect(faults).toEqual([]);
      }
    }
    expect(page.logs).toEqual([]);
  });
});
