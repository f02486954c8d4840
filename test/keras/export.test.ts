import * as tf from '@tensorflow/tfjs';
import {defineActivation, layers} from '../../src/index.js';
import {exportKeras, importKerasWeights} from '../../src/keras/index.js';

function modelOf(...given: tf.layers.Layer[]): tf.Sequential {
  return tf.sequential({layers: [tf.layers.dense({units: 4, inputShape: [3]}), ...given]});
}

async function filesOf(model: tf.LayersModel): Promise<Record<string, string>> {
  const files = await exportKeras(model);
  const texts = Object.entries(files).map(([name, bytes]) => [
    name,
    new TextDecoder().decode(bytes),
  ]);
  return Object.fromEntries(texts) as Record<string, string>;
}

interface Saved {
  class_name: string;
  config: Record<string, unknown>;
  registered_name: string | null;
}

async function savedLayers(model: tf.LayersModel): Promise<Saved[]> {
  const files = await filesOf(model);
  const {config} = JSON.parse(files['config.json']) as {config: {layers: Saved[]}};
  return config.layers;
}

test('a model is four files', async () => {
  const files = await exportKeras(modelOf(layers.pelu()));
  expect(Object.keys(files)).toEqual([
    'config.json',
    'metadata.json',
    'model.weights.h5',
    'activations.py',
  ]);
  expect([...files['model.weights.h5'].slice(0, 4)]).toEqual([0x89, 0x48, 0x44, 0x46]);
});

test('no tensor is left, and none is changed', async () => {
  const model = modelOf(layers.pelu());
  const before = model.getWeights().map(weight => [...weight.dataSync()]);
  const {numTensors} = tf.memory();
  await exportKeras(model);
  expect(tf.memory().numTensors).toBe(numTensors);
  expect(model.getWeights().map(weight => [...weight.dataSync()])).toEqual(before);
});

test('what Keras has is called as there, what it has not is registered', async () => {
  const saved = await savedLayers(
    modelOf(
      tf.layers.dense({units: 2, activation: 'hardSwish' as 'relu'}),
      tf.layers.dense({units: 2, activation: 'hardSigmoid'}),
      layers.leakyRelu({alpha: 0.05}),
      layers.celu(),
      layers.celu({alpha: 0.5}),
    ),
  );
  expect(saved.map(({class_name}) => class_name)).toEqual([
    ...['InputLayer', 'Dense', 'Dense', 'Dense', 'LeakyReLU', 'CELU', 'CELU_alpha_0_5'],
  ]);
  expect(saved[2].config.activation).toBe('hard_silu');
  expect(saved[3].config.activation).toMatchObject({config: 'tfjs_activations>hard_sigmoid'});
  expect(saved[4].config.negative_slope).toBe(0.05);
  expect(saved[6].registered_name).toBe('tfjs_activations>CELU_alpha_0_5');
});

test('parts of weights are written as Keras does, those of this package are defined in Python', async () => {
  const model = modelOf(layers.pelu({aRegularizer: 'l1l2', bInitializer: 'heNormal'}));
  const [, , pelu] = await savedLayers(model);
  expect(pelu.config).toMatchObject({
    shared_axes: [],
    a_regularizer: {class_name: 'L1L2', config: {l1: 0.01, l2: 0.01}},
    a_constraint: {registered_name: 'tfjs_activations>MinValue', config: {min_value: 0.1}},
    b_initializer: {class_name: 'VarianceScaling', config: {scale: 2, mode: 'fan_in'}},
  });
  const {'activations.py': python} = await filesOf(model);
  expect(python).toContain('class MinValue(keras.constraints.Constraint)');
  expect(python).not.toContain('class MaxValue');
});

test('an activation of the user, with a weight that Python reserves the name of', async () => {
  const odd = defineActivation({
    name: 'oddOne',
    weights: {lambda: {initializer: 'ones'}},
    formula: ({x, lambda}) => x.mul(lambda).tanh(),
  });
  const {'activations.py': python} = await filesOf(modelOf(odd.layer()));
  expect(python).toContain('def odd_one(x, lambda_):');
  expect(python).toContain('return ops.tanh(x * lambda_)');
  expect(python).toContain('class OddOne(FormulaLayer):');
  // Its configuration calls it so.
  expect(python).toContain('        "lambda": {');
});

test('a layer that several models share, which Keras would make several of, is refused', async () => {
  const tied = tf.layers.dense({units: 3, inputShape: [3], name: 'tied'});
  const inner = tf.sequential({layers: [tied]});
  const input = tf.input({shape: [3]});
  const outer = tied.apply(inner.apply(input)) as tf.SymbolicTensor;
  await expect(exportKeras(tf.model({inputs: input, outputs: outer}))).rejects.toThrow(
    /Dense 'tied': it stands in several models/,
  );
});

test('integers into a layer that takes floats alone in Keras are refused', async () => {
  const input = tf.input({shape: [4], dtype: 'int32'});
  const output = layers.swiglu({name: 'gate'}).apply(input) as tf.SymbolicTensor;
  await expect(exportKeras(tf.model({inputs: input, outputs: output}))).rejects.toThrow(
    /SwiGLU 'gate'.*dtype int32.*accepted: float32/,
  );
});

