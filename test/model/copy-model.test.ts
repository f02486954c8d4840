import * as tf from '@tensorflow/tfjs';
import {activationParameterGroup, layers} from '../../src/index.js';
import {copyModel} from '../../src/model/copy-model.js';
import {normal, valuesOf} from '../helpers/monitor.js';

type Maker = () => tf.LayersModel;

const {dense} = tf.layers;

const MODELS: Readonly<Record<string, {readonly make: Maker; readonly shapes: number[][]}>> = {
  sequential: {
    make: () =>
      tf.sequential({
        name: 'named',
        layers: [
          dense({units: 4, activation: 'relu', inputShape: [3], name: 'first'}),
          layers.pelu(),
          tf.layers.batchNormalization(),
          tf.layers.dropout({rate: 0.2}),
          dense({units: 2, trainable: false}),
        ],
      }),
    shapes: [[3]],
  },
  'an activation first': {
    make: () => tf.sequential({layers: [tf.layers.reLU({inputShape: [3]}), dense({units: 2})]}),
    shapes: [[3]],
  },
  convolutional: {
    make: () =>
      tf.sequential({
        layers: [
          tf.layers.conv2d({filters: 3, kernelSize: 3, activation: 'elu', inputShape: [6, 6, 2]}),
          layers.prelu({sharedAxes: [1, 2]}),
          tf.layers.separableConv2d({filters: 2, kernelSize: 2}),
          tf.layers.flatten(),
          dense({units: 2}),
        ],
      }),
    shapes: [[6, 6, 2]],
  },
  recurrent: {
    make: () =>
      tf.sequential({
        layers: [
          tf.layers.bidirectional({
            layer: tf.layers.gru({units: 3, returnSequences: true}) as tf.RNN,
            mergeMode: 'concat',
            inputShape: [4, 2],
          }),
          tf.layers.timeDistributed({layer: dense({units: 3, activation: 'relu'})}),
          tf.layers.lstm({units: 2}),
        ],
      }),
    shapes: [[4, 2]],
  },
  'several inputs, a residual and a shared layer': {
    make: () => {
      const [a, b] = [tf.input({shape: [4], name: 'a'}), tf.input({shape: [4], name: 'b'})];
      const shared = dense({units: 4, activation: 'relu', name: 'shared'});
      const [first, second] = [a, b].map(each => shared.apply(each) as tf.SymbolicTensor);
      const sum = tf.layers.add().apply([first, second, a]) as tf.SymbolicTensor;
      const again = shared.apply(sum) as tf.SymbolicTensor;
      const outputs = [again, dense({units: 2, name: 'out'}).apply(sum) as tf.SymbolicTensor];
      return tf.model({inputs: [a, b], outputs, name: 'functional'});
    },
    shapes: [[4], [4]],
  },
  nested: {
    make: () => {
      const inner = MODELS.sequential.make();
      const input = tf.input({shape: [3]});
      const once = inner.apply(input) as tf.SymbolicTensor;
      const wider = dense({units: 3}).apply(once) as tf.SymbolicTensor;
      const functional = tf.model({
        inputs: input,
        outputs: tf.layers
          .concatenate()
          .apply([once, inner.apply(wider) as tf.SymbolicTensor]) as tf.SymbolicTensor,
      });
      return tf.sequential({layers: [functional, dense({units: 1})]});
    },
    shapes: [[3]],
  },
  'states passed on': {
    make: () => {
      const input = tf.input({shape: [4, 2]});
      const [sequence, h, c] = tf.layers
        .lstm({units: 3, returnSequences: true, returnState: true})
        .apply(input) as tf.SymbolicTensor[];
      const outputs = tf.layers
        .lstm({units: 3})
        .apply(sequence, {initialState: [h, c]}) as tf.SymbolicTensor;
      return tf.model({inputs: input, outputs});
    },
    shapes: [[4, 2]],
  },
};

function copy(model: tf.LayersModel): tf.LayersModel {
  return copyModel('copy', model, new Map(), () => undefined);
}

function outputsOf(model: tf.LayersModel, inputs: tf.Tensor[]): number[] {
  return tf.tidy(() => [model.predict(inputs)].flat().flatMap(tensor => [...tensor.dataSync()]));
}

