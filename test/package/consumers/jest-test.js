const tf = require('@tensorflow/tfjs');
const {activations, layers} = require('tfjs-activations');

test('an activation computes', () => {
  expect(activations.mish(tf.scalar(1)).dataSync()[0]).toBeCloseTo(0.8650984, 5);
});

test('a layer belongs to a model', () => {
  const model = tf.sequential({layers: [layers.prelu({inputShape: [2]})]});
  expect(model.countParams()).toBe(2);
});
