import * as tf from '@tensorflow/tfjs';
import {kerasModel, repairKerasModel} from '../../src/index.js';
import {differenceOf, fixtureNames, handlerOf, outputsOf, readFixture} from './fixtures.js';

beforeAll(() => tf.setBackend('cpu'));

const withWeights = fixtureNames.filter(name => !name.endsWith('-json'));
const topologies = fixtureNames.filter(name => name.endsWith('-json'));

test.each(withWeights)('%s computes what it does in Keras', async name => {
  const fixture = readFixture(name);
  const model = await tf.loadLayersModel(kerasModel(handlerOf(fixture)));
  expect(differenceOf(outputsOf(model, fixture), fixture.outputs)).toBeLessThan(1e-5);
});

test.each(withWeights)('%s computes the same when saved by TensorFlow.js', async name => {
  const fixture = readFixture(name);
  const model = await tf.loadLayersModel(kerasModel(handlerOf(fixture)));
  let saved: tf.io.ModelArtifacts | undefined;
  // TensorFlow.js warns of the states that a layer was called with, and saves them all the same.
  const warn = jest.spyOn(console, 'warn').mockImplementation();
  await model.save(
    tf.io.withSaveHandler(async artifacts => {
      saved = artifacts;
      return {modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON(artifacts)};
    }),
  );
  warn.mockRestore();
  const loaded = await tf.loadLayersModel(kerasModel(tf.io.fromMemory(saved!)));
  expect(differenceOf(outputsOf(loaded, fixture), fixture.outputs)).toBeLessThan(1e-5);
});

test.each(topologies)('%s, a topology alone, starts with new weights', async name => {
  const fixture = readFixture(name);
  const topology = repairKerasModel(fixture.modelJson as object) as tf.io.ModelJSON;
  for (const model of [
    await tf.loadLayersModel(kerasModel(handlerOf(fixture))),
    await tf.models.modelFromJSON(topology as never),
  ]) {
    expect(outputsOf(model, fixture).map(({shape}) => shape)).toEqual([[2, 2]]);
  }
});

test.each(fixtureNames)('%s is left as it was, and repaired once for all', name => {
  const {modelJson} = readFixture(name);
  const repaired = repairKerasModel(modelJson);
  expect(modelJson).toEqual(readFixture(name).modelJson);
  expect(repairKerasModel(repaired)).toEqual(repaired);
});

test('a URL is loaded as tf.loadLayersModel loads it', async () => {
  const fixture = readFixture('unbuilt-keras3-h5');
  const files: Record<string, Response> = {
    'https://example.com/model.json': new Response(JSON.stringify(fixture.modelJson)),
    'https://example.com/group1-shard1of1.bin': new Response(
      Buffer.from(fixture.weights!, 'base64'),
    ),
  };
  const fetch = jest
    .spyOn(tf.env().platform, 'fetch')
    .mockImplementation(async url => files[url] ?? new Response(null, {status: 404}));
  const model = await tf.loadLayersModel(kerasModel('https://example.com/model.json'));
  fetch.mockRestore();
  expect(differenceOf(outputsOf(model, fixture), fixture.outputs)).toBeLessThan(1e-5);
});

test('a server that does not answer is told with its URL and the reason', async () => {
  const failed = new TypeError('fetch failed', {cause: new Error('connect ECONNREFUSED')});
  const fetch = jest.spyOn(tf.env().platform, 'fetch').mockRejectedValue(failed);
  await expect(tf.loadLayersModel(kerasModel('http://localhost/model.json'))).rejects.toThrow(
    "kerasModel: cannot fetch 'http://localhost/model.json': connect ECONNREFUSED",
  );
  fetch.mockRestore();
});

test('a path is told, which only a browser could fetch', async () => {
  const loading = tf.loadLayersModel(kerasModel('file:///folder/model.json'));
  await expect(loading).rejects.toThrow(
    /^kerasModel: cannot fetch 'file:\/\/\/folder\/model.json': .*loadModel of tfjs-activations\/node/,
  );
});

