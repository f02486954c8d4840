import {execFileSync} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import {freezeActivations, layers} from '../../src/index.js';
import {expectRefused, reloaded, saved} from '../helpers/layers.js';
import {normal, valuesOf} from '../helpers/monitor.js';
import {modelWith, valuesAt} from '../helpers/swap.js';

/** A layer whose weights are the given ones, for all units. */
function layerWith(layer: tf.layers.Layer, ...weights: (number | number[])[]): tf.layers.Layer {
  fixed.set(layer, weights);
  return layer;
}

const fixed = new Map<tf.layers.Layer, (number | number[])[]>();

function modelOf(layer: tf.layers.Layer): tf.Sequential {
  const model = modelWith(layer);
  const values = fixed.get(layer)!;
  layer.setWeights(
    layer.getWeights().map(({shape, size}, index) => {
      const each = [values[index]].flat();
      return tf.tensor(
        Array.from({length: size}, (_, at) => each[at % each.length]),
        shape,
      );
    }),
  );
  return model;
}

const x = tf.mul(normal(200, 3), 2);

const FROZEN: readonly (readonly [string, () => tf.layers.Layer, boolean])[] = [
  ['PReLU alpha = 0.00 is relu', () => layerWith(layers.prelu(), 0), true],
  ['PReLU alpha = 0.0100 is leakyRelu(0.01)', () => layerWith(layers.prelu(), 0.01), true],
  ['PReLU alpha = 0.200 is leakyRelu(0.2)', () => layerWith(layers.prelu(), 0.2), true],
  ['PReLU alpha = -0.123 is leakyRelu(-0.1234)', () => layerWith(tf.layers.prelu(), -0.1234), true],
  ['PReLU alpha = 1.00 is linear', () => layerWith(layers.prelu(), 1), true],
  ['ParametricELU alpha = 1.00 is elu', () => layerWith(layers.parametricElu(), 1), true],
  ['ParametricELU alpha = 0.500 is elu(0.5)', () => layerWith(layers.parametricElu(), 0.5), false],
  ['MPELU alpha = 1.00, beta = 1.00 is elu', () => layerWith(layers.mpelu(), 1, 1), true],
  ['PELU a = 2.00, b = 2.00 is celu(2)', () => layerWith(layers.pelu(), 2, 2), false],
  ['SwishBeta beta = 1.00 is swish', () => layerWith(layers.swishBeta(), 1), true],
  ['SwishBeta beta = 1.70 is quickGelu', () => layerWith(layers.swishBeta(), 1.702), false],
  ['TLU tau = 0.00 is relu', () => layerWith(layers.tlu(), 0), true],
  ['StarReLU s = 1.00, b = 0.00 is squaredRelu', () => layerWith(layers.starRelu(), 1, 0), false],
];

test.each(FROZEN)('%s', async (message, make, isStock) => {
  const model = modelOf(make());
  const before = valuesAt(model, x);
  const values = valuesOf(model);
  const {model: frozen, changes, kept} = freezeActivations(model);
  expect(kept).toEqual([]);
  expect(changes).toHaveLength(1);
  expect(changes[0].message).toBe(message);
  expect(changes[0].isStock).toBe(isStock);
  expect(changes[0].error).toBeLessThanOrEqual(1e-6);
  expect(frozen.layers[1].weights).toEqual([]);
  expect(frozen.layers[1].name).toBe(model.layers[1].name);
  const difference = (after: readonly number[]): number =>
    Math.max(...after.map((value, index) => Math.abs(value - before[index])));
  expect(difference(valuesAt(frozen, x))).toBeLessThan(1e-6);
  expect(difference(valuesAt(await reloaded(frozen), x))).toBeLessThan(1e-6);
  expect(valuesOf(model)).toEqual(values);
});

const OTHERS: readonly (readonly [string, () => tf.layers.Layer])[] = [
  ['SwishBeta', () => layerWith(layers.swishBeta(), 1.3)],
  ['ACONC', () => layerWith(layers.aconC(), 1.2, -0.1, 0.8)],
  [
    'Rational',
    () => layerWith(layers.rational(), [0.1, 0.5, 1.6, 2, 0.9, 0.15], [0.1, 3.9, 0.2, 0.3]),
  ],
  ['PWLU', () => layerWith(layers.pwlu(), [-0.3, 0.1, 0, 0.2, 0.5, 1, 2], 0.1, 1.1)],
  ['SReLU', () => layerWith(layers.srelu(), -1, 0.1, 2, 0.3)],
];

