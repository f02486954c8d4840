import * as tf from '@tensorflow/tfjs';
import {execFile} from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import {promisify} from 'node:util';
import {importKerasWeights, layers} from '../../src/index.js';
import {writeKeras} from '../../src/node/index.js';
import {describeWithPython, python} from '../helpers/python.js';

const SCRIPT = path.resolve(__dirname, '../../examples/scale-out/train.py');
const EPOCHS = 3;

function model(): tf.LayersModel {
  const dense = (units: number, seed: number, args: object = {}): tf.layers.Layer =>
    tf.layers.dense({units, kernelInitializer: tf.initializers.heNormal({seed}), ...args});
  return tf.sequential({
    layers: [
      dense(8, 1, {inputShape: [3]}),
      layers.pelu(),
      dense(4, 2, {activation: 'smish'}),
      layers.snake(),
      dense(1, 3),
    ],
  });
}

/** Ports that were free a moment ago. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({length: count}, () => net.createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map(server => new Promise(resolve => server.on('listening', resolve))));
  const ports = servers.map(server => (server.address() as net.AddressInfo).port);
  await Promise.all(servers.map(server => new Promise(resolve => server.close(resolve))));
  return ports;
}

describeWithPython('the example that scales out', () => {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'scale-out-'));
  afterAll(() => fs.rmSync(root, {recursive: true}));

  const folder = path.join(root, 'model');
  const data = path.join(root, 'data.npz');
  const trained = model();
  let losses: readonly number[];
  let output: readonly number[];

  async function train(devices: string, environment: object, out = devices): Promise<number[]> {
    const file = path.join(root, `${out}.safetensors`);
    const args = [SCRIPT, folder, data, '--out', file, '--devices', devices];
    const env = {...process.env, CUDA_VISIBLE_DEVICES: '-1', ...environment};
    const run = promisify(execFile)(python, [...args, '--epochs', String(EPOCHS)], {env});
    const {stdout} = await run;
    // What connects processes speaks on the same stream.
    const [line] = stdout.trim().split('\n').slice(-1);
    return (JSON.parse(line) as {losses: number[]}).losses;
  }

  function outputAfter(devices: string): number[] {
    importKerasWeights(trained, fs.readFileSync(path.join(root, `${devices}.safetensors`)));
    return [...(trained.predict(tf.ones([2, 3])) as tf.Tensor).dataSync()];
  }

  beforeAll(async () => {
    await writeKeras(trained, folder);
    const make = [
      'import numpy, sys',
      'random = numpy.random.default_rng(1)',
      // The last batch is smaller, and y has no axis of its own for the one output.
      'x = random.normal(size=(100, 3)).astype("float32")',
      'numpy.savez(sys.argv[1], x=x, y=numpy.sin(x.sum(1)))',
    ];
    await promisify(execFile)(python, ['-c', make.join('\n'), data]);
    losses = await train('one', {KERAS_BACKEND: 'jax'});
    output = outputAfter('one');
    expect(losses[EPOCHS - 1]).toBeLessThan(losses[0]);
  }, 300_000);

  function expectTheSame(others: readonly number[], devices: string): void {
    others.forEach((loss, epoch) => expect(loss / losses[epoch]).toBeCloseTo(1, 5));
    outputAfter(devices).forEach((value, index) => expect(value).toBeCloseTo(output[index], 4));
  }

  test('two workers of TensorFlow train as one process does', async () => {
    const worker = (await freePorts(2)).map(port => `127.0.0.1:${port}`);
    const runs = [0, 1].map(index => {
      const task = {type: 'worker', index};
      const out = index === 0 ? 'mirrored' : 'other';
      return train('mirrored', {TF_CONFIG: JSON.stringify({cluster: {worker}, task})}, out);
    });
    const [first, second] = await Promise.all(runs);
    expect(second).toEqual(first);
    expectTheSame(first, 'mirrored');
    expect(fs.existsSync(path.join(root, 'other.safetensors'))).toBe(false);
  }, 300_000);

  test('two processes of JAX train as one does', async () => {
    const addresses = (await freePorts(2)).map(port => `127.0.0.1:${port}`).join(',');
    const runs = [0, 1].map(index =>
      train(
        'jax',
        {
          KERAS_DISTRIBUTION_JOB_ADDRESSES: addresses,
          KERAS_DISTRIBUTION_NUM_PROCESSES: '2',
          KERAS_DISTRIBUTION_PROCESS_ID: String(index),
        },
        index === 0 ? 'processes' : 'another',
      ),
    );
    const [first, second] = await Promise.all(runs);
    expect(second).toEqual(first);
    expectTheSame(first, 'processes');
    expect(fs.existsSync(path.join(root, 'another.safetensors'))).toBe(false);
  }, 300_000);

  test.each<[string, string, string, RegExp]>([
    ['a folder of something else', '.', data, /no folder that writeKeras wrote/],
    [
      'data without y',
      folder,
      path.join(root, 'x.npz'),
      /holds x; accepted: an .npz file of x and y/,
    ],
  ])(
    '%s is refused',
    async (_, model, samples, message) => {
      const make = 'import numpy, sys; numpy.savez(sys.argv[1], x=numpy.ones(3))';
      await promisify(execFile)(python, ['-c', make, path.join(root, 'x.npz')]);
      const run = promisify(execFile)(python, [SCRIPT, model, samples], {cwd: root});
      await expect(run).rejects.toThrow(message);
    },
    300_000,
  );

  test('two devices of JAX train as one does', async () => {
    const XLA_FLAGS = '--xla_force_host_platform_device_count=2';
    expectTheSame(await train('jax', {XLA_FLAGS}), 'jax');
  }, 300_000);
});
