import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {jsonLines} from '../../src/node/index.js';
import {finding, layerSnapshot, report, snapshot, start} from '../helpers/reports.js';

let folder: string;
let file: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'json-lines-'));
  file = path.join(folder, 'not/there/run.jsonl');
});
afterEach(() => fs.rmSync(folder, {recursive: true}));

function linesOf(file: string): Record<string, unknown>[] {
  const text = fs.readFileSync(file, 'utf8');
  expect(text).toMatch(/\n$/);
  return text
    .slice(0, -1)
    .split('\n')
    .map(line => JSON.parse(line) as Record<string, unknown>);
}

test('writes an object in each line, as it comes', async () => {
  const reporter = jsonLines(file);
  await reporter.onTrainBegin!(start);
  expect(linesOf(file)).toHaveLength(1);
  await reporter.onFinding!(finding());
  expect(linesOf(file)).toHaveLength(2);
  await reporter.onSnapshot!(snapshot(), [finding()]);
  await reporter.onTrainEnd!(report());
  const lines = linesOf(file);
  const content: object[] = [start, finding(), {...snapshot(), findings: [finding()]}, report()];
  const types = ['start', 'finding', 'snapshot', 'report'];
  expect(lines).toEqual(
    types.map((type, index) => ({type, time: expect.any(String), ...content[index]})),
  );
  for (const {time} of lines) expect(new Date(time as string).toISOString()).toBe(time);
});

test('writes null for what is no finite number', async () => {
  const reporter = jsonLines(file);
  await reporter.onTrainBegin!(start);
  const layers = [layerSnapshot({mean: [NaN, 1], max: [Infinity, -Infinity]})];
  await reporter.onSnapshot!(snapshot({layers, logs: {loss: NaN}}), []);
  expect(linesOf(file)[1]).toMatchObject({
    layers: [{mean: [null, 1], max: [null, null]}],
    logs: {loss: null},
  });
});

test('starts a file anew', async () => {
  const reporter = jsonLines(file);
  await reporter.onTrainBegin!(start);
  await reporter.onTrainEnd!(report());
  await reporter.onTrainBegin!(start);
  expect(linesOf(file)).toMatchObject([{type: 'start'}]);
});

test('keeps whole lines only, where the disk is full in the middle of one', async () => {
  const reporter = jsonLines(file);
  await reporter.onTrainBegin!(start);
  jest.spyOn(fs, 'appendFileSync').mockImplementationOnce((name, line) => {
    fs.writeFileSync(name, String(line).slice(0, 20), {flag: 'a'});
    throw new Error('ENOSPC: no space left on device');
  });
  await expect(reporter.onSnapshot!(snapshot(), [])).rejects.toThrow(
    `jsonLines: cannot write to ${file}: ENOSPC: no space left on device`,
  );
  await reporter.onTrainEnd!(report());
  expect(linesOf(file)).toMatchObject([{type: 'start'}, {type: 'report'}]);
});

const full = '/dev/full';
const onFullDisk = fs.existsSync(full) ? test : test.skip;

onFullDisk(`rejects on a disk that is full (${full}), and names the file`, async () => {
  const reporter = jsonLines(full);
  const problem = `jsonLines: cannot write to ${full}: ENOSPC`;
  await expect(reporter.onTrainBegin!(start)).rejects.toThrow(problem);
  await expect(reporter.onSnapshot!(snapshot(), [])).rejects.toThrow(problem);
});

test('rejects where the file is a folder', async () => {
  await expect(jsonLines(folder).onTrainBegin!(start)).rejects.toThrow(
    `jsonLines: cannot write to ${folder}: EISDIR`,
  );
});

test.each([
  [undefined, 'got undefined'],
  ['', "got ''"],
  [3, 'got 3'],
  ['https://a.org/run', "not a URL, got 'https://a.org/run'"],
])('refuses %p for a path', (file, problem) => {
  expect(() => jsonLines(file as string)).toThrow(`jsonLines: the file must be a path, ${problem}`);
});
