import * as tf from '@tensorflow/tfjs';
import {spawnSync} from 'node:child_process';
import path from 'node:path';
import {Writable} from 'node:stream';
import {stripVTControlCharacters} from 'node:util';
import {progressBar} from '../../src/node/index.js';

class Screen extends Writable {
  text = '';

  constructor(
    readonly isTTY: boolean,
    readonly columns = 100,
  ) {
    super();
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk;
    done();
  }

  /** What stands on each line after everything that was overwritten. */
  get lines(): string[] {
    const toLineStart = this.text.replaceAll('\u001b[1G', '\r');
    return stripVTControlCharacters(toLineStart)
      .trimEnd()
      .split('\n')
      .map(line => line.slice(line.lastIndexOf('\r') + 1));
  }
}

const xs = tf.ones([10, 2]);
const ys = tf.ones([10, 1]);
let model: tf.LayersModel;

beforeEach(() => {
  model = tf.sequential({layers: [tf.layers.dense({units: 1, inputShape: [2]})]});
  model.compile({optimizer: 'sgd', loss: 'meanSquaredError', metrics: ['mae']});
});

test('is a callback that may stand in one array with others', () => {
  expect(progressBar()).toBeInstanceOf(tf.CustomCallback);
  expect(progressBar()).toBeInstanceOf(Object.getPrototypeOf(tf.Callback.prototype).constructor);
});

test('writes one plain line per epoch where the output is not a terminal', async () => {
  const stream = new Screen(false);
  await model.fit(xs, ys, {
    epochs: 2,
    batchSize: 4,
    validationData: [xs, ys],
    callbacks: [progressBar({stream})],
    verbose: 0,
  });
  expect(stream.lines).toEqual([
    expect.stringMatching(
      /^Epoch 1\/2 {2}\d+\.\d s {2}loss \S+ {2}mae \S+ {2}val_loss \S+ {2}val_mae \S+$/,
    ),
    expect.stringMatching(/^Epoch 2\/2 /),
  ]);
  expect(stream.text).not.toContain('\u001b');
});

test('draws one bar per epoch on a terminal, with the metrics at its end', async () => {
  const stream = new Screen(true);
  await model.fit(xs, ys, {epochs: 2, batchSize: 4, callbacks: progressBar({stream}), verbose: 0});
  expect(stream.lines).toHaveLength(2);
  expect(stream.lines[0]).toMatch(/^Epoch 1\/2 \[=+\] 3\/3 {2}\d+\.\d s {2}loss \S+ {2}mae \S+$/);
});

test.each([80, 20])('cuts no metric off on a terminal of %d columns', async columns => {
  const stream = new Screen(true, columns);
  await model.fit(xs, ys, {
    epochs: 2,
    validationData: [xs, ys],
    callbacks: progressBar({stream}),
    verbose: 0,
  });
  const result = / {2}loss \S+ {2}mae \S+ {2}val_loss \S+ {2}val_mae \d+\.\d{4}$/;
  expect(stream.lines).toEqual([1, 2].map(() => expect.stringMatching(result)));
});

test.each([
  [null, 'the options must be an object, got null'],
  [3, 'the options must be an object, got 3'],
  [{strem: process.stdout}, "unknown option 'strem'; accepted: stream"],
  [{stream: 3}, 'the stream must be a writable stream, got 3'],
  [{stream: null}, 'the stream must be a writable stream, got null'],
])('refuses the options %p', (options, problem) => {
  expect(() => progressBar(options as object)).toThrow(`progressBar: ${problem}`);
});

test('writes over nothing that others wrote during an epoch', async () => {
  const stream = new Screen(true);
  class Talking extends tf.CustomCallback {
    override async onBatchEnd(): Promise<void> {
      stream.write('\nlook\n');
    }
  }
  const callbacks = [progressBar({stream}), new Talking({})];
  await model.fit(xs, ys, {epochs: 1, batchSize: 10, callbacks, verbose: 0});
  expect(stream.lines.slice(1)).toEqual([
    'look',
    expect.stringMatching(/^Epoch 1\/1 \[=+\] 1\/1 /),
  ]);
  expect(stream.text).not.toContain('\u001b8');
});

test('serves fitDataset, of known size or not', async () => {
  const dataset = tf.data.generator(function* () {
    for (let index = 0; index < 5; index++) yield {xs: tf.ones([2, 2]), ys: tf.ones([2, 1])};
  });
  const stream = new Screen(true);
  await model.fitDataset(dataset, {epochs: 2, callbacks: progressBar({stream}), verbose: 0});
  expect(stream.lines).toEqual([
    expect.stringMatching(/^Epoch 1\/2 \[=+\] 5\/5 /),
    expect.stringMatching(/^Epoch 2\/2 \[=+\] 5\/5 /),
  ]);
});

test('lets the event loop run during training', async () => {
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  const stream = new Screen(false);
  await model.fit(xs, ys, {
    epochs: 300,
    batchSize: 1,
    callbacks: progressBar({stream}),
    verbose: 0,
  });
  clearInterval(timer);
  expect(turns).toBeGreaterThan(2);
});

test('changes no weight and keeps no tensor', async () => {
  const stream = new Screen(true);
  await model.fit(xs, ys, {epochs: 1, verbose: 0});
  const before = tf.memory().numTensors;
  await model.fit(xs, ys, {epochs: 2, callbacks: progressBar({stream}), verbose: 0});
  expect(tf.memory().numTensors).toBe(before);
});

test('can be used again after a fit that threw', async () => {
  const stream = new Screen(true);
  const bar = progressBar({stream});
  class Failing extends tf.CustomCallback {
    override async onBatchEnd(): Promise<void> {
      throw new Error('stop here');
    }
  }
  await expect(model.fit(xs, ys, {callbacks: [bar, new Failing({})], verbose: 0})).rejects.toThrow(
    'stop here',
  );
  await model.fit(xs, ys, {epochs: 1, callbacks: [bar], verbose: 0});
  expect(stream.lines.at(-1)).toMatch(/^Epoch 1\/1 \[=+\] 1\/1 .*loss/);
});

test('does not keep the process alive after a fit that threw', () => {
  const program = path.join(__dirname, 'fixtures/fit-that-throws.ts');
  const {status, stdout} = spawnSync(process.execPath, ['--import', 'tsx', program], {
    encoding: 'utf8',
    timeout: 20_000,
  });
  expect({status, stdout}).toEqual({
    status: 0,
    stdout: expect.stringMatching(/Epoch 1\/1.*caught/s),
  });
}, 30_000);
