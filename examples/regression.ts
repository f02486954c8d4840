import * as tf from '@tensorflow/tfjs';
import {ActivationMonitor, layers} from 'tfjs-activations';
import {loadBackend} from 'tfjs-activations/node';

// Learns y = sin(3x) + x/2 on [−2, 2] with Swishes of learned steepness and a linear output.
await loadBackend();
const x = tf.linspace(-2, 2, 256).reshape([256, 1]);
const y = x.mul(3).sin().add(x.div(2));

const dense = (units: number, seed: number, args: object = {}) =>
  tf.layers.dense({units, kernelInitializer: tf.initializers.heNormal({seed}), ...args});
const model = tf.sequential({
  layers: [
    dense(24, 1, {
      inputShape: [1],
      biasInitializer: tf.initializers.randomUniform({seed: 4, minval: -2, maxval: 2}),
    }),
    layers.swishBeta(),
    dense(24, 2),
    layers.swishBeta(),
    dense(1, 3, {name: 'output'}),
  ],
});
model.compile({optimizer: tf.train.adam(0.02), loss: 'meanSquaredError'});

const before = (model.evaluate(x, y) as tf.Scalar).arraySync();
const callbacks = [new ActivationMonitor()];
await model.fit(x, y, {epochs: 200, batchSize: 32, verbose: 0, shuffle: false, callbacks});
const after = (model.evaluate(x, y) as tf.Scalar).arraySync();
console.log(`Mean squared error: ${before.toFixed(3)} before, ${after.toFixed(4)} after`);
if (after > 0.02) process.exitCode = 1;
