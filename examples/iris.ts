import * as tf from '@tensorflow/tfjs';
import {ActivationMonitor, layers} from 'tfjs-activations';
import {loadBackend} from 'tfjs-activations/node';
import {accuracy, readDataset, split} from './data.js';

await loadBackend();
const {train, test} = split(readDataset('iris.csv', 1), 0.2, 1);

const model = tf.sequential({
  layers: [
    tf.layers.dense({
      units: 16,
      inputShape: [4],
      kernelInitializer: tf.initializers.heNormal({seed: 1}),
    }),
    layers.prelu({name: 'prelu'}),
    tf.layers.dense({
      units: 3,
      activation: 'softmax',
      kernelInitializer: tf.initializers.glorotNormal({seed: 2}),
    }),
  ],
});
model.compile({optimizer: tf.train.adam(0.02), loss: 'categoricalCrossentropy'});

const monitor = new ActivationMonitor();
await model.fit(train.x, train.y, {epochs: 40, shuffle: false, verbose: 0, callbacks: [monitor]});

const share = accuracy(model, test.x, test.y);
console.log(`Accuracy on ${test.x.shape[0]} flowers never seen: ${(100 * share).toFixed(1)} %`);
if (share < 0.9) process.exitCode = 1;
