import * as tf from '@tensorflow/tfjs';
import {ActivationMonitor, layers} from '../../src/index.js';
import type {LayerClass} from '../../src/monitor/types.js';

beforeAll(() => tf.setBackend('cpu'));

const IMAGE = [6, 6, 2];
const SERIES = [5, 2];

/** The classes that a monitor tells of the first layer that it watches in a model, and of its weights. */
async function classesOf(layer: tf.layers.Layer, inputShape: number[]): Promise<LayerClass[]> {
  const model = tf.sequential();
  model.add(tf.layers.inputLayer({inputShape}));
  model.add(layer);
  model.add(tf.layers.dense({units: 1}));
  model.compile({optimizer: 'sgd', loss: 'meanSquaredError'});
  const monitor = new ActivationMonitor({reporters: [], every: 1});
  const x = tf.randomNormal([4, ...inputShape]);
  const y = tf.zerosLike(model.predict(x) as tf.Tensor);
  await model.fit(x, y, {verbose: 0, callbacks: [monitor]});
  const [snapshot] = monitor.snapshots;
  return [snapshot.layers[0], snapshot.weights[0]].map(({layerClass, wrapperClass}) =>
    wrapperClass === undefined ? {layerClass} : {layerClass, wrapperClass},
  );
}

test('an activation knows whose outputs it is for, whatever is between', async () => {
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({filters: 2, kernelSize: 3, inputShape: IMAGE}),
      tf.layers.batchNormalization(),
      layers.prelu({name: 'learned', sharedAxes: 'spatial'}),
      tf.layers.flatten(),
      tf.layers.dense({units: 1}),
      tf.layers.reLU({name: 'last'}),
    ],
  });
  model.compile({optimizer: 'sgd', loss: 'meanSquaredError'});
  const monitor = new ActivationMonitor({reporters: [], every: 1});
  await model.fit(tf.ones([4, ...IMAGE]), tf.ones([4, 1]), {verbose: 0, callbacks: [monitor]});
  const [{layers: seen}] = monitor.snapshots;
  expect(seen.map(({producerClass}) => producerClass)).toEqual(['Conv2D', 'Dense']);
});

const {dense, conv2d, lstm, gru, simpleRNN, rnn, gruCell, lstmCell} = tf.layers;
const {bidirectional, timeDistributed} = tf.layers;

test.each<[LayerClass, number[], () => tf.layers.Layer]>([
  [{layerClass: 'Dense'}, [3], () => dense({units: 2, activation: 'relu'})],
  [{layerClass: 'Conv2D'}, IMAGE, () => conv2d({filters: 2, kernelSize: 3, activation: 'relu'})],
  [{layerClass: 'LSTM'}, SERIES, () => lstm({units: 2})],
  [{layerClass: 'GRU'}, SERIES, () => gru({units: 2})],
  [{layerClass: 'SimpleRNN'}, SERIES, () => simpleRNN({units: 2})],
  [{layerClass: 'GRUCell', wrapperClass: 'RNN'}, SERIES, () => rnn({cell: gruCell({units: 2})})],
  [
    {layerClass: 'LSTMCell', wrapperClass: 'RNN'},
    SERIES,
    () => rnn({cell: [lstmCell({units: 2}), gruCell({units: 2})]}),
  ],
  [
    {layerClass: 'GRU', wrapperClass: 'Bidirectional'},
    SERIES,
    () => bidirectional({layer: gru({units: 2})}),
  ],
  [
    {layerClass: 'Dense', wrapperClass: 'TimeDistributed'},
    SERIES,
    () => timeDistributed({layer: dense({units: 2, activation: 'relu'})}),
  ],
  [{layerClass: 'PReLU'}, [3], () => layers.prelu()],
])('%p is told of the layer and of its weights', async (expected, shape, create) => {
  expect(await classesOf(create(), shape)).toEqual([expected, expected]);
});
