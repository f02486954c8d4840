import * as tf from '@tensorflow/tfjs';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import {pathToFileURL} from 'node:url';
import {ActivationMonitor} from '../../src/index.js';
import type {Reporter} from '../../src/monitor/types.js';
import {htmlReport} from '../../src/node/index.js';
import {watchedRun} from '../helpers/watched-run.js';
import type {WatchedRun} from '../helpers/watched-run.js';

let folder: string;

beforeEach(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'html-report-'));
});

afterEach(async () => {
  jest.restoreAllMocks();
  await fs.rm(folder, {recursive: true, force: true});
});

const run = watchedRun({epochs: 3, units: 4});

async function tell(reporter: Reporter, {start, snapshots, report}: WatchedRun): Promise<void> {
  await reporter.onTrainBegin?.(start);
  for (const snapshot of snapshots) await reporter.onSnapshot?.(snapshot, report.findings);
  await reporter.onTrainEnd?.(report);
}

test('writes one file at the end of training, in a folder made for it', async () => {
  const file = path.join(folder, 'new/folder/digits.html');
  const reporter = htmlReport(file);
  await reporter.onTrainBegin?.(run.start);
  await reporter.onSnapshot?.(run.snapshots[0], []);
  await expect(fs.access(file)).rejects.toThrow();
  await reporter.onTrainEnd?.(run.report);
  expect(await fs.readdir(path.dirname(file))).toEqual(['digits.html']);
  const text = await fs.readFile(file, 'utf8');
  expect(text).toContain('<title>Activations: digits</title>');
  expect(text).toContain('over 1 snapshot:');
  expect(text.trimEnd()).toMatch(/<\/html>$/);
});

test('each training has a report of its own, which replaces the one before', async () => {
  const file = path.join(folder, 'report.html');
  const reporter = htmlReport(file);
  await tell(reporter, run);
  await tell(reporter, {...run, snapshots: run.snapshots.slice(0, 2)});
  const text = await fs.readFile(file, 'utf8');
  expect(text).toContain('over 2 snapshots:');
  expect(text).not.toContain('over 3 snapshots:');
});

test('escapes the name of the file', async () => {
  const file = path.join(folder, '<b>&.html');
  await tell(htmlReport(file), run);
  expect(await fs.readFile(file, 'utf8')).toContain('<h1>Activations: &lt;b&gt;&amp;</h1>');
});

describe('where it cannot be written', () => {
  test('the error names the file and what to do', async () => {
    const inTheWay = path.join(folder, 'file');
    await fs.writeFile(inTheWay, 'precious');
    const file = path.join(inTheWay, 'report.html');
    const error = await tell(htmlReport(file), run).catch((reason: Error) => reason);
    expect(error).toHaveProperty('cause.code', expect.stringMatching(/ENOTDIR|EEXIST/));
    expect((error as Error).message).toMatch(
      /^htmlReport: cannot write .*report\.html: (ENOTDIR|EEXIST).*Make room/,
    );
    expect(await fs.readFile(inTheWay, 'utf8')).toBe('precious');
    expect(await fs.readdir(folder)).toEqual(['file']);
  });

  test('a folder of its name is left alone', async () => {
    const file = path.join(folder, 'report.html');
    await fs.mkdir(file);
    await expect(tell(htmlReport(file), run)).rejects.toThrow(/cannot write .*EISDIR/);
    expect(await fs.readdir(folder)).toEqual(['report.html']);
    expect(await fs.readdir(file)).toEqual([]);
  });

  test.each(['the file', 'what it is renamed to'])(
    'a disk that is full at %s leaves the report that was there',
    async moment => {
      const file = path.join(folder, 'report.html');
      await tell(htmlReport(file), run);
      const before = await fs.readFile(file, 'utf8');
      const full = Object.assign(new Error('ENOSPC: no space left on device'), {code: 'ENOSPC'});
      if (moment === 'the file') fillAfterHalf(full);
      else jest.spyOn(fs, 'rename').mockRejectedValueOnce(full);
      const longer = watchedRun({epochs: 5, units: 4});
      await expect(tell(htmlReport(file), longer)).rejects.toThrow(
        /report\.html: ENOSPC.*Make room/,
      );
      expect(await fs.readFile(file, 'utf8')).toBe(before);
      expect(await fs.readdir(folder)).toEqual(['report.html']);
    },
  );

  test('training goes on, and the monitor says why there is no report', async () => {
    const inTheWay = path.join(folder, 'file');
    await fs.writeFile(inTheWay, '');
    const warn = jest.spyOn(console, 'warn').mockImplementation(() => {});
    const model = tf.sequential({
      layers: [tf.layers.dense({units: 2, inputShape: [3], activation: 'relu'})],
    });
    model.compile({loss: 'meanSquaredError', optimizer: 'sgd'});
    const monitor = new ActivationMonitor({reporters: [htmlReport(`${inTheWay}/report.html`)]});
    const callbacks = [monitor];
    const {epoch} = await model.fit(tf.ones([8, 3]), tf.ones([8, 2]), {epochs: 2, callbacks});
    expect(epoch).toEqual([0, 1]);
    const said = [...monitor.report().problems, ...warn.mock.calls.flat()].join();
    expect(said).toMatch(/htmlReport: cannot write .*report\.html/);
  });

  /** Half of what is written next gets onto the disk. */
  function fillAfterHalf(error: Error): void {
    const {open} = fs;
    jest.spyOn(fs, 'open').mockImplementationOnce(async (...args) => {
      const handle = await open(...args);
      const writeFile = handle.writeFile.bind(handle);
      handle.writeFile = async content => {
        await writeFile((content as string).slice(0, 1000));
        throw error;
      };
      return handle;
    });
  }
});

test.each([
  [undefined, 'the file must be a path, got undefined'],
  ['', "the file must be a path, got ''"],
  [3, 'the file must be a path, got 3'],
  ['https://example.com/report.html', 'the file must be a path, not a URL'],
  ['file:///tmp/report.html', "Leave out 'file://'"],
  [pathToFileURL('/tmp/report.html'), "fileURLToPath(url) of 'node:url'"],
])('refuses %p', (file, message) => {
  expect(() => htmlReport(file as string)).toThrow(TypeError);
  expect(() => htmlReport(file as string)).toThrow(`htmlReport: `);
  expect(() => htmlReport(file as string)).toThrow(message);
});
