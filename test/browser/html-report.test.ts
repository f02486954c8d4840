import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import {pathToFileURL} from 'node:url';
import type {Browser, Page} from 'playwright-core';
import {HISTOGRAM_BINS} from '../../src/monitor/histogram-bins.js';
import type {Snapshot} from '../../src/monitor/types.js';
import {htmlReport} from '../../src/node/index.js';
import {watchedRun} from '../helpers/watched-run.js';
import {describeInChromium, launchChromium} from './chromium.js';

/** The pictures stay here, to be looked at. */
const pictures = path.join(os.tmpdir(), 'tfjs-activations-html-report');

const VIEWS = (['light', 'dark'] as const).flatMap(scheme => [
  {name: `desktop-${scheme}`, scheme, viewport: {width: 1280, height: 900}},
  {name: `phone-${scheme}`, scheme, viewport: {width: 390, height: 844}},
]);

describeInChromium('in Chromium, the HTML report', () => {
  let browser: Browser;
  let folder: string;
  let address: string;
  beforeAll(async () => {
    folder = await fs.mkdtemp(path.join(os.tmpdir(), 'html-report-'));
    await fs.mkdir(pictures, {recursive: true});
    const file = path.join(folder, 'digits.html');
    address = pathToFileURL(file).href;
    const {start, snapshots, report} = watchedRun();
    const reporter = htmlReport(file);
    await reporter.onTrainBegin?.(start);
    for (const snapshot of snapshots) await reporter.onSnapshot?.(endingBadly(snapshot), []);
    await reporter.onTrainEnd?.({...report, problems: ['a reporter failed: the disk is full']});
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await fs.rm(folder, {recursive: true, force: true});
  });

  describe.each(VIEWS)('$name', ({name, scheme, viewport}) => {
    let page: Page;
    const logs: string[] = [];
    const requests: string[] = [];
    beforeAll(async () => {
      page = await browser.newPage({viewport, colorScheme: scheme, reducedMotion: 'reduce'});
      page.on('console', message => logs.push(message.text()));
      page.on('pageerror', error => logs.push(String(error)));
      page.on('request', request => requests.push(request.url()));
      await page.goto(address);
    });
    afterAll(() => page?.close());

    test('opens without a word in the console, and asks for nothing else', () => {
      expect(logs).toEqual([]);
      expect(requests.filter(url => !url.startsWith('data:'))).toEqual([address]);
    });

    test('does not scroll sideways', async () => {
      await openDetails(page);
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      expect(width).toBeLessThanOrEqual(viewport.width);
    });

    test('has letters in its pictures that can be read', async () => {
      const sizes = await page.$$eval('svg text', texts =>
        texts.map(text => {
          const picture = text.closest('svg')!;
          const {width} = picture.getBoundingClientRect();
          const scale = width / picture.viewBox.baseVal.width;
          return parseFloat(getComputedStyle(text).fontSize) * scale;
        }),
      );
      expect(Math.min(...sizes)).toBeGreaterThanOrEqual(9);
      expect(Math.max(...sizes)).toBeLessThanOrEqual(16);
    });

    test('has its labels beside each other', async () => {
      const overlaps = await page.$$eval('figure > svg', all =>
        all.flatMap(picture => {
          const boxes = [...picture.querySelectorAll('text')].map(text => ({
            text: text.textContent,
            box: text.getBoundingClientRect(),
          }));
          const outside = picture.getBoundingClientRect();
          return boxes.flatMap(({text, box}, index) => {
            const isCut = box.left < outside.left - 1 || box.right > outside.right + 1;
            const others = boxes
              .slice(index + 1)
              .filter(
                other =>
                  box.left < other.box.right - 1 &&
                  other.box.left < box.right - 1 &&
                  box.top < other.box.bottom - 3 &&
                  other.box.top < box.bottom - 3,
              );
            return [
              ...(isCut ? [`${text} is cut`] : []),
              ...others.map(each => `${text} on ${each.text}`),
            ];
          });
        }),
      );
      expect(overlaps).toEqual([]);
    });

    test('leads the keyboard to all that can be followed, opened or scrolled, and shows where it is', async () => {
      await openDetails(page);
      const wanted = await page.$$eval('a[href], summary, [tabindex="0"]', all =>
        all.filter(each => each.checkVisibility()).map(each => each.outerHTML.slice(0, 120)),
      );
      expect(wanted.length).toBeGreaterThan(20);
      await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
      const reached: string[] = [];
      for (let press = 0; press < wanted.length; press++) {
        await page.keyboard.press('Tab');
        const {text, isShown} = await page.evaluate(() => {
          const focused = document.activeElement!;
          const {outlineStyle, outlineWidth} = getComputedStyle(focused);
          const {top, bottom} = focused.getBoundingClientRect();
          const isInView = bottom > 0 && top < innerHeight;
          const isOutlined = outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2;
          return {text: focused.outerHTML.slice(0, 120), isShown: isOutlined && isInView};
        });
        reached.push(isShown ? text : `not shown: ${text}`);
      }
      expect(reached).toEqual(wanted);
    });

    test('scrolls its wide tables with the keyboard', async () => {
      await openDetails(page);
      const wide = page.locator('details .scroll').first();
      await wide.focus();
      const room = await wide.evaluate(each => each.scrollWidth - each.clientWidth);
      expect(room > 0).toBe(viewport.width < 500);
      if (room === 0) return;
      await page.keyboard.press('ArrowRight');
      const table = await wide.elementHandle();
      await page.waitForFunction(each => each!.scrollLeft > 0, table);
    });

    test.each(['findings', 'training', 'layer-0', 'layer-1', 'weights'])(
      'looks like something at its %s',
      async section => {
        await page.goto(`${address}#${section}`);
        const file = path.join(pictures, `${name}-${section}.png`);
        const {width, height, colours, corner} = await measure(
          browser,
          await page.screenshot({path: file}),
        );
        expect({width, height}).toEqual(viewport);
        expect(colours).toBeGreaterThan(100);
        const brightness = corner.reduce((sum, channel) => sum + channel, 0) / 3;
        if (scheme === 'light') expect(brightness).toBeGreaterThan(200);
        else expect(brightness).toBeLessThan(60);
      },
    );
  });
});

