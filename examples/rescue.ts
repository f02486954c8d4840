import * as tf from '@tensorflow/tfjs';
import {ActivationMonitor, lintModel, reviveUnits} from 'tfjs-activations';
import type {Report} from 'tfjs-activations';
import {loadBackend} from 'tfjs-activations/node';
import {accuracy, readDataset, split} from './data.js';

// A network that cannot learn, since its units are dead, learns after all, without a restart.

const EPOCHS = 16;

await loadBackend();
const {train, test} = split(readDataset('digits.csv.gz'), 0.2, 1);
const scale = ({x, y}: typeof train) => ({x: x.div(16), y});
const [training, heldOut] = [scale(train), scale(test)];

const dense = (units: number, seed: number, args: object = {}) =>
  tf.layers.dense({units, kernelInitializer: tf.initializers.glorotNormal({seed}), ...args});

function network(bias: number) {
  const hidden = {activation: 'relu', biasInitializer: tf.initializers.constant({value: bias})};
  const model = tf.sequential({
    layers: [
      dense(32, 5, {inputShape: [64], name: 'hidden1', ...hidden}),
      dense(32, 6, {name: 'hidden2', ...hidden}),
      dense(10, 7, {activation: 'softmax', name: 'digit'}),
    ],
  });
  model.compile({optimizer: tf.train.sgd(0.3), loss: 'categoricalCrossentropy'});
  return model;
}

async function fit(model: tf.Sequential, monitor: ActivationMonitor, epochs: number) {
  const {x, y} = training;
  const callbacks = [monitor];
  await model.fit(x, y, {epochs, batchSize: 32, shuffle: false, verbose: 0, callbacks});
  return monitor.report();
}

const title = (text: string) => console.log(`\n${text}\n${'─'.repeat(text.length)}`);
const right = (model: tf.Sequential) => accuracy(model, heldOut.x, heldOut.y);
const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
const deadIn = ({layers}: Report) => layers.reduce((count, {dead}) => count + dead.length, 0);

title('1. Before training: what lintModel says of biases of −1');
const model = network(-1);
const mistakes = lintModel(model, {classes: 10, sample: training});
for (const {severity, layer, message, fixes} of mistakes) {
  console.log(`${severity}: ${layer}: ${message}`);
  const [fix] = fixes;
  console.log(`  → ${fix.title}:\n    ${fix.code}`);
}

title('2. Trained all the same: the monitor watches the network fail');
// With 'every', what it sees does not depend on the time that things take: each run is the same.
const monitor = new ActivationMonitor({every: 1});
const failed = await fit(model, monitor, 4);
const before = right(model);

title('3. Its dead units are revived; what it computes stays as it is');
const outputs = model.predict(heldOut.x) as tf.Tensor;
const {revived, skipped} = reviveUnits(model, monitor.findings);
for (const {layer, units, producer, consumers} of revived) {
  console.log(`${layer}: ${units.length} units, drawn again in ${producer}, 0 in ${consumers}`);
}
for (const {layer, reason} of skipped) console.log(`${layer}: none, ${reason}`);
const movement = (model.predict(heldOut.x) as tf.Tensor).sub(outputs).abs().max();
console.log(`Its outputs moved by at most ${movement.dataSync()[0]}.`);

title('4. Training goes on, and units that die now are revived at once');
const saved = await fit(model, new ActivationMonitor({revive: true, every: 1}), EPOCHS);
const after = right(model);

title('5. Beside a network that was healthy from the start');
const healthyModel = network(0);
const healthy = await fit(healthyModel, new ActivationMonitor({reporters: []}), EPOCHS);
const best = right(healthyModel);

const row = (name: string, report: Report, share: number) =>
  console.log(`${name}  ${String(deadIn(report)).padStart(10)}  ${percent(share).padStart(8)}`);
console.log('network  dead units  accuracy');
row('failed ', failed, before);
row('rescued', saved, after);
row('healthy', healthy, best);

if (mistakes.length === 0 || before > 0.5 || after < best - 0.01) {
  console.error('\nThis run does not show what it should.');
  process.exitCode = 1;
}