test.each(OTHERS)('%s that nothing is like keeps its formula, with constants', async (_, make) => {
  const model = modelOf(make());
  const before = valuesAt(model, x);
  const {model: frozen, changes} = freezeActivations(model);
  const [{from, to, isStock, error}] = changes;
  expect([to, isStock, error]).toEqual([from, false, 0]);
  expect(frozen.layers[1].weights).toEqual([]);
  const again = await reloaded(frozen);
  for (const each of [frozen, again]) {
    const after = valuesAt(each, x);
    after.forEach((value, index) => expect(value).toBeCloseTo(before[index], 6));
  }
  const {kernelNames} = await tf.profile(() => frozen.layers[1].apply(normal(3, 4)) as tf.Tensor);
  expect(kernelNames).toEqual(['Activation/FixedActivation']);
});

test('a tolerance finds simpler functions', () => {
  const near = (): tf.Sequential => modelOf(layerWith(layers.prelu(), [0.0003, -0.0002]));
  expect(freezeActivations(near()).kept).toHaveLength(1);
  const {changes, kept} = freezeActivations(near(), {tolerance: 0.01});
  expect(kept).toEqual([]);
  expect(changes[0].to).toBe('relu');
  expect(changes[0].error).toBeLessThanOrEqual(0.01);
  expect(changes[0].error).toBeGreaterThan(0.001);
});

test('units that differ keep their weights, which are not trained', () => {
  const model = modelOf(layerWith(layers.prelu(), [0.1, 0.2]));
  const {model: frozen, changes, kept} = freezeActivations(model);
  expect(changes).toEqual([]);
  expect(kept).toEqual([
    {layer: model.layers[1].name, reason: '2 different units, up to 0.500 from their mean'},
  ]);
  expect(frozen.layers[1].trainableWeights).toEqual([]);
  expect(valuesAt(frozen, x)).toEqual(valuesAt(model, x));
  expect(model.layers[1].trainableWeights).toHaveLength(1);
});

test.each([NaN, Infinity])('weights that became %p stay, and are told of', alpha => {
  const model = modelOf(layerWith(layers.prelu(), alpha));
  const {model: frozen, changes, kept} = freezeActivations(model);
  expect(changes).toEqual([]);
  expect(kept).toEqual([
    {layer: model.layers[1].name, reason: 'its weights are not all finite numbers'},
  ]);
  expect(frozen.layers[1].getWeights()[0].dataSync()[0]).toBe(alpha);
});

test.each<[string, number[]]>([
  ['every unit at 12', [12, 12, 12, 12]],
  ['one unit at 13', [12, 13, 12, 12]],
])('what bends beyond 10 alone does not count as straight: %s', (_, tRight) => {
  const model = modelOf(layerWith(layers.srelu(), 0, 0, tRight, 0));
  const far = tf.mul(x, 100);
  const before = valuesAt(model, far);
  const {model: frozen, changes} = freezeActivations(model);
  expect(changes.map(({to}) => to)).not.toContain('relu');
  const after = valuesAt(frozen, far);
  after.forEach((value, index) => expect(value).toBeCloseTo(before[index], 5));
});

test('what has no formula keeps its weights, which are not trained', () => {
  const model = tf.sequential({
    layers: [
      tf.layers.timeDistributed({layer: layers.kan({units: 4}), inputShape: [3, 4]}),
      layers.metaAcon({name: 'meta'}),
      layers.rrelu(),
      tf.layers.dense({units: 1, name: 'dense'}),
    ],
  });
  const input = normal(2, 3, 4);
  const {model: frozen, changes, kept} = freezeActivations(model);
  expect(changes).toEqual([]);
  expect(kept).toEqual(
    [model.layers[0].name, 'meta'].map(layer => ({
      layer,
      reason: 'it is no function of one number',
    })),
  );
  const names = frozen.trainableWeights.map(({originalName}) => originalName);
  expect(names).toEqual(['dense/kernel', 'dense/bias']);
  expect(valuesAt(frozen, input)).toEqual(valuesAt(model, input));
});