/** From epoch 20 on, some outputs of the first layer are not finite. */
function endingBadly(snapshot: Snapshot): Snapshot {
  if (snapshot.epoch < 20) return snapshot;
  const [first, ...others] = snapshot.layers;
  const histogram = first.histogram.map((count, bin) =>
    ['nan', 'infinite'].includes(HISTOGRAM_BINS[bin].kind) ? 300 : count,
  );
  return {...snapshot, layers: [{...first, histogram}, ...others]};
}

async function openDetails(page: Page): Promise<void> {
  await page.$$eval('details', all => {
    for (const each of all) each.open = true;
  });
}

/** Looks at a PNG: its size, how many colours it has, and the first of them. */
async function measure(
  browser: Browser,
  picture: Buffer,
): Promise<{width: number; height: number; colours: number; corner: number[]}> {
  const page = await browser.newPage();
  try {
    return await page.evaluate(async base64 => {
      const bytes = Uint8Array.from(atob(base64), character => character.charCodeAt(0));
      const bitmap = await createImageBitmap(new Blob([bytes], {type: 'image/png'}));
      const {width, height} = bitmap;
      const context = new OffscreenCanvas(width, height).getContext('2d')!;
      context.drawImage(bitmap, 0, 0);
      const {data} = context.getImageData(0, 0, width, height);
      const colours = new Set(new Uint32Array(data.buffer));
      return {width, height, colours: colours.size, corner: [...data.slice(0, 3)]};
    }, picture.toString('base64'));
  } finally {
    await page.close();
  }
}
