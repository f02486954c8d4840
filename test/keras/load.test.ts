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

test('handlers keep what else they load', async () => {
  const artifacts = await handlerOf(readFixture('unbuilt-keras2-h5')).load!();
  const handler = tf.io.fromMemory({...artifacts, userDefinedMetadata: {owner: 'me'}});
  const loaded = await kerasModel(handler).load!();
  expect(loaded.userDefinedMetadata).toEqual({owner: 'me'});
  expect(loaded.weightData).toBe(artifacts.weightData);
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

test.each([undefined, {}, 3])('a source that does not load is refused: %p', source => {
  expect(() => kerasModel(source as never)).toThrow(
    /kerasModel: the source is .*; accepted: a URL, or a handler that loads/,
  );
});
