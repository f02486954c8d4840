import * as tf from '@tensorflow/tfjs';
import {ActivationMonitor, consoleReporter, defineActivation, layers} from 'tfjs-activations';
import {htmlReport, loadBackend, progressBar} from 'tfjs-activations/node';
import {accuracy, readDataset, split} from './data.js';

const REQUIRED_ACCURACY = 0.96;

/** An activation of our own: a line with ripples, whose height is learned. */
const ripple = defineActivation({
  name: 'ripple',
  weights: {a: {initializer: 'ones'}},
  formula: ({x, a}) => x.add(x.sin().mul(a)),
});

const dense = (units: number, seed: number, args: object = {}) =>
  tf.layers.dense({units, kernelInitializer: tf.initializers.glorotNormal({seed}), ...args});

const softmax = (seed: number) => dense(10, seed, {activation: 'softmax', name: 'digit'});

await loadBackend();
const {train, test} = split(readDataset('digits.csv.gz'), 0.2, 1);
const scale = ({x, y}: typeof train) => ({x: x.div(16), y});
const [training, heldOut] = [scale(train), scale(test)];

async function fit(page: string, model: tf.Sequential, optimizer: tf.Optimizer, epochs: number) {
  model.compile({optimizer, loss: 'categoricalCrossentropy', metrics: ['accuracy']});
  const monitor = new ActivationMonitor({reporters: [consoleReporter(), htmlReport(page)]});
  const callbacks = [progressBar(), monitor];
  const {x, y} = training;
  await model.fit(x, y, {epochs, batchSize: 32, shuffle: false, verbose: 0, callbacks});
  return {monitor, accuracy: accuracy(model, heldOut.x, heldOut.y)};
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
const title = (text: string) => console.log(`\n${text}\n${'─'.repeat(text.length)}`);

title(`1. ${training.x.shape[0]} handwritten digits, three learned activations`);
const model = tf.sequential({
  layers: [
    dense(96, 1, {inputShape: [64]}),
    layers.prelu({name: 'prelu'}),
    tf.layers.dropout({rate: 0.2, seed: 10}),
    dense(48, 2),
    layers.rational({name: 'rational'}),
    tf.layers.dropout({rate: 0.2, seed: 11}),
    dense(48, 3),
    ripple.layer({name: 'ripple'}),
    softmax(4),
  ],
});
const weightsOf = (name: string, index = 0) =>
  Array.from(model.getLayer(name).getWeights()[index].dataSync());
const learned = () => ({
  prelu: weightsOf('prelu'),
  ripple: weightsOf('ripple'),
  numerator: weightsOf('rational', 0),
  denominator: weightsOf('rational', 1),
});
const start = learned();
const good = await fit('reports/digits.html', model, tf.train.adam(0.003), 16);
console.log(`Accuracy on ${heldOut.x.shape[0]} digits never seen: ${percent(good.accuracy)}`);

const end = learned();
const listed = (values: number[]) => values.map(value => value.toFixed(2)).join(', ');
const range = (values: number[]) => {
  const mean = values.reduce((sum, value) => sum + value) / values.length;
  return listed([Math.min(...values), mean, Math.max(...values)]);
};
console.log('\nWhat the activations learned (over the units: least, mean, greatest)');
console.log(`  PReLU slope alpha   ${range(start.prelu)}  →  ${range(end.prelu)}`);
console.log(`  Ripple height a     ${range(start.ripple)}  →  ${range(end.ripple)}`);
console.log('and the coefficients of the Rational, which all units share');
console.log(`  numerator    ${listed(start.numerator)}`);
console.log(`            →  ${listed(end.numerator)}`);
console.log(`  denominator  ${listed(start.denominator)}`);
console.log(`            →  ${listed(end.denominator)}`);

const biased = (units: number, seed: number, args: object = {}) =>
  dense(units, seed, {biasInitializer: tf.initializers.constant({value: -1}), ...args});

title('2. The same digits, a bad ReLU network: negative biases, a high learning rate');
const relu = await fit(
  'reports/bad-relu.html',
  tf.sequential({
    layers: [
      biased(32, 5, {inputShape: [64], activation: 'relu', name: 'hidden1'}),
      biased(32, 6, {activation: 'relu', name: 'hidden2'}),
      softmax(7),
    ],
  }),
  tf.train.sgd(0.3),
  6,
);

title('3. The same network with PReLU');
const prelu = await fit(
  'reports/bad-prelu.html',
  tf.sequential({
    layers: [
      biased(32, 5, {inputShape: [64], name: 'hidden1'}),
      layers.prelu({name: 'prelu1', alphaInitializer: tf.initializers.constant({value: 0.25})}),
      biased(32, 6, {name: 'hidden2'}),
      layers.prelu({name: 'prelu2', alphaInitializer: tf.initializers.constant({value: 0.25})}),
      softmax(7),
    ],
  }),
  tf.train.sgd(0.3),
  6,
);

const deadIn = ({monitor}: typeof relu) =>
  monitor.report().layers.reduce((count, layer) => count + layer.dead.length, 0);
console.log('bad network   dead units   accuracy');
console.log(
  `  with ReLU   ${String(deadIn(relu)).padStart(10)}   ${percent(relu.accuracy).padStart(8)}`,
);
console.log(
  `  with PReLU  ${String(deadIn(prelu)).padStart(10)}   ${percent(prelu.accuracy).padStart(8)}`,
);
console.log('\nWhat the monitor saw, to open in a browser:');
console.log('  reports/digits.html, reports/bad-relu.html and reports/bad-prelu.html');

if (good.accuracy < REQUIRED_ACCURACY || deadIn(relu) === 0 || prelu.accuracy <= relu.accuracy) {
  console.error('\nThis run does not show what it should.');
  process.exitCode = 1;
}
