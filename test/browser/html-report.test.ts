import {execFile} from 'node:child_process';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import {pathToFileURL} from 'node:url';
import {promisify} from 'node:util';
import type {Browser, Page} from 'playwright-core';
import {HISTOGRAM_BINS} from '../../src/monitor/histogram-bins.js';
import type {Snapshot} from '../../src/monitor/types.js';
import {htmlReport} from '../../src/node/index.js';
import {watchedRun} from '../helpers/watched-run.js';
import {describeInChromium, launchChromium} from './chromium.js';

/** The pictures stay here, to be looked at. */
const pictures = path.join(os.tmpdir(), 'tfjs-activations-html-report');

/** A page in which pictures are looked at. */
let eye: Page;

const root = path.resolve(__dirname, '../..');

const VIEWS = (['light', 'dark'] as const).flatMap(scheme => [
  {view: `desktop-${scheme}`, scheme, viewport: {width: 1280, height: 900}},
  {view: `phone-${scheme}`, scheme, viewport: {width: 390, height: 844}},
]);

/** The bad network of the digits example, and a made-up run that has everything a report can show. */
const REPORTS = [
  {report: 'bad-relu', expected: ['Units over time', 'Outputs over time', 'Dead units over time']},
  {report: 'made-up', expected: ['Units over time', 'Outputs over time', 'Activation as learned']},
];

const CASES = REPORTS.flatMap(report =>
  VIEWS.map(view => ({...report, ...view, name: `${report.report}-${view.view}`})),
);

