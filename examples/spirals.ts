import * as tf from '@tensorflow/tfjs';
import {ActivationMonitor, defineActivation} from 'tfjs-activations';
import {loadBackend} from 'tfjs-activations/node';
import {seededRandom} from './data.js';

// Tells two spirals apart, with an activation written here: a bump of learned width.
const bump = defineActivation({
  name: 'bump',
  weights: {width: {initializer: 'ones'}},
  formula: ({x, width}) => x.multiplyNoNan(x.mul(width).square().neg().exp()),
});

await loadBackend();
const random = seededRandom(1);
const points = Array.from({length: 400}, (_, index) => {
  const arm = index % 2;
  const turn = 3 * Math.sqrt(random());
  const angle = turn * Math.PI + arm * Math.PI;
  return {at: [(turn / 3) * Math.cos(angle), (turn / 3) * Math.sin(angle)], arm};
});
const x = tf.tensor2d(points.map(({at}) => at));
const y = tf.tensor2d(points.map(({arm}) => [arm]));

const dense = (units: number, seed: number, args: object = {}) =>
  tf.layers.dense({units, kernelInitializer: tf.initializers.heNormal({seed}), ...args});
const biasInitializer = tf.initializers.randomNormal({seed: 5});
const model = tf.sequential({
  layers: [
    dense(32, 1, {inputShape: [2], biasInitializer}),
    bump.layer(),
    dense(32, 2),
    bump.layer(),
    dense(1, 3, {activation: 'sigmoid'}),
  ],
});
model.compile({optimizer: tf.train.adam(0.01), loss: 'binaryCrossentropy'});

const callbacks = [new ActivationMonitor()];
await model.fit(x, y, {epochs: 100, verbose: 0, shuffle: false, callbacks});
const right = tf
  .equal((model.predict(x) as tf.Tensor).round(), y)
  .mean()
  .arraySync() as number;
console.log(`Points on the right spiral: ${(100 * right).toFixed(1)} %`);
if (right < 0.95) process.exitCode = 1;
