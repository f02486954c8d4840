import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {tensorBoard} from '../../src/node/index.js';
import type {Reporter} from '../../src/index.js';
import {crc32c} from '../../src/monitor/reporters/tensorboard/record.js';
import {describeWithPython, runPython} from '../helpers/python.js';
import {
  finding,
  histogramOf,
  layerSnapshot,
  report,
  revivals,
  snapshot,
  start,
  weightSnapshot,
} from '../helpers/reports.js';

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'tensor-board-'));
});
afterEach(() => fs.rmSync(folder, {recursive: true}));

function eventFile(): string {
  const [name, ...others] = fs.readdirSync(folder);
  expect(others).toEqual([]);
  return path.join(folder, name);
}

/** The data of the records of a file, whose lengths and checksums are checked. */
function recordsOf(file: string): Buffer[] {
  const bytes = fs.readFileSync(file);
  const records: Buffer[] = [];
  for (let position = 0; position < bytes.length;) {
    const length = Number(bytes.readBigUInt64LE(position));
    const data = bytes.subarray(position + 12, position + 12 + length);
    expect(bytes.readUInt32LE(position + 8)).toBe(masked(bytes.subarray(position, position + 8)));
    expect(bytes.readUInt32LE(position + 12 + length)).toBe(masked(data));
    expect(data).toHaveLength(length);
    records.push(data);
    position += 12 + length + 4;
  }
  return records;
}

function masked(data: Uint8Array): number {
  const sum = crc32c(data);
  return (((sum >>> 15) | (sum << 17)) + 0xa282ead8) >>> 0;
}

/** A ReLU within a model, with a dead unit; a layer that gives no finite number; one that gives 0. */
const first = snapshot({
  layers: [
    layerSnapshot({
      name: 'outer/hidden',
      quietSamples: [0, 320],
      max: [4, 0],
      weights: {alpha: [0.25, 0.5, 0.25, 1]},
      validation: layerSnapshot({mean: [5, 7], slope: null}),
    }),
    layerSnapshot({
      name: 'broken',
      samples: 10,
      mean: [NaN, NaN],
      gradient: null,
      histogram: histogramOf([NaN, Infinity]),
      weights: {alpha: [NaN]},
    }),
    layerSnapshot({
      name: 'zero',
      max: [0, 0],
      histogram: histogramOf([0, 0]),
      weights: {alpha: [1, 1]},
    }),
  ],
  weights: [weightSnapshot(), weightSnapshot({layer: 'still', update: 0})],
  logs: {loss: 0.5, val_loss: NaN},
});

/** Numbers on either side of zero, those next to it and beyond the outermost bins among them. */
const second = snapshot({
  step: 2 ** 33,
  layers: [
    layerSnapshot({
      min: [-4, -5000],
      max: [5000, 0.25],
      histogram: histogramOf([-5000, -4, -1, -1e-6, 0, 0, 1e-6, 0.25, 5000]),
    }),
  ],
  weights: [],
});

async function show(reporter: Reporter): Promise<void> {
  await reporter.onTrainBegin!(start);
  await reporter.onFinding!(finding());
  await reporter.onSnapshot!(first, []);
  await reporter.onSnapshot!(second, []);
  await reporter.onTrainEnd!(report(revivals));
}

test('writes records that are whole, the first of them the version', async () => {
  await show(tensorBoard(folder));
  expect(path.basename(eventFile())).toMatch(/^events\.out\.tfevents\.\d{10}\./);
  const records = recordsOf(eventFile());
  expect(records).toHaveLength(6);
  expect(records[0].toString('latin1')).toContain('brain.Event:2');
});

test('writes nothing at the end where no units were to be revived', async () => {
  const reporter = tensorBoard(folder);
  await reporter.onTrainBegin!(start);
  await reporter.onTrainEnd!(report());
  await reporter.onTrainEnd!(report({revived: [], notRevived: []}));
  expect(recordsOf(eventFile())).toHaveLength(1);
});

