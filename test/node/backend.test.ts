import * as tf from '@tensorflow/tfjs';
import {loadBackend, type BackendName} from '../../src/node/index.js';

const wasmPackage = '@tensorflow/tfjs-backend-wasm';
let loadNative: () => unknown;
let printed: jest.SpyInstance;

// jest keeps what a factory returned, and asks again where it threw: tests in which it throws go first.
jest.mock('@tensorflow/tfjs-node', () => loadNative(), {virtual: true});

beforeEach(() => {
  loadNative = notInstalled('@tensorflow/tfjs-node');
  printed = jest.spyOn(console, 'log').mockImplementation();
});

afterEach(() => {
  jest.restoreAllMocks();
});

function failWith(message: string, code?: string): () => never {
  return () => {
    throw Object.assign(new Error(message), {code});
  };
}

function notInstalled(name: string): () => never {
  return failWith(`Cannot find module '${name}'`, 'MODULE_NOT_FOUND');
}

test('takes wasm where native TensorFlow is not installed, and says why', async () => {
  expect(await loadBackend()).toBe('wasm');
  expect(tf.getBackend()).toBe('wasm');
  expect(printed.mock.calls).toEqual([
    ['Backend: wasm (no tensorflow: @tensorflow/tfjs-node is not installed)'],
  ]);
});

test('takes wasm where the native library does not load', async () => {
  loadNative = failWith('libtensorflow.so.2: cannot open\nmore detail');
  expect(await loadBackend()).toBe('wasm');
  expect(printed.mock.calls).toEqual([
    [
      'Backend: wasm (no tensorflow: @tensorflow/tfjs-node is installed but does not load: ' +
        'libtensorflow.so.2: cannot open)',
    ],
  ]);
});

test('takes cpu where nothing else can be had', async () => {
  jest.doMock(wasmPackage, notInstalled(wasmPackage));
  expect(await loadBackend()).toBe('cpu');
  jest.dontMock(wasmPackage);
  expect(tf.getBackend()).toBe('cpu');
  expect(printed.mock.calls[0][0]).toMatch(/^Backend: cpu \(no tensorflow: .*; no wasm: .*\)$/);
});

test.each<BackendName>(['wasm', 'cpu'])('takes %s when asked', async name => {
  expect(await loadBackend(name)).toBe(name);
  expect(tf.getBackend()).toBe(name);
  expect(printed.mock.calls).toEqual([[`Backend: ${name}`]]);
});

test('says what to install for a backend that was asked for by name', async () => {
  await expect(loadBackend('tensorflow')).rejects.toMatchObject({
    message:
      "loadBackend('tensorflow'): @tensorflow/tfjs-node is not installed. " +
      'Run: npm install @tensorflow/tfjs-node',
    cause: expect.anything(),
  });
});

test('says how to repair a library that does not load', async () => {
  loadNative = failWith('bad addon');
  await expect(loadBackend('tensorflow')).rejects.toThrow(
    /is installed but does not load: bad addon\. Run: npm rebuild @tensorflow\/tfjs-node/,
  );
});

test('a package that another one misses is not taken for not installed', async () => {
  loadNative = notInstalled('node-pre-gyp');
  await expect(loadBackend('tensorflow')).rejects.toThrow(/is installed but does not load/);
});

test('an unknown name', async () => {
  await expect(loadBackend('webgl' as BackendName)).rejects.toThrow(
    `loadBackend: unknown backend "webgl"; known are 'tensorflow', 'wasm', 'cpu'`,
  );
});

test('a package that registers no backend points at two copies of tfjs', async () => {
  loadNative = () => ({});
  await expect(loadBackend('tensorflow')).rejects.toThrow(/npm ls @tensorflow\/tfjs/);
});

test('a backend that does not start is passed over', async () => {
  jest.spyOn(console, 'warn').mockImplementation();
  tf.registerBackend('tensorflow', failWith('no such instruction'));
  expect(await loadBackend()).toBe('wasm');
  expect(printed.mock.calls).toEqual([
    ['Backend: wasm (no tensorflow: the tensorflow backend does not start on this machine)'],
  ]);
  await expect(loadBackend('tensorflow')).rejects.toThrow(
    "loadBackend('tensorflow'): the tensorflow backend does not start on this machine. " +
      'See the warning above. Where a file of the package is missing or damaged: ' +
      'npm rebuild @tensorflow/tfjs-node --build-addon-from-source',
  );
  tf.removeBackend('tensorflow');
});

test('takes native TensorFlow first', async () => {
  tf.registerBackend('tensorflow', () => Object.assign(new tf.KernelBackend(), {dispose() {}}));
  expect(await loadBackend()).toBe('tensorflow');
  expect(printed.mock.calls).toEqual([['Backend: tensorflow']]);
  await tf.setBackend('cpu');
  tf.removeBackend('tensorflow');
});

test.each([
  ['conv2d', tf.layers.conv2d({filters: 2, kernelSize: 3, inputShape: [8, 8, 1]}), [8, 8, 1]],
  [
    'depthwiseConv2d and separableConv2d',
    tf.layers.depthwiseConv2d({kernelSize: 3, inputShape: [8, 8, 1]}),
    [8, 8, 1],
  ],
  ['embedding', tf.layers.embedding({inputDim: 4, outputDim: 2, inputShape: [3]}), [3]],
])('whoever trains %s layers on wasm is told what to take', async (layers, layer, shape) => {
  await loadBackend('wasm');
  const model = tf.sequential({layers: [layer, tf.layers.flatten(), tf.layers.dense({units: 1})]});
  model.compile({optimizer: 'sgd', loss: 'meanSquaredError'});
  const [x, y] = [tf.ones([4, ...shape]), tf.ones([4, 1])];
  expect((model.predict(x) as tf.Tensor).shape).toEqual([4, 1]);
  await expect(model.fit(x, y, {verbose: 0})).rejects.toThrow(
    new RegExp(`wasm backend cannot train ${layers} layers.*loadBackend\\('tensorflow'\\).*'cpu'`),
  );
});