test.each([
  [undefined, 'kerasModel: what the handler has loaded must be an object, got undefined'],
  [
    {format: 'graph-model', modelTopology: {node: []}},
    'describes a graph model; accepted: a layers',
  ],
])('a handler that loads %p is refused', async (loaded, message) => {
  const handler = {load: async () => loaded as tf.io.ModelArtifacts};
  await expect(tf.loadLayersModel(kerasModel(handler))).rejects.toThrow(message);
});

test('handlers keep what else they load', async () => {
  const artifacts = await handlerOf(readFixture('unbuilt-keras2-h5')).load!();
  const handler = tf.io.fromMemory({...artifacts, userDefinedMetadata: {owner: 'me'}});
  const loaded = await kerasModel(handler).load!();
  expect(loaded.userDefinedMetadata).toEqual({owner: 'me'});
  expect(loaded.weightData).toBe(artifacts.weightData);
});

test.each(fixtureNames)('%s is checked, which leaves no tensor', async name => {
  const handler = kerasModel(handlerOf(readFixture(name)));
  const {numTensors} = tf.memory();
  await handler.load!();
  expect(tf.memory().numTensors).toBe(numTensors);
});

test('nothing is created where a model is rejected', async () => {
  const {modelJson, ...others} = readFixture('convolutions-keras3-h5');
  const text = JSON.stringify(modelJson).replace('"softmax"', '"unheard_of"');
  const handler = handlerOf({...others, modelJson: JSON.parse(text) as tf.io.ModelJSON});
  const before = tf.memory().numTensors;
  await expect(tf.loadLayersModel(kerasModel(handler))).rejects.toThrow(
    "kerasModel: Dense 'dense': activation is 'unheard_of', which has no counterpart",
  );
  expect(tf.memory().numTensors).toBe(before);
});

