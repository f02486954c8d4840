import {BACKENDS, openBackend} from './backends.js';
import {describeInChromium, startChromium} from './chromium.js';
import type {Chromium} from './chromium.js';

describeInChromium('in Chromium', () => {
  let chromium: Chromium;
  beforeAll(async () => {
    chromium = await startChromium();
  });
  afterAll(() => chromium?.close());

  test.each(BACKENDS)(
    'a watched convolution learns as an unwatched one on $title',
    async backend => {
      const {page, run, logs} = await openBackend(chromium, backend);
      const {weights, means} = await run('watchedConvolution');
      await page.close();
      expect(weights[0]).toEqual(weights[1]);
      expect(means.every(mean => mean > 0.1 && mean < 10)).toBe(true);
      expect(logs).toEqual([]);
    },
  );
});
