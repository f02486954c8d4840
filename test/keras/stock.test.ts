import * as tf from '@tensorflow/tfjs';
import {differenceOf, fixtureNames, handlerOf, outputsOf, readFixture} from './fixtures.js';

// Nothing of this package is imported: this is TensorFlow.js alone.
beforeAll(() => tf.setBackend('cpu'));

test.each(fixtureNames)('%s', async name => {
  const fixture = readFixture(name);
  let result;
  try {
    const model = await tf.loadLayersModel(handlerOf(fixture));
    result = differenceOf(outputsOf(model, fixture), fixture.outputs);
  } catch (e) {
    result = (e as Error).message.slice(0, 150);
  }
  console.log(name, result);
});
