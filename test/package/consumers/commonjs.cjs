const assert = require('node:assert');
const tf = require('@tensorflow/tfjs');
const {ActivationMonitor, activations, layers} = require('tfjs-activations');
const {loadModel, progressBar, saveModel} = require('tfjs-activations/node');

async function main() {
  const model = tf.sequential({layers: [layers.prelu({inputShape: [2]})]});
  const output = model.predict(tf.tensor2d([[1, -1]]));
  assert.deepStrictEqual(output.shape, [1, 2]);
  assert.ok(Math.abs(activations.mish(tf.scalar(1)).dataSync()[0] - 0.8650984) < 1e-6);
  assert.ok(new ActivationMonitor({reporters: []}) instanceof tf.Callback);
  assert.ok(progressBar() instanceof tf.CustomCallback);

  await saveModel(model, 'saved');
  const loaded = await loadModel('saved');
  assert.strictEqual(loaded.layers.at(-1).constructor, model.layers.at(-1).constructor);
}

main();
