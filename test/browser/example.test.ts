import path from 'node:path';
import {context} from 'esbuild';
import type {BuildContext} from 'esbuild';
import type {Browser} from 'playwright-core';
import {describeInChromium, launchChromium} from './chromium.js';

const root = path.resolve(__dirname, '../..');

describeInChromium('in Chromium, the example page', () => {
  let browser: Browser;
  let files: BuildContext;
  let address: string;
  beforeAll(async () => {
    files = await context({});
    const {port} = await files.serve({servedir: root, host: '127.0.0.1'});
    address = `http://127.0.0.1:${port}/examples/browser/`;
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await files?.dispose();
  });

  test.each(['webgl', 'webgpu', 'wasm'])(
    'learns digits and shows what the monitor saw, on %s',
    async backend => {
      const page = await browser.newPage();
      const errors: string[] = [];
      page.on('pageerror', error => errors.push(String(error)));
      await page.goto(address);
      await page.selectOption('#backend', backend);
      await page.fill('#epochs', '2');
      await page.click('button');
      await page.waitForSelector('body[data-state]', {timeout: 240_000});
      const status = (await page.textContent('#status')) ?? '';
      expect(status).toContain(`backend ${backend}, kernels: ${backend}`);
      expect(Number.parseFloat(status)).toBeGreaterThan(60);
      expect(await page.getAttribute('#progress', 'value')).toBe('1');
      const names = await page.$$eval('#layers tr td:first-child', cells =>
        cells.map(cell => cell.textContent),
      );
      expect(names).toEqual(['prelu', 'rational', 'ripple', 'digit']);
      expect(errors).toEqual([]);
      await page.close();
    },
    300_000,
  );
});
