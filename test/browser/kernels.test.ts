import * as tf from '@tensorflow/tfjs';
import {activations} from '../../src/index.js';
import {CASES, trainingLosses} from '../helpers/cases.js';
import {members, readAll} from '../helpers/conformance.js';
import {BACKENDS, openBackend} from './backends.js';
import type {BackendPage} from './backends.js';
import {describeInChromium, startChromium} from './chromium.js';
import type {Chromium} from './chromium.js';

/** Whether numbers agree, with room for some terms of a sum. */
function expectAlike(
  actual: readonly number[],
  expected: readonly number[],
  relative: number,
): void {
  expect(actual.length).toBe(expected.length);
  const scale = Math.max(1, ...expected.filter(Number.isFinite).map(Math.abs));
  const wrong = actual.flatMap((value, index) => {
    const isAlike =
      Object.is(value, expected[index]) || Math.abs(value - expected[index]) <= relative * scale;
    return isAlike ? [] : [`${index}: ${value}, expected ${expected[index]}`];
  });
  expect(wrong.slice(0, 5)).toEqual([]);
}

describeInChromium('in Chromium', () => {
  let chromium: Chromium;
  beforeAll(async () => {
    await tf.setBackend('cpu');
    chromium = await startChromium();
  });
  afterAll(() => chromium?.close());

  describe.each(BACKENDS)('on $title', backend => {
    const relative = backend.isHalf ? 1e-2 : 1e-5;
    let page: BackendPage;
    beforeAll(async () => {
      page = await openBackend(chromium, backend);
    });
    afterAll(() => page.page.close());

    describe('as on cpu', () => {
      afterEach(() => expect(page.logs).toEqual([]));

      test.each([...CASES.keys()].filter(name => !backend.isHalf || !/NaN|million/.test(name)))(
        '%s',
        async name => {
          const tensors = tf.tidy(() => CASES.get(name)!());
          const {shapes, rows, leaked} = await page.run('case', name);
          expect(shapes).toEqual(tensors.map(({shape}) => shape));
          const expected = await readAll(tensors);
          rows.forEach((row, index) => expectAlike(row, expected[index], relative));
          expect(leaked).toBe(0);
        },
      );

      test('steps of training', async () => {
        const losses = await page.run('trainingLosses');
        expectAlike(losses, await trainingLosses(), backend.isHalf ? 0.05 : 1e-4);
      });
    });

    test('one pass forward, and few more backward', async () => {
      // One after the other: a profile counts all that runs meanwhile.
      const counts: {name: string; forward: number; step: number; kernels: string[]}[] = [];
      for (const {name} of members) counts.push({name, ...(await page.run('launches', name))});
      expect(counts.filter(({forward}) => forward !== 1)).toEqual([]);
      expect(counts.filter(({kernels}) => kernels.length !== 1)).toEqual([]);
      const stepOf = (wanted: string): number => counts.find(({name}) => name === wanted)!.step;
      // Forward, by x, the sums by chunks, and their sum for each weight.
      expect([stepOf('mish'), stepOf('prelu'), stepOf('pelu')]).toEqual([2, 4, 5]);
      expect(stepOf('rational')).toBeLessThanOrEqual(7);
    });

    test('what a shader cannot read falls back to stock ops, with a warning', async () => {
      const before = page.logs.length;
      const {target, rows} = await page.run('manyWeights');
      expect(target).toBe('composed');
      expect(rows).toEqual([[21, 22, 23, 24]]);
      expect(page.logs.slice(before).join()).toMatch(
        new RegExp(`Activation/ManyWeights: the ${backend.backend} target cannot run it`),
      );
    });
  });

  test('on WebGL 1 stock ops do the work', async () => {
    const page = await chromium.open('page.ts');
    const {target} = await page.run('start', 'webgl', {WEBGL_VERSION: 1});
    expect(target).toBe('composed');
    const name = 'x [3,5] with a weight [1,5]';
    const {rows} = await page.run('case', name);
    const expected = await readAll(tf.tidy(() => CASES.get(name)!()));
    rows.forEach((row, index) => expectAlike(row, expected[index], 1e-5));
    expect(page.logs).toEqual([]);
    await page.page.close();
  });

  describe.each(BACKENDS.filter(({isHalf}) => !isHalf))('on $title, in trouble,', backend => {
    let page: BackendPage;
    beforeEach(async () => {
      page = await openBackend(chromium, backend);
    });
    afterEach(() => page.page.close());

    test('a shader that is refused is said to be, and stock ops take over', async () => {
      const [first, second] = await page.run('spoiltShader');
      const expected = [1, 2].map(x => activations.mish.evaluate(x));
      expectAlike(second, expected, 1e-5);
      if (backend.backend === 'webgl') expectAlike(first, expected, 1e-5);
      expect(page.logs.join()).toMatch(/Activation\/Mish: the web\w+ target cannot run it/);
    });

    test('a lost GPU is reported as lost', async () => {
      expect(await page.run('lose')).toMatch(/the (WebGL context|WebGPU device) was lost/);
    });
  });
});