test('gives every run a file of its own, in folders that it makes', async () => {
  const reporter = tensorBoard(path.join(folder, 'not/there'));
  await show(reporter);
  await show(reporter);
  expect(fs.readdirSync(path.join(folder, 'not/there'))).toHaveLength(2);
});

test.each([
  [undefined, 'got undefined'],
  ['', "got ''"],
  ['file:///runs', "not a URL, got 'file:///runs'. Leave out 'file://'"],
])('refuses %p for a path', (logdir, problem) => {
  expect(() => tensorBoard(logdir as string)).toThrow(
    `tensorBoard: logdir must be a path, ${problem}`,
  );
});

test('names the file that it cannot write', async () => {
  fs.writeFileSync(path.join(folder, 'taken'), '');
  const reporter = tensorBoard(path.join(folder, 'taken'));
  const named = `tensorBoard: cannot write to ${path.join(folder, 'taken')}${path.sep}events.out`;
  await expect(reporter.onTrainBegin!(start)).rejects.toThrow(named);
  await expect(reporter.onSnapshot!(first, [])).resolves.toBeUndefined();
});

test('cuts off what a full disk took of a record, and goes on when there is room', async () => {
  const reporter = tensorBoard(folder);
  await reporter.onTrainBegin!(start);
  const append = jest.spyOn(fs, 'appendFileSync').mockImplementationOnce((file, data) => {
    fs.writeFileSync(file, (data as Uint8Array).subarray(0, 20), {flag: 'a'});
    throw new Error('ENOSPC: no space left on device');
  });
  await expect(reporter.onSnapshot!(first, [])).rejects.toThrow(
    `tensorBoard: cannot write to ${eventFile()}: ENOSPC: no space left on device`,
  );
  expect(append).toHaveBeenCalledTimes(1);
  append.mockRestore();
  await reporter.onSnapshot!(second, []);
  expect(recordsOf(eventFile())).toHaveLength(2);
});

