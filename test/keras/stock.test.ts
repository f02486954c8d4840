import * as tf from '@tensorflow/tfjs';
import {differenceOf, fixtureNames, handlerOf, outputsOf, readFixture} from './fixtures.js';
import type {Fixture} from './fixtures.js';

// Nothing of this package is imported here: this is TensorFlow.js alone.
beforeAll(() => tf.setBackend('cpu'));

/** What it computes well by itself. */
const fine = ['masked', 'nested', 'recurrent', 'states', 'unbuilt', 'wrapped'].map(
  name => `${name}-keras2-h5`,
);

const withWeights = fixtureNames.filter(name => !name.endsWith('-json'));

/** How far off it is, or what it says where it rejects the model. */
async function resultOf(fixture: Fixture): Promise<number | string> {
  try {
    const model = await tf.loadLayersModel(handlerOf(fixture));
    return differenceOf(outputsOf(model, fixture), fixture.outputs);
  } catch (error) {
    return (error as Error).message;
  }
}

test.each(fine)('%s loads in TensorFlow.js alone', async name => {
  expect(await resultOf(readFixture(name))).toBeLessThan(1e-5);
});

const rejected = withWeights.filter(name => !fine.includes(name));

test.each(rejected)('%s is rejected by TensorFlow.js alone', async name => {
  const message =
    /InputLayer should be passed|Unknown (activation|layer)|Non-default alpha|invalid for Separable|no target variable|reset_after/;
  expect(await resultOf(readFixture(name))).toMatch(message);
});

/** With the shape of inputs under the name that TensorFlow.js has for it, as many do by hand. */
function withInputs(fixture: Fixture): Fixture {
  const text = JSON.stringify(fixture.modelJson).replaceAll('"batch_shape"', '"batch_input_shape"');
  return {...fixture, modelJson: JSON.parse(text) as tf.io.ModelJSON};
}

test('nor does a renamed shape of inputs help', async () => {
  const of3 = rejected.filter(name => name.includes('keras3'));
  const results = of3.map(name => resultOf(withInputs(readFixture(name))));
  const computed = (await Promise.all(results)).filter(result => typeof result === 'number');
  expect(of3.length).toBeGreaterThan(15);
  expect(computed).toEqual([]);
});