describeInChromium('in Chromium, the HTML report', () => {
  let browser: Browser;
  let folder: string;
  beforeAll(async () => {
    folder = await fs.mkdtemp(path.join(os.tmpdir(), 'html-report-'));
    await fs.mkdir(pictures, {recursive: true});
    await Promise.all([
      trainDigits(folder),
      writeMadeUp(path.join(folder, 'reports/made-up.html')),
    ]);
    browser = await launchChromium();
    eye = await browser.newPage();
  }, 250_000);
  afterAll(async () => {
    await browser?.close();
    await fs.rm(folder, {recursive: true, force: true});
  });

  describe.each(CASES)('$name', ({name, report, scheme, viewport, expected}) => {
    let page: Page;
    let address: string;
    const logs: string[] = [];
    const requests: string[] = [];
    beforeAll(async () => {
      address = pathToFileURL(path.join(folder, `reports/${report}.html`)).href;
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

    test('has letters that stand out from what is behind them', async () => {
      await openDetails(page);
      const faint = await page.evaluate(() => {
        type Colour = readonly number[];
        const colourOf = (text: string): Colour => text.match(/[\d.]+/g)!.map(Number);
        const luminance = (colour: Colour): number => {
          const [red, green, blue] = colour
            .map(channel => channel / 255)
            .map(share => (share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4));
          return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
        };
        const behind = (element: Element | null): Colour => {
          if (element === null) return [255, 255, 255];
          const colour = colourOf(getComputedStyle(element).backgroundColor);
          return colour[3] === 0 ? behind(element.parentElement) : colour;
        };
        return [...document.body.querySelectorAll('*')].flatMap(each => {
          const isText = [...each.childNodes].some(
            ({nodeType, textContent}) => nodeType === Node.TEXT_NODE && textContent?.trim(),
          );
          if (!isText || each.localName === 'title' || !each.checkVisibility()) return [];
          const {color, fill} = getComputedStyle(each);
          const letters = colourOf(each instanceof SVGElement ? fill : color);
          const [low, high] = [letters, behind(each)].map(luminance).sort((x, y) => x - y);
          const contrast = (high + 0.05) / (low + 0.05);
          return contrast >= 4.5 ? [] : [`${contrast.toFixed(2)}: ${each.outerHTML.slice(0, 120)}`];
        });
      });
      expect(faint).toEqual([]);
    });

    test('draws its pictures, none of them blank', async () => {
      await page.goto(address);
      await expectPictures(page, expected);
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
        const [look] = await lookAt(await page.screenshot({path: file}));
        const {width, height, colours, corner} = look;
        expect({width, height}).toEqual(viewport);
        expect(colours).toBeGreaterThan(100);
        const brightness = corner.reduce((sum, channel) => sum + channel, 0) / 3;
        if (scheme === 'light') expect(brightness).toBeGreaterThan(200);
        else expect(brightness).toBeLessThan(60);
      },
    );
  });

  test('of the bad network with PReLU shows what its activations learned', async () => {
    const page = await browser.newPage();
    await page.goto(pathToFileURL(path.join(folder, 'reports/bad-prelu.html')).href);
    await expectPictures(page, ['Units over time', 'Outputs over time', 'Activation as learned']);
    await page.close();
  });

  test('of the bad digits network names the layers that died, the evidence and what to do', async () => {
    const page = await browser.newPage();
    await page.goto(pathToFileURL(path.join(folder, 'reports/bad-relu.html')).href);
    expect(await page.textContent('.verdict')).toMatch(/2 errors/);
    for (const layer of ['hidden1', 'hidden2']) {
      const entry = page.locator('.overview li', {hasText: `dead-units in ${layer}`});
      await entry.locator('a').click();
      const finding = page.locator(':target');
      expect(await finding.locator('h3').textContent()).toBe(`✕error dead-units in ${layer}`);
      const evidence = await finding.locator('dt').allTextContents();
      expect(evidence).toEqual(
        expect.arrayContaining(['samples', 'firing rate bound', 'last fired']),
      );
      const fixes = await finding.locator('ol > li').allTextContents();
      expect(fixes.length).toBeGreaterThanOrEqual(3);
      expect(fixes.join()).toContain('layers.prelu()');
      await finding.locator('h3 a').click();
      expect(await page.locator(':target h3').textContent()).toBe(`${layer} relu`);
      const hatched = await page.locator(':target path[fill^=url]').first().boundingBox();
      expect(hatched!.height).toBeGreaterThan(100);
    }
    await page.close();
  });
});

/** The first layer has pictures of these titles, at a size that can be seen, and they show something. */
async function expectPictures(page: Page, titles: readonly string[]): Promise<void> {
  const section = page.locator('#layer-0');
  const figures = await section.locator('figure').evaluateAll(all => {
    const from = all[0].closest('section')!.getBoundingClientRect();
    const areaOf = (part: Element | null): Area | null => {
      if (part === null) return null;
      const {left, top, width, height} = part.getBoundingClientRect();
      return {left: left - from.left, top: top - from.top, width, height};
    };
    return all.map(figure => ({
      title: figure.querySelector('figcaption')!.textContent,
      picture: areaOf(figure.querySelector(':scope > svg')),
      cells: areaOf(figure.querySelector(':scope > svg > .raster')),
    }));
  });
  const shown = figures.filter(({title}) => titles.includes(title));
  expect(shown.map(({title}) => title)).toEqual(titles);
  for (const {picture} of shown) {
    expect(picture!.width).toBeGreaterThan(250);
    expect(picture!.height).toBeGreaterThan(100);
  }
  const png = await section.screenshot();
  const looks = await lookAt(png, [...shown.map(each => each.picture!), shown[0].cells!]);
  expect(Math.min(...looks.map(({colours}) => colours))).toBeGreaterThan(2);
  expect(looks.pop()!.commonest).toBeLessThan(0.9);
}

/** Runs the example, which writes its reports below the folder that it runs in. */
async function trainDigits(cwd: string): Promise<void> {
  const tsx = pathToFileURL(require.resolve('tsx')).href;
  const example = path.join(root, 'examples/digits.ts');
  const {stdout} = await promisify(execFile)(process.execPath, ['--import', tsx, example], {cwd});
  expect(stdout).toContain('reports/bad-relu.html');
}

/** A run with everything that a report can show. */
async function writeMadeUp(file: string): Promise<void> {
  const {start, snapshots, report} = watchedRun();
  const reporter = htmlReport(file);
  await reporter.onTrainBegin?.(start);
  for (const snapshot of snapshots) await reporter.onSnapshot?.(endingBadly(snapshot), []);
  await reporter.onTrainEnd?.({...report, problems: ['a reporter failed: the disk is full']});
}

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

interface Area {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

interface Look {
  readonly width: number;
  readonly height: number;
  readonly colours: number;
  /** The share of the commonest colour. */
  readonly commonest: number;
  /** The first pixel. */
  readonly corner: readonly number[];
}

/** Looks at areas of a PNG, or else at all of it. */
function lookAt(picture: Buffer, areas?: readonly Area[]): Promise<Look[]> {
  return eye.evaluate(
    async ({base64, areas}) => {
      const bytes = Uint8Array.from(atob(base64), character => character.charCodeAt(0));
      const bitmap = await createImageBitmap(new Blob([bytes], {type: 'image/png'}));
      const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d')!;
      context.drawImage(bitmap, 0, 0);
      const whole = {left: 0, top: 0, width: bitmap.width, height: bitmap.height};
      return (areas ?? [whole]).map(({left, top, width, height}) => {
        const {data} = context.getImageData(left, top, width, height);
        const counts = new Map<number, number>();
        for (const pixel of new Uint32Array(data.buffer)) {
          counts.set(pixel, (counts.get(pixel) ?? 0) + 1);
        }
        const commonest = (Math.max(...counts.values()) * 4) / data.length;
        const corner = [...data.slice(0, 3)];
        return {width, height, colours: counts.size, commonest, corner};
      });
    },
    {base64: picture.toString('base64'), areas},
  );
}