describe.each(Object.entries(MODELS))('%s', (_, {make, shapes}) => {
  const inputs = shapes.map(shape => normal(5, ...shape));

  test('the copy computes the same, bit by bit, and has the same names', () => {
    const model = make();
    const before = outputsOf(model, inputs);
    const copied = copy(model);
    expect(outputsOf(copied, inputs)).toEqual(before);
    expect(copied).toBeInstanceOf(model.constructor);
    const namesOf = (each: tf.LayersModel): unknown => ({
      name: each.name,
      layers: each.layers.map(({name, trainable}) => [name, trainable]),
      weights: each.weights.map(({originalName, trainable}) => [originalName, trainable]),
      inputs: each.inputNames,
      outputs: each.outputNames,
    });
    expect(namesOf(copied)).toEqual(namesOf(model));
  });

  test('neither disposing the copy nor training it touches the model', async () => {
    const model = make();
    const values = valuesOf(model);
    const {numTensors} = tf.memory();
    const copied = copy(model);
    copied.compile({optimizer: tf.train.sgd(0.1), loss: 'meanSquaredError'});
    const targets = [copied.predict(inputs)].flat().map(each => tf.ones(each.shape));
    const {numTensors: made} = tf.memory();
    expect(made).toBeGreaterThan(numTensors);
    await copied.trainOnBatch(inputs, targets);
    expect(valuesOf(copied)).not.toEqual(values);
    expect(valuesOf(model)).toEqual(values);
    copied.dispose();
    tf.dispose(targets);
    expect(valuesOf(model)).toEqual(values);
  });
});

test.each(Object.entries(MODELS))(
  '%s: disposed, it leaves no more than any such model',
  (_, {make}) => {
    const left = (build: () => tf.LayersModel): number => {
      const {numTensors} = tf.memory();
      build().dispose();
      return tf.memory().numTensors - numTensors;
    };
    const model = make();
    model.compile({optimizer: 'adam', loss: 'meanSquaredError'});
    expect(left(() => copy(model))).toBe(left(make));
  },
);

test('metadata are copied, not shared', () => {
  const model = tf.sequential({layers: [dense({units: 1, inputShape: [1]})]});
  const metadata = {classes: ['a', 'b']};
  model.setUserDefinedMetadata(metadata);
  const copied = copy(model);
  metadata.classes.push('c');
  expect(copied.getUserDefinedMetadata()).toEqual({classes: ['a', 'b']});
});

const OPTIMIZERS: Readonly<Record<string, () => tf.Optimizer | string>> = {
  'adam by name': () => 'adam',
  sgd: () => tf.train.sgd(0.1),
  momentum: () => tf.train.momentum(0.1, 0.9),
  adam: () => tf.train.adam(0.1),
  adamax: () => tf.train.adamax(0.1, 0.9, 0.999, 1e-7, 0.1),
  rmsprop: () => tf.train.rmsprop(0.1, 0.9, 0.5, 1e-7, true),
  adagrad: () => tf.train.adagrad(0.1, 0.2),
  adadelta: () => tf.train.adadelta(0.1),
  group: () => activationParameterGroup(tf.train.adam(0.1), {learningRate: 0.5, decay: 0.01}),
};

test.each(Object.entries(OPTIMIZERS))('%s goes on in the copy as in the model', async (_, make) => {
  const model = tf.sequential({
    layers: [
      dense({units: 4, inputShape: [3]}),
      layers.prelu({alphaInitializer: 0.1}),
      dense({units: 4, trainable: false}),
      dense({units: 2}),
    ],
  });
  model.compile({optimizer: make(), loss: 'meanSquaredError', metrics: ['mse']});
  const [x, y] = [normal(8, 3), normal(8, 2)];
  for (let step = 0; step < 3; step++) await model.trainOnBatch(x, y);
  const copied = copy(model);
  expect(copied.optimizer).not.toBe(model.optimizer);
  expect(copied.optimizer.getConfig()).toEqual(model.optimizer.getConfig());
  expect(copied.optimizer.iterations).toBe(3);
  expect(copied.metricsNames).toEqual(model.metricsNames);
  for (let step = 0; step < 3; step++) {
    await model.trainOnBatch(x, y);
    await copied.trainOnBatch(x, y);
  }
  expect(valuesOf(copied)).toEqual(valuesOf(model));
});