test('an axis that the backend normalizes along another one is refused', async () => {
  const normalizing = (axis: number): tf.LayersModel =>
    tf.sequential({
      layers: [tf.layers.batchNormalization({axis, name: 'norm', inputShape: [3, 4]})],
    });
  await expect(exportKeras(normalizing(1))).rejects.toThrow(
    /BatchNormalization 'norm'.*axis is 1 of 3 dimensions.*backend 'cpu'/,
  );
  for (const last of [2, -1]) await exportKeras(normalizing(last));
});

class Custom extends tf.layers.Layer {
  static readonly className = 'Custom';
}

test.each<[string, () => tf.layers.Layer, RegExp]>([
  [
    'a layer',
    () => new Custom({name: 'mine'}),
    /Custom 'mine'.*the class Custom has no counterpart/,
  ],
  [
    'a layer that Keras computes otherwise',
    () => tf.layers.resizing({height: 2, width: 2, name: 'smaller'}),
    /Resizing 'smaller'.*the class Resizing has no counterpart/,
  ],
  ['a name', () => layers.pelu({name: 'a/b'}), /PELU 'a\/b'.*no '\/'/],
])('%s without a counterpart is named', async (_, make, message) => {
  const input = tf.input({shape: [4, 4, 1]});
  const model = tf.model({inputs: input, outputs: make().apply(input) as tf.SymbolicTensor});
  await expect(exportKeras(model)).rejects.toThrow(message);
});

test('a name of the whole model that Keras does not accept is refused', async () => {
  const layer = tf.layers.dense({units: 1, inputShape: [1]});
  await expect(exportKeras(tf.sequential({name: 'a/b', layers: [layer]}))).rejects.toThrow(
    /Sequential 'a\/b'.*no '\/'/,
  );
});

test('no model, and one without weights, are refused', async () => {
  await expect(exportKeras({} as tf.LayersModel)).rejects.toThrow(/must be a model of tfjs layers/);
  await expect(exportKeras(tf.sequential())).rejects.toThrow(/not built/);
  const gone = tf.sequential({
    name: 'gone',
    layers: [tf.layers.dense({units: 1, inputShape: [1]})],
  });
  gone.dispose();
  await expect(exportKeras(gone)).rejects.toThrow("the model 'gone' has been disposed");
});

/** What `save_for_tfjs` writes. */
function fileOf(
  weights: Readonly<Record<string, {shape: number[]; values: number[]}>>,
): Uint8Array {
  const header: Record<string, object> = {};
  const all: number[] = [];
  for (const [name, {shape, values}] of Object.entries(weights)) {
    const start = 4 * all.length;
    all.push(...values);
    header[name] = {dtype: 'F32', shape, data_offsets: [start, 4 * all.length]};
  }
  return withHeader(header, all);
}

function withHeader(header: object, values: readonly number[] = []): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + 4 * values.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(new Uint8Array(new Float32Array(values).buffer), 8 + text.length);
  return bytes;
}

describe('importKerasWeights', () => {
  const model = tf.sequential({
    layers: [tf.layers.dense({units: 1, inputShape: [2], name: 'd'}), layers.tlu({name: 't'})],
  });
  const right = {
    'd/0': {shape: [2, 1], values: [1, 2]},
    'd/1': {shape: [1], values: [3]},
    't/0': {shape: [1], values: [4]},
  };
  const weights = (): number[][] => model.getWeights().map(weight => [...weight.dataSync()]);

  test('sets every weight, and leaves no tensor', () => {
    const {numTensors} = tf.memory();
    importKerasWeights(model, fileOf(right));
    expect(weights()).toEqual([[1, 2], [3], [4]]);
    importKerasWeights(model, fileOf(right).buffer as ArrayBuffer);
    expect(tf.memory().numTensors).toBe(numTensors);
  });

  test.each<[string, unknown, RegExp]>([
    ['no bytes', 'weights.safetensors', /must be a Uint8Array/],
    ['other bytes', new Uint8Array(100), /no file of save_for_tfjs/],
    ['a header of another kind', withHeader({'d/0': {}}), /no file of save_for_tfjs.*d\/0/],
    ['few bytes', new Uint8Array(3), /no file of save_for_tfjs/],
    ['a weight too many', fileOf({...right, 'e/0': right['d/1']}), /'e\/0', which the model/],
    ['a weight too few', fileOf({'d/0': right['d/0']}), /lacks the weight d\/1/],
    [
      'another shape',
      fileOf({...right, 't/0': {shape: [2], values: [1, 2]}}),
      /weight t\/0, t\/tau has shape \[1\], and in the file \[2\]/,
    ],
    ['a file that is cut off', fileOf(right).slice(0, -3), /cut off/],
  ])('refuses %s, and changes nothing', (_, bytes, message) => {
    importKerasWeights(model, fileOf(right));
    const {numTensors} = tf.memory();
    expect(() => importKerasWeights(model, bytes as Uint8Array)).toThrow(message);
    expect(weights()).toEqual([[1, 2], [3], [4]]);
    expect(tf.memory().numTensors).toBe(numTensors);
  });
});
