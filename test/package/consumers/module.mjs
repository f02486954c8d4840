import * as tf from '@tensorflow/tfjs';
import assert from 'node:assert';
import {createRequire} from 'node:module';
import * as activationsPackage from 'tfjs-activations';
import * as nodePackage from 'tfjs-activations/node';

const {activations, layers} = activationsPackage;
const model = tf.sequential({layers: [layers.prelu({inputShape: [2]})]});
assert.deepStrictEqual(model.predict(tf.tensor2d([[1, -1]])).shape, [1, 2]);
assert.ok(Math.abs(activations.mish(tf.scalar(1)).dataSync()[0] - 0.8650984) < 1e-6);

const require = createRequire(import.meta.url);
for (const [name, imported] of [
  ['tfjs-activations', activationsPackage],
  ['tfjs-activations/node', nodePackage],
]) {
  const required = require(name);
  assert.deepStrictEqual(Object.keys(imported).sort(), Object.keys(required).sort());
  for (const key of Object.keys(imported)) {
    assert.strictEqual(imported[key], required[key], `${name} has two of ${key}`);
  }
}
