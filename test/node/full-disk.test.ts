import * as tf from '@tensorflow/tfjs';
import fs from 'node:fs';
import promises from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import {ActivationMonitor} from '../../src/index.js';
import type {Reporter} from '../../src/index.js';
import {htmlReport, jsonLines, tensorBoard} from '../../src/node/index.js';
import {dense, fixed, normal} from '../helpers/monitor.js';

let folder: string;
let warn: jest.SpyInstance;

beforeAll(() => tf.setBackend('cpu'));

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'full-disk-'));
  warn = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
});

afterEach(() => {
  jest.restoreAllMocks();
  fs.rmSync(folder, {recursive: true, force: true});
});

const full = (): Error =>
  Object.assign(new Error('ENOSPC: no space left on device, write'), {code: 'ENOSPC'});

/** Trains for three epochs that a reporter is told of; nothing may keep it from that. */
async function train(...reporters: Reporter[]): Promise<ActivationMonitor> {
  const model = fixed(
    dense(2, {inputShape: [3], activation: 'relu', name: 'hidden'}),
    dense(1, {name: 'output'}),
  );
  const seen = {snapshots: 0, reports: 0};
  const last: Reporter = {
    onSnapshot: () => void seen.snapshots++,
    onTrainEnd: () => void seen.reports++,
  };
  const monitor = new ActivationMonitor({every: 1, reporters: [...reporters, last]});
  const {epoch} = await model.fit(normal(16, 3), tf.ones([16, 1]), {
    epochs: 3,
    verbose: 0,
    callbacks: [monitor],
  });
  expect(epoch).toEqual([0, 1, 2]);
  expect(seen).toEqual({snapshots: 3, reports: 1});
  expect(monitor.report().layers.map(({samples}) => samples)).toEqual([48, 48]);
  return monitor;
}

/** The one problem that a monitor tells of, which it has also warned of once. */
function problemOf(monitor: ActivationMonitor): string {
  const {problems, ok} = monitor.report();
  expect(ok).toBe(true);
  expect(problems).toHaveLength(1);
  const warnings = (warn.mock.calls as string[][]).filter(([text]) => text.includes('reporter'));
  expect(warnings).toEqual([[`ActivationMonitor: ${problems[0]}`]]);
  return problems[0];
}

/** After so many appends, half of one fits and no more of the others. */
function fillAfter(appends: number): void {
  let count = 0;
  const append = fs.appendFileSync;
  jest.spyOn(fs, 'appendFileSync').mockImplementation((file, record) => {
    if (count++ < appends) return append(file, record);
    if (count === appends + 1) append(file, record.slice(0, record.length / 2) as Uint8Array);
    throw full();
  });
}

/** No file can be made. */
function fillAtOnce(): void {
  jest.spyOn(fs, 'writeFileSync').mockImplementation(() => {
    throw full();
  });
}

const typesIn = (file: string): unknown[] =>
  fs
    .readFileSync(file, 'utf8')
    .split('\n')
    .filter(line => line !== '')
    .map(line => (JSON.parse(line) as {type: unknown}).type);

/** The lengths of the records of an event file, which end where it ends. */
function recordsIn(logdir: string): number[] {
  const [name, ...others] = fs.readdirSync(logdir);
  expect(others).toEqual([]);
  const bytes = fs.readFileSync(path.join(logdir, name));
  const lengths: number[] = [];
  let position = 0;
  while (position < bytes.length) {
    const length = Number(bytes.readBigUInt64LE(position));
    lengths.push(length);
    position += 12 + length + 4;
  }
  expect(position).toBe(bytes.length);
  return lengths;
}

const onFullDevice = fs.existsSync('/dev/full') ? test : test.skip;

