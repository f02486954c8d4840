import * as tf from '@tensorflow/tfjs';
import '../../src/index.js';
import {ActivationMonitor} from '../../src/index.js';
import {GRUResetAfter, GRUResetAfterCell} from '../../src/layers/gru-reset-after.js';

beforeAll(() => tf.setBackend('cpu'));

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

function modelOf(layer: tf.layers.Layer): tf.LayersModel {
  return tf.sequential({layers: [tf.layers.inputLayer({inputShape: [2, 1]}), layer]});
}

test('the state is reset after the recurrent kernel, which has a bias of its own', () => {
  const layer = new GRUResetAfter({units: 1, recurrentActivation: 'sigmoid'});
  const model = modelOf(layer);
  // By kernel: of update, reset and candidate.
  const [kernel, recurrent, b, c] = [
    [0.3, -0.4, 0.5],
    [0.2, 0.7, -0.6],
    [0.1, 0.2, -0.3],
    [-0.2, 0.4, 0.9],
  ];
  model.setWeights([tf.tensor2d([kernel]), tf.tensor2d([recurrent]), tf.tensor2d([b, c])]);
  const expected = [2, -1].reduce((h, x) => {
    const [ofX, ofH] = [kernel.map((k, i) => k * x + b[i]), recurrent.map((r, i) => r * h + c[i])];
    const [z, r] = [sigmoid(ofX[0] + ofH[0]), sigmoid(ofX[1] + ofH[1])];
    return z * h + (1 - z) * Math.tanh(ofX[2] + r * ofH[2]);
  }, 0);
  const output = model.predict(tf.tensor3d([[[2], [-1]]])) as tf.Tensor;
  expect(output.dataSync()[0]).toBeCloseTo(expected, 6);
});

test('it trains, all of its weights, and leaves no tensor; dropout is for training', async () => {
  const layer = new GRUResetAfter({units: 3, dropout: 0.5, recurrentDropout: 0.5});
  const model = modelOf(layer);
  model.compile({optimizer: tf.train.sgd(0.1), loss: 'meanSquaredError'});
  const [x, y] = [tf.randomNormal([16, 2, 1], 0, 1, 'float32', 1), tf.ones([16, 3])];
  const step = async () => model.fit(x, y, {epochs: 1, verbose: 0});
  const before = model.getWeights().map(weight => weight.arraySync());
  await step();
  const after = model.getWeights().map(weight => weight.arraySync());
  after.forEach((weight, index) => expect(weight).not.toEqual(before[index]));
  const {numTensors} = tf.memory();
  await step();
  expect(tf.memory().numTensors).toBe(numTensors);
  const [first, second] = [0, 1].map(() => (model.predict(x) as tf.Tensor).arraySync());
  expect(first).toEqual(second);
});

test('it is saved, alone, in both directions, and as a cell', async () => {
  const args = {units: 2, activation: 'softsign' as const, useBias: false};
  for (const layer of [
    new GRUResetAfter(args),
    tf.layers.bidirectional({layer: new GRUResetAfter(args) as unknown as tf.RNN}),
    tf.layers.rnn({cell: new GRUResetAfterCell(args)}),
    tf.layers.rnn({cell: [new GRUResetAfterCell(args), new GRUResetAfterCell({units: 3})]}),
  ]) {
    const model = modelOf(layer);
    const copy = await tf.models.modelFromJSON(JSON.parse(model.toJSON() as string));
    copy.setWeights(model.getWeights());
    const x = tf.ones([1, 2, 1]);
    const [expected, found] = [model, copy].map(each => (each.predict(x) as tf.Tensor).arraySync());
    expect(found).toEqual(expected);
  }
});

test('the monitor watches its gates', async () => {
  const model = modelOf(new GRUResetAfter({units: 2, name: 'gru'}));
  model.compile({optimizer: 'sgd', loss: 'meanSquaredError'});
  const monitor = new ActivationMonitor({reporters: []});
  await model.fit(tf.ones([4, 2, 1]), tf.ones([4, 2]), {verbose: 0, callbacks: [monitor]});
  expect(monitor.report().layers.map(({name}) => name)).toEqual([
    'gru/update_gate',
    'gru/reset_gate',
    'gru/candidate',
  ]);
});