describe('a model that loads, and would not be what it is in Keras, is rejected, and nothing of it is left', () => {
  const layer = (className: string, config: object) => ({class_name: className, config});
  const ints = layer('InputLayer', {name: 'in', batch_shape: [null, 5], dtype: 'int32'});
  const image = layer('InputLayer', {name: 'in', batch_shape: [null, 4, 4, 3]});
  const embedding = layer('Embedding', {input_dim: 7, output_dim: 3, mask_zero: true});
  const lstm = layer('LSTM', {units: 2, return_sequences: true});
  const average = layer('GlobalAveragePooling1D', {name: 'average'});
  const load = (layers: object[], weightSpecs?: tf.io.WeightsManifestEntry[]) => {
    const modelTopology = {class_name: 'Sequential', config: {name: 'model', layers}};
    const weightData = new ArrayBuffer(1024);
    const artifacts = {modelTopology, ...(weightSpecs ? {weightSpecs, weightData} : {})};
    return tf.loadLayersModel(kerasModel(tf.io.fromMemory(artifacts)));
  };
  const rejected = async (loading: Promise<unknown>, message: string) => {
    const {numTensors} = tf.memory();
    await expect(loading).rejects.toThrow(message);
    expect(tf.memory().numTensors).toBe(numTensors);
  };

  test('a normalization of another axis than the last', async () => {
    const normalization = layer('BatchNormalization', {name: 'it', axis: 1});
    await rejected(
      load([image, normalization]),
      "kerasModel: BatchNormalization 'it': axis is 1, which TensorFlow.js computes otherwise; " +
        'accepted: the last, -1 or 3',
    );
    const last = await load([image, layer('BatchNormalization', {name: 'it', axis: [3]})]);
    const within = layer('Sequential', {name: 'inner', layers: [image, normalization]});
    await rejected(load([within]), "kerasModel: BatchNormalization 'it': axis is 1");
    last.dispose();
  });

  test('a mask that reaches an average', async () => {
    const message = "kerasModel: GlobalAveragePooling1D 'average': its input has a mask";
    await rejected(load([ints, embedding, average]), message);
    await rejected(load([ints, embedding, lstm, layer('Dropout', {rate: 0.5}), average]), message);
    const {config} = embedding;
    const unmasked = layer('Embedding', {...config, mask_zero: false});
    (await load([ints, unmasked, lstm, average])).dispose();
    const convolution = layer('Conv1D', {filters: 2, kernel_size: 2});
    (await load([ints, embedding, convolution, average])).dispose();
  });

  test('an axis that TensorFlow.js takes for the last', async () => {
    const keras = (args: unknown[]) => [{args: [args], kwargs: {}}];
    const tensor = {class_name: '__keras_tensor__', config: {keras_history: ['in', 0, 0]}};
    const concatenate = {
      ...layer('Concatenate', {name: 'it', trainable: true, axis: -2}),
      name: 'it',
      inbound_nodes: keras([tensor, tensor]),
    };
    const layers = [{...image, name: 'in', inbound_nodes: []}, concatenate];
    const ends = {input_layers: [['in', 0, 0]], output_layers: [['it', 0, 0]]};
    const modelTopology = {class_name: 'Functional', config: {name: 'm', layers, ...ends}};
    await rejected(
      tf.loadLayersModel(kerasModel(tf.io.fromMemory({modelTopology}))),
      "kerasModel: Concatenate 'it': axis is -2, which TensorFlow.js computes otherwise; accepted: -1",
    );
  });

  test('a weight of another shape', async () => {
    const dense = layer('Dense', {name: 'it', units: 2, use_bias: false});
    const spec = {name: 'it/kernel', shape: [4, 2], dtype: 'float32' as const};
    await rejected(
      load([image, dense], [spec]),
      "kerasModel: the weight 'it/kernel' was saved with shape [4,2], and the model needs [3,2]",
    );
    (await load([image, dense], [{...spec, shape: [3, 2]}])).dispose();
  });

  test('weights that are cut off', async () => {
    const {weights, ...others} = readFixture('trained-keras3-keras');
    const bytes = Buffer.from(weights!, 'base64');
    const handler = handlerOf({...others, weights: bytes.subarray(0, -1).toString('base64')});
    await rejected(
      tf.loadLayersModel(kerasModel(handler)),
      `kerasModel: the weights are cut off: ${bytes.length - 1} bytes, and the model.json needs ${bytes.length}`,
    );
  });

  test('a layer whose weights the converter has lost', async () => {
    const layers = ['one', 'one/two'].map(name =>
      layer('Dense', {name, units: 2, use_bias: false}),
    );
    const specOf = (name: string, shape: number[]) => ({name, shape, dtype: 'float32' as const});
    const first = specOf('one/kernel', [3, 2]);
    await rejected(
      load([image, ...layers], [first]),
      "kerasModel: Dense 'one/two': the file has none of its weights; the converter loses them in a " +
        ".h5 file, for the '/' in the name: save the model as .keras, and convert that",
    );
    (await load([image, ...layers], [first, specOf('one/two/kernel', [2, 2])])).dispose();
    (await load([image, ...layers])).dispose();
  });

  test('what TensorFlow.js cannot build', async () => {
    const convolution = layer('Conv2D', {name: 'it', filters: 2, kernel_size: 2});
    await rejected(load([ints, embedding, convolution]), 'kerasModel: ');
  });

  test('a model of TensorFlow.js may have them', async () => {
    const layers = [tf.layers.batchNormalization({axis: 1, inputShape: [2, 3]})];
    const topology: object = JSON.parse(tf.sequential({layers}).toJSON() as string);
    const handler = tf.io.fromMemory({modelTopology: topology});
    await expect(tf.loadLayersModel(kerasModel(handler))).resolves.toBeDefined();
  });
});

test.each([undefined, {}, 3, '{"class_name": "Sequential"}'])(
  'a source that does not load is refused: %p',
  source => {
    expect(() => kerasModel(source as never)).toThrow(
      /kerasModel: the source is .*; accepted: a URL, or a handler that loads, such as tf\.io\.fromMemory/,
    );
  },
);