describe('jsonLines', () => {
  onFullDevice('says once that /dev/full is full', async () => {
    const problem = problemOf(await train(jsonLines('/dev/full')));
    expect(problem).toMatch(/^a reporter failed; training goes on. Error: jsonLines: cannot write/);
    expect(problem).toMatch(/\/dev\/full: ENOSPC/);
  });

  test.each([0, 1, 2, 3])('holds whole lines where room is left for %d', async lines => {
    const file = path.join(folder, 'run.jsonl');
    fillAfter(lines);
    expect(problemOf(await train(jsonLines(file)))).toContain(`${file}: ENOSPC`);
    const types = ['start', 'snapshot', 'snapshot', 'snapshot', 'report'];
    expect(typesIn(file)).toEqual(types.slice(0, lines));
  });

  test('says once that the file cannot even be made', async () => {
    const file = path.join(folder, 'run.jsonl');
    fillAtOnce();
    expect(problemOf(await train(jsonLines(file)))).toContain(`${file}: ENOSPC`);
    expect(fs.readdirSync(folder)).toEqual([]);
  });

  test('a run before is not mixed with one that could not begin at once', async () => {
    const file = path.join(folder, 'run.jsonl');
    const reporter = jsonLines(file);
    await train(reporter);
    const before = fs.readFileSync(file, 'utf8');
    fillAtOnce();
    expect(problemOf(await train(reporter))).toContain(`${file}: ENOSPC`);
    expect(fs.readFileSync(file, 'utf8')).toBe(before);
    jest.restoreAllMocks();
    warn = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
    jest.spyOn(fs, 'writeFileSync').mockImplementationOnce(() => {
      throw full();
    });
    expect(problemOf(await train(reporter))).toContain(`${file}: ENOSPC`);
    expect(typesIn(file)).toEqual(['snapshot', 'snapshot', 'snapshot', 'report']);
  });
});

describe('tensorBoard', () => {
  test.each([1, 2, 3])('holds whole records where room is left for %d', async records => {
    fillAfter(records);
    expect(problemOf(await train(tensorBoard(folder)))).toMatch(/tensorBoard: .*: ENOSPC/);
    expect(recordsIn(folder)).toHaveLength(records);
  });

  test('says once that there is room for nothing, and leaves nothing without its version', async () => {
    fillAfter(0);
    expect(problemOf(await train(tensorBoard(folder)))).toMatch(/tensorBoard: .*: ENOSPC/);
    expect(recordsIn(folder)).toEqual([]);
  });

  test('begins with its version, where there was no room for it at first', async () => {
    jest.spyOn(fs, 'appendFileSync').mockImplementationOnce(() => {
      throw full();
    });
    expect(problemOf(await train(tensorBoard(folder)))).toMatch(/tensorBoard: .*: ENOSPC/);
    expect(recordsIn(folder)).toHaveLength(4);
    const [name] = fs.readdirSync(folder);
    const text = fs.readFileSync(path.join(folder, name), 'latin1');
    expect(text.slice(0, 60)).toContain('brain.Event:2');
  });

  test('says once that the file cannot even be made', async () => {
    fillAtOnce();
    expect(problemOf(await train(tensorBoard(folder)))).toMatch(/tensorBoard: .*: ENOSPC/);
    expect(fs.readdirSync(folder)).toEqual([]);
  });
});

describe('htmlReport', () => {
  test.each(['mkdir', 'open', 'write', 'sync', 'rename'])(
    'leaves nothing, or what was there, where %s fails',
    async moment => {
      const file = path.join(folder, 'report.html');
      for (const isThere of [false, true]) {
        if (isThere) fs.writeFileSync(file, 'an earlier report');
        if (moment === 'write' || moment === 'sync') {
          const {open} = promises;
          jest.spyOn(promises, 'open').mockImplementationOnce(async (...args) => {
            const handle = await open(...args);
            const own = handle.writeFile.bind(handle);
            if (moment === 'sync') jest.spyOn(handle, 'sync').mockRejectedValue(full());
            else {
              handle.writeFile = async content => {
                await own((content as string).slice(0, 100));
                throw full();
              };
            }
            return handle;
          });
        } else {
          jest.spyOn(promises, moment as 'rename').mockRejectedValueOnce(full());
        }
        warn.mockClear();
        const monitor = await train(htmlReport(file));
        expect(problemOf(monitor)).toMatch(/htmlReport: cannot write .*report\.html: ENOSPC/);
        expect(fs.readdirSync(folder)).toEqual(isThere ? ['report.html'] : []);
        if (isThere) expect(fs.readFileSync(file, 'utf8')).toBe('an earlier report');
        jest.restoreAllMocks();
        warn = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
      }
    },
  );
});

test('a disk that is full for one reporter is not for the others', async () => {
  const [file, page] = ['run.jsonl', 'report.html'].map(name => path.join(folder, name));
  const logdir = path.join(folder, 'logs');
  jest.spyOn(promises, 'rename').mockRejectedValueOnce(full());
  const monitor = await train(htmlReport(page), jsonLines(file), tensorBoard(logdir));
  expect(problemOf(monitor)).toContain('htmlReport');
  expect(typesIn(file)).toEqual(['start', 'snapshot', 'snapshot', 'snapshot', 'report']);
  expect(recordsIn(logdir)).toHaveLength(4);
});
