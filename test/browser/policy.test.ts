import * as tf from '@tensorflow/tfjs';
import {CASES} from '../helpers/cases.js';
import {readAll} from '../helpers/conformance.js';
import {describeInChromium, startChromium} from './chromium.js';
import type {Chromium} from './chromium.js';

describeInChromium('in Chromium, under a Content-Security-Policy', () => {
  let chromium: Chromium;
  beforeAll(async () => {
    await tf.setBackend('cpu');
    chromium = await startChromium();
  });
  afterAll(() => chromium?.close());

  test("that allows no code but the site's own scripts, stock ops do the work", async () => {
    const page = await chromium.open('policy-page.ts', {
      'Content-Security-Policy': "script-src 'self'",
    });
    const name = 'x [3,5] with coefficients [5]';
    const {refused, target, rows} = await page.run('strict', name);
    expect(refused).toBe(true);
    expect(target).toBe('composed');
    const expected = await readAll(tf.tidy(() => CASES.get(name)!()));
    rows.forEach((row, index) => {
      row.forEach((value, position) => expect(value).toBeCloseTo(expected[index][position], 5));
    });
    expect(page.logs).toEqual([]);
  });
});
