import * as tf from '@tensorflow/tfjs';
import {kerasModel} from '../../src/index.js';
import {differenceOf, fixtureNames, handlerOf, outputsOf, readFixture} from './fixtures.js';

beforeAll(() => tf.setBackend('cpu'));

const withWeights = fixtureNames.filter(name => !name.endsWith('-json'));

test.each(withWeights)('%s computes what it does in Keras', async name => {
  const fixture = readFixture(name);
  const model = await tf.loadLayersModel(kerasModel(handlerOf(fixture)));
  expect(differenceOf(outputsOf(model, fixture), fixture.outputs)).toBeLessThan(1e-5);
});