describeWithPython("TensorBoard's own readers", () => {
  type Histogram = Record<'min' | 'max' | 'num' | 'sum' | 'sum_squares', number>;
  interface Read {
    fileVersion: number;
    firstTime: number;
    scalars: Record<string, [number, number | null][]>;
    histograms: Record<string, [number, Histogram & Record<'bucket' | 'bucket_limit', number[]>][]>;
    plugins: {
      histograms: Record<string, [number, [number, number, number][]][]>;
      text: Record<string, [number, string][]>;
    };
  }
  let read: Read;
  let logdir: string;
  beforeAll(async () => {
    logdir = fs.mkdtempSync(path.join(os.tmpdir(), 'tensor-board-'));
    await show(tensorBoard(logdir));
    read = runPython(path.join(__dirname, 'fixtures/read_events.py'), logdir) as Read;
  });
  afterAll(() => fs.rmSync(logdir, {recursive: true}));

  /** The values at a step, rounded from float32. */
  const scalarsAt = (step: number): Record<string, number | null> =>
    Object.fromEntries(
      Object.entries(read.scalars).flatMap(([tag, events]) =>
        events
          .filter(event => event[0] === step)
          .map(([, value]) => [tag, value && Number(value.toPrecision(6))]),
      ),
    );

  test('find the version and the time', () => {
    expect(read.fileVersion).toBe(2);
    expect(Math.abs(read.firstTime - Date.now() / 1000)).toBeLessThan(600);
  });

  test('find every scalar at its step', () => {
    const statistics = {std: 0.5, zero_share: 0.5, slope: 0.375, firing_rate: 0.5};
    const healthy = {...statistics, mean: 2, gradient: 0.003, dead: 0, saturated: 0};
    const under = (tag: string, values: Record<string, number | null>) =>
      Object.fromEntries(Object.entries(values).map(([name, value]) => [`${tag}/${name}`, value]));
    const {slope, ...validation} = {...statistics, mean: 6};
    expect(slope).toBe(0.375);
    expect(scalarsAt(9)).toEqual({
      'train/loss': 0.5,
      'validation/loss': null,
      ...under('outer/hidden', {...healthy, dead: 1}),
      ...under('outer/hidden/validation', validation),
      ...under('broken', statistics),
      ...under('zero', healthy),
      ...under('hidden/kernel', {magnitude: 0.5, update: 0.0005, gradient: 0.25}),
      'hidden/kernel/log10_update_ratio': -3,
      ...under('still/kernel', {magnitude: 0.5, update: 0, gradient: 0.25}),
    });
    expect(scalarsAt(2 ** 33)).toEqual(under('hidden', healthy));
  });

  test('find the histograms of outputs, as they were written', () => {
    const [[step, histogram]] = read.histograms['outer/hidden/outputs'];
    expect(step).toBe(9);
    expect(histogram).toMatchObject({min: 0, max: 4, num: 8, sum: 16, sum_squares: 42});
    expect(histogram.bucket_limit.at(0)).toBe(2 ** -20);
    expect(histogram.bucket_limit.slice(-3)).toEqual([2, 4, 8]);
    expect(histogram.bucket.at(0)).toBe(2);
    expect(histogram.bucket.slice(-3)).toEqual([2, 2, 2]);
    expect(histogram.bucket.slice(1, -3).every(count => count === 0)).toBe(true);
  });

  test.each([
    'outer/hidden/outputs',
    'hidden/outputs',
    'zero/outputs',
    'outer/hidden/alpha/values',
  ])('show %s in buckets that follow each other', tag => {
    const [[, buckets]] = read.plugins.histograms[tag];
    expect(buckets.length).toBeGreaterThan(0);
    buckets.forEach(([left, right], index) => {
      expect(left).toBeLessThanOrEqual(right);
      if (index > 0) expect(left).toBe(buckets[index - 1][1]);
    });
  });

  test('show each number in a bucket that holds it', () => {
    const [[step, buckets]] = read.plugins.histograms['hidden/outputs'];
    expect(step).toBe(2 ** 33);
    const filled = buckets.filter(([, , count]) => count > 0);
    const smallest = 2 ** -20;
    expect(filled).toEqual([
      [-5000, -2048, 1],
      [-8, -4, 1],
      [-2, -1, 1],
      [-2 * smallest, -smallest, 1],
      [-smallest, smallest, 2],
      [smallest, 2 * smallest, 1],
      [0.25, 0.5, 1],
      [2048, 5000, 1],
    ]);
  });

  test('find the learned weights of activations', () => {
    const [[step, {min, max, num, sum, sum_squares, bucket}]] =
      read.histograms['outer/hidden/alpha/values'];
    expect({step, min, max, num, sum, sum_squares}).toEqual({
      step: 9,
      min: 0.25,
      max: 1,
      num: 4,
      sum: 2,
      sum_squares: 1.375,
    });
    expect(bucket).toEqual(
      Array.from({length: 30}, (_, index) => ({0: 2, 10: 1, 29: 1})[index] ?? 0),
    );
    expect(read.histograms['zero/alpha/values'][0][1]).toMatchObject({bucket: [2]});
  });

  test('find no histogram where no number is finite', () => {
    expect(Object.keys(read.histograms)).not.toContainEqual(expect.stringMatching('broken'));
  });

  test('find what was found and what was revived, as text', () => {
    const text =
      '**error**: 1 of 2 units did not fire\n\nUnits: 1\n\n' +
      '- Lower the learning rate: `model.compile(…)`\n- Wait';
    const revived = '2 units started anew: 0–1\n\nDrawn in made, 0 in next, other';
    const left = '1 unit not revived: 3\n\nan output of the model';
    expect(read.plugins.text).toEqual({
      'findings/dead-units/hidden': [[9, text]],
      'revived/hidden': [[12, revived]],
      'not_revived/output': [[10, left]],
    });
  });
});
