import {BACKENDS, WASM, openBackend} from './backends.js';
import {describeInChromium, startChromium} from './chromium.js';
import type {Chromium} from './chromium.js';

describeInChromium('in Chromium', () => {
  let chromium: Chromium;
  beforeAll(async () => {
    chromium = await startChromium();
  });
  afterAll(() => chromium?.close());

  test.each([...BACKENDS, WASM])('units are revived on $title', async backend => {
    const {page, run} = await openBackend(chromium, backend);
    const {moved, ...rest} = await run('revivedRun');
    await page.close();
    expect(rest).toEqual({
      revived: [{layer: 'hidden', units: [1, 3]}],
      dead: [],
      problems: [],
      leaked: 0,
    });
    expect(moved).toBeLessThan(backend.isHalf ? 1e-2 : 1e-5);
  });
});
