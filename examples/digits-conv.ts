import * as tf from '@tensorflow/tfjs';
import {ActivationMonitor, layers} from 'tfjs-activations';
import {loadBackend, progressBar} from 'tfjs-activations/node';
import {accuracy, readDataset, split} from './data.js';

const REQUIRED_ACCURACY = 0.95;

// The wasm backend cannot train convolutions.
await loadBackend('tensorflow').catch((error: Error) => {
  console.log(error.message);
  return loadBackend('cpu');
});

const {train, test} = split(readDataset('digits.csv.gz'), 0.2, 1);
const images = (x: tf.Tensor) => x.div(16).reshape([-1, 8, 8, 1]);

const conv = (filters: number, seed: number, args: object = {}) =>
  tf.layers.conv2d({
    filters,
    kernelSize: 3,
    padding: 'same',
    kernelInitializer: tf.initializers.heNormal({seed}),
    ...args,
  });

const model = tf.sequential({
  layers: [
    conv(12, 1, {strides: 2, inputShape: [8, 8, 1]}),
    layers.prelu({name: 'prelu', sharedAxes: 'spatial'}), // one slope for each channel
    conv(24, 2),
    layers.aconC({name: 'acon', p1Initializer: 1, p2Initializer: 0}),
    tf.layers.flatten(),
    tf.layers.dense({
      units: 10,
      activation: 'softmax',
      kernelInitializer: tf.initializers.glorotNormal({seed: 3}),
      name: 'digit',
    }),
  ],
});
model.compile({optimizer: tf.train.adam(0.01), loss: 'categoricalCrossentropy'});

const epochs = 5;
const callbacks = [progressBar(), new ActivationMonitor()];
const fitting = {epochs, batchSize: 32, shuffle: false, verbose: 0, callbacks}; // `split` shuffled
await model.fit(images(train.x), train.y, fitting);

const reached = accuracy(model, images(test.x), test.y);
console.log(`\nAccuracy on ${test.x.shape[0]} digits never seen: ${(100 * reached).toFixed(1)} %`);
if (reached < REQUIRED_ACCURACY) {
  console.error('This run does not show what it should.');
  process.exitCode = 1;
}