test('nested models and time-distributed layers', async () => {
  const inner = tf.sequential({
    name: 'inner',
    layers: [
      tf.layers.timeDistributed({
        layer: layers.prelu({alphaInitializer: 0.5}),
        inputShape: [4, 2],
        name: 'steps',
      }),
      layers.pelu({aInitializer: 0.5, name: 'learned'}),
    ],
  });
  const first = tf.layers.dense({units: 2, inputShape: [4, 2]});
  const model = tf.sequential({layers: [first, inner, tf.layers.flatten()]});
  const {model: frozen, changes} = freezeActivations(model);
  expect(changes.map(({layer, to}) => [layer, to])).toEqual([
    ['inner/steps', 'leakyRelu'],
    ['inner/learned', 'pelu'],
  ]);
  const input = normal(3, 4, 2);
  const [before, after] = [model, await reloaded(frozen)].map(each => valuesAt(each, input));
  after.forEach((value, index) => expect(value).toBeCloseTo(before[index], 5));
});

test('a model that learned stock activations loads in stock tfjs', async () => {
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({filters: 2, kernelSize: 3, inputShape: [6, 6, 1]}),
      layers.prelu({alphaInitializer: 0.1, sharedAxes: [1, 2]}),
      tf.layers.flatten(),
      layers.swishBeta(),
      tf.layers.dense({units: 4}),
      layers.prelu(),
      tf.layers.dense({units: 4}),
      layers.mpelu({alphaInitializer: 1}),
      tf.layers.dense({units: 2}),
    ],
  });
  const input = normal(2, 6, 6, 1);
  const {model: frozen, changes} = freezeActivations(model);
  expect(changes.map(({to, isStock}) => [to, isStock])).toEqual([
    ['leakyRelu', true],
    ['swish', true],
    ['relu', true],
    ['elu', true],
  ]);
  const {weightData, ...json} = await saved(frozen);
  const folder = mkdtempSync(path.join(tmpdir(), 'frozen-'));
  try {
    const weights = Buffer.from(weightData as ArrayBuffer).toString('base64');
    const task = {json, weights, input: [...input.dataSync()], shape: input.shape};
    const file = path.join(folder, 'task.json');
    writeFileSync(file, JSON.stringify(task));
    const program = `
      const tf = require('@tensorflow/tfjs');
      const {json, weights, input, shape} = JSON.parse(require('fs').readFileSync(${JSON.stringify(file)}));
      const bytes = Uint8Array.from(Buffer.from(weights, 'base64'));
      tf.ready()
        .then(() => tf.loadLayersModel(tf.io.fromMemory({...json, weightData: bytes.buffer})))
        .then(model => model.predict(tf.tensor(input, shape)).data())
        .then(values => console.log('VALUES' + JSON.stringify([...values])));`;
    const cwd = path.resolve(__dirname, '../..');
    const output = execFileSync(process.execPath, ['-e', program], {
      cwd,
      encoding: 'utf8',
      stdio: 'pipe',
    });
    const loaded = JSON.parse(/VALUES(.*)/.exec(output)![1]) as number[];
    const expected = valuesAt(model, input);
    expect(loaded).toHaveLength(expected.length);
    loaded.forEach((value, index) => expect(value).toBeCloseTo(expected[index], 5));
  } finally {
    rmSync(folder, {recursive: true});
  }
});

test('a model without learned activations is copied', () => {
  const model = tf.sequential({
    layers: [tf.layers.dense({units: 2, inputShape: [3], activation: 'relu'})],
  });
  const {model: frozen, changes, kept} = freezeActivations(model);
  expect([changes, kept]).toEqual([[], []]);
  expect(frozen).not.toBe(model);
  expect(valuesAt(frozen, x)).toEqual(valuesAt(model, x));
});

test('refuses what it cannot freeze', () => {
  const model = modelOf(layerWith(layers.prelu(), 0));
  const disposed = modelOf(layerWith(layers.prelu(), 0));
  disposed.dispose();
  const refuse = (given: unknown, options: unknown, message: RegExp): void =>
    expectRefused(() => freezeActivations(given as never, options as never), message);
  refuse(
    undefined,
    {},
    /freezeActivations: the model must be a model of tfjs layers, got undefined/,
  );
  refuse(tf.sequential(), {}, /is not built/);
  refuse(disposed, {}, /has been disposed/);
  refuse(model, {tol: 1}, /unknown option 'tol'; accepted: tolerance/);
  refuse(model, {tolerance: -1}, /tolerance must be a finite number of at least 0, got -1/);
});
