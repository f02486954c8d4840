import * as tf from '@tensorflow/tfjs';
import {ActivationMonitor, activations, layers} from '../../src/index.js';
import {FixedActivation} from '../../src/layers/fixed-activation.js';
import {GRUResetAfter, GRUResetAfterCell} from '../../src/layers/gru-reset-after.js';
import {mixingLayers} from '../../src/layers/index.js';
import {WITHOUT_ACTIVATION, findLayers} from '../../src/monitor/find-layers.js';
import {activationOfClass} from '../../src/registry.js';
import {dense, fixed, isHooked, normal, silent} from '../helpers/monitor.js';

type Symbolic = tf.SymbolicTensor;

beforeAll(() => tf.setBackend('cpu'));
afterEach(() => jest.restoreAllMocks());

/** A layer of a user's own, with an activation that tfjs did not make. */
abstract class Own extends tf.layers.Layer {
  abstract readonly activation: unknown;

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.relu(Array.isArray(inputs) ? inputs[0] : inputs);
  }

  override computeOutputShape(shape: tf.Shape): tf.Shape {
    return shape;
  }
}

class PlainFunction extends Own {
  static className = 'PlainFunction';
  readonly activation = (x: tf.Tensor): tf.Tensor => tf.relu(x);
}

class GetterOnly extends Own {
  static className = 'GetterOnly';
  get activation(): unknown {
    return (tf.layers.activation({activation: 'tanh'}) as unknown as Own).activation;
  }
}

/** It may do anything. */
class Unknown extends Own {
  static className = 'Unknown';
  readonly activation = null;
}

function attention(): tf.LayersModel {
  const input = tf.input({shape: [null, 2]});
  const steps = [
    dense(1),
    tf.layers.permute({dims: [2, 1]}),
    tf.layers.activation({activation: 'tanh', name: 'watched'}),
    tf.layers.permute({dims: [2, 1]}),
    tf.layers.globalAveragePooling1d({}),
  ];
  const output = steps.reduce((x, layer) => layer.apply(x) as Symbolic, input);
  const model = tf.model({inputs: input, outputs: output});
  model.compile({loss: 'meanSquaredError', optimizer: tf.train.sgd(0)});
  return model;
}

const within = (layer: tf.layers.Layer): tf.LayersModel =>
  fixed(dense(4, {inputShape: [4]}), layer, dense(1));

test.each<[string, () => tf.LayersModel, string, RegExp | undefined]>([
  ['stock softmax', () => within(tf.layers.softmax({axis: -1})), 'softmax', undefined],
  [
    'a plain function',
    () => within(new PlainFunction({name: 'watched'})),
    '',
    /its activation is no Activation of tfjs/,
  ],
  [
    'a getter',
    () => within(new GetterOnly({name: 'watched'})),
    '',
    /its activation cannot be replaced/,
  ],
  ['a varying number of units', attention, '', /the number of units varies/],
  [
    'a layer that nobody knows',
    () => within(new Unknown({name: 'watched'})),
    '',
    /^what a Unknown applies is not known$/,
  ],
  ['dropout', () => within(tf.layers.dropout({rate: 0.5, name: 'watched'})), '', /no activation/],
])('watches %s, or says why not; training goes on', async (_, make, activation, reason) => {
  const model = make();
  const monitor = new ActivationMonitor({...silent, every: 1});
  const [, ...shape] = model.inputs[0].shape;
  const detach = monitor.attach(model);
  for (const steps of [3, 5]) {
    const x = normal(8, ...shape.map(size => size ?? steps));
    await model.trainOnBatch(x, tf.ones([8, 1]));
  }
  detach();
  const report = monitor.report();
  const seen = report.layers.find(layer => layer.activation === activation);
  const unseen = report.notWatched.find(({name}) => name === 'watched');
  if (reason) expect(unseen?.reason).toMatch(reason);
  else expect(seen).toMatchObject({samples: 16, slope: null, dead: [], units: 4});
});

test('every stock layer without an activation is known as one', () => {
  const {classNameMap} = tf.serialization.SerializationMap.getMap();
  const stock = Object.entries(classNameMap).filter(
    ([name, [owner]]) =>
      (owner as unknown as {prototype: object}).prototype instanceof tf.layers.Layer &&
      !['PlainFunction', 'GetterOnly', 'Unknown'].includes(name),
  );
  const classes = [FixedActivation, GRUResetAfter, GRUResetAfterCell, ...mixingLayers];
  const own = classes.map(({className}) => className);
  const applying = stock.map(([name]) => name).filter(name => !WITHOUT_ACTIVATION.has(name));
  expect(applying.filter(name => !activationOfClass(name) && !own.includes(name)).sort()).toEqual([
    'Activation',
    'Bidirectional',
    'Conv1D',
    'Conv2D',
    'Conv2DTranspose',
    'Conv3D',
    'Conv3DTranspose',
    'ConvLSTM2D',
    'ConvLSTM2DCell',
    'Dense',
    'DepthwiseConv2D',
    'Functional',
    'GRU',
    'GRUCell',
    'LSTM',
    'LSTMCell',
    'Model',
    'RNN',
    'SeparableConv2D',
    'Sequential',
    'SimpleRNN',
    'SimpleRNNCell',
    'StackedRNNCells',
    'TimeDistributed',
  ]);
  const missing = [...WITHOUT_ACTIVATION].filter(name => !Object.hasOwn(classNameMap, name));
  expect(missing).toEqual([]);
});

test('an error while observing ends that observation, with one warning', async () => {
  const warn = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
  const model = fixed(
    dense(2, {inputShape: [2], activation: 'tanh', name: 'first'}),
    dense(2, {activation: 'tanh', name: 'second'}),
  );
  const monitor = new ActivationMonitor({...silent, every: 1});
  const detach = monitor.attach(model);
  const [x, y] = [normal(8, 2), tf.ones([8, 2])];
  await model.trainOnBatch(x, y);
  // Nothing that tfjs itself does: the units of a layer change while it is watched.
  const [layer] = model.layers as unknown as {activation: {apply: (x: tf.Tensor) => tf.Tensor}}[];
  layer.activation.apply = z => tf.slice(z, [0, 0], [8, 1]).concat(tf.ones([8, 2]), 1);
  model.layers[1].setWeights([tf.ones([2, 2]), tf.zeros([2])]);
  const apply = (): unknown =>
    tf.train.sgd(0).minimize(() => {
      const output = model.layers[0].apply(x, {training: true}) as tf.Tensor;
      return tf.mean(output).asScalar();
    });
  apply();
  apply();
  detach();
  expect(warn.mock.calls).toEqual([
    [expect.stringMatching(/it watches first no longer; .* units varies: 2, then 3/)],
  ]);
  const {layers: seen, notWatched} = monitor.report();
  expect(seen.map(({samples}) => samples)).toEqual([8, 8]);
  expect(notWatched).toContainEqual(
    expect.objectContaining({name: 'first', reason: 'the number of units varies: 2, then 3'}),
  );
});

describe('the option layers', () => {
  const model = (): tf.Sequential => {
    const inner = tf.sequential({name: 'inner', layers: [dense(2, {inputShape: [4], name: 'a'})]});
    return fixed(
      dense(4, {inputShape: [3], activation: 'relu', name: 'hidden'}),
      tf.layers.reshape({targetShape: [2, 2]}),
      tf.layers.lstm({units: 4, name: 'recurrent'}),
      inner as tf.layers.Layer,
      dense(1, {name: 'output'}),
    );
  };

  test('chooses, and the rest is listed as not chosen', async () => {
    const monitor = new ActivationMonitor({...silent, layers: ['hidden']});
    await model().fit(normal(8, 3), tf.ones([8, 1]), {verbose: 0, callbacks: [monitor]});
    const {layers: seen, notWatched} = monitor.report();
    expect(seen.map(({name}) => name)).toEqual(['hidden']);
    expect(notWatched).toContainEqual({name: 'output', reason: 'not chosen', hasActivation: true});
  });

  test.each([
    ['nowhere', /unknown layer 'nowhere'; accepted: hidden, recurrent\/input_gate/],
    ['recurrent', /unknown layer 'recurrent'; accepted: hidden, recurrent\/input_gate/],
    ['inner/a', /the layer 'inner\/a' cannot be watched: linear, and not an output; accepted/],
  ])('rejects %s', async (name, message) => {
    const network = model();
    const monitor = new ActivationMonitor({...silent, layers: [name]});
    const fit = network.fit(normal(8, 3), tf.ones([8, 1]), {callbacks: [monitor]});
    await expect(fit).rejects.toThrow(message);
    expect(isHooked(network)).toBe(false);
  });
});

describe('masks', () => {
  const masking = (): tf.layers.Layer => tf.layers.masking({maskValue: 0});
  const relu = (name: string): tf.layers.Layer => dense(2, {activation: 'relu', name});

  /** Two inputs of three steps; only the first is masked. */
  function branches(isFirstLast: boolean): tf.LayersModel {
    const [a, b] = [tf.input({shape: [3, 2]}), tf.input({shape: [3, 2]})];
    const flow = (x: Symbolic, ...steps: tf.layers.Layer[]): Symbolic =>
      steps.reduce((value, layer) => layer.apply(value) as Symbolic, x);
    const outputs = [
      flow(a, masking(), relu('masked'), tf.layers.lstm({units: 2})),
      flow(b, relu('unmasked'), tf.layers.globalAveragePooling1d({})),
    ];
    if (isFirstLast) outputs.reverse();
    const output = flow(tf.layers.concatenate().apply(outputs) as Symbolic, dense(1));
    const model = tf.model({inputs: [a, b], outputs: output});
    model.compile({loss: 'meanSquaredError', optimizer: tf.train.sgd(0)});
    return model;
  }

  test.each([true, false])('reach no other layer (%#)', async isFirstLast => {
    const monitor = new ActivationMonitor({...silent, every: 1});
    const inputs = [tf.zeros([8, 3, 2]), normal(8, 3, 2)];
    const model = branches(isFirstLast);
    await model.fit(inputs, tf.ones([8, 1]), {verbose: 0, callbacks: [monitor]});
    const samples = monitor.report().layers.map(layer => [layer.name, layer.samples]);
    expect(Object.fromEntries(samples)).toMatchObject({masked: 0, unmasked: 8});
  });

  test('end at a recurrent layer without sequences, and go on through one with them', () => {
    const masked = (...steps: tf.layers.Layer[]): Record<string, boolean> => {
      const model = tf.sequential({
        layers: [tf.layers.masking({maskValue: 0, inputShape: [3, 2]}), ...steps],
      });
      const {watched} = findLayers(model);
      const own = watched.filter(({applied}) => applied.by !== 'gate');
      return Object.fromEntries(own.map(({layer, isMasked}) => [layer.name, isMasked]));
    };
    const repeat = tf.layers.repeatVector({n: 3});
    expect(masked(relu('a'), tf.layers.lstm({units: 2}), repeat, relu('b'))).toEqual({
      a: true,
      b: false,
    });
    const sequences = tf.layers.lstm({units: 2, returnSequences: true});
    expect(masked(layers.prelu({name: 'c'}), sequences, relu('d'))).toEqual({c: true, d: true});
  });

  test('come from an embedding too, and go into models within', () => {
    const inner = tf.sequential({
      name: 'inner',
      layers: [dense(2, {inputShape: [3, 2], activation: 'relu', name: 'a'})],
    });
    const isMasked = (maskZero: boolean): boolean => {
      const embedding = tf.layers.embedding({inputDim: 5, outputDim: 2, maskZero, inputLength: 3});
      const model = tf.sequential({layers: [embedding, inner as tf.layers.Layer]});
      return findLayers(model).watched[0].isMasked;
    };
    expect([isMasked(true), isMasked(false)]).toEqual([true, false]);
  });

  test('a batch that is all masked says nothing of any unit', async () => {
    const model = fixed(
      tf.layers.masking({maskValue: 0, inputShape: [3, 2]}),
      dense(2, {
        activation: 'relu',
        name: 'dead',
        biasInitializer: tf.initializers.constant({value: -100}),
      }),
      tf.layers.lstm({units: 2}),
      dense(1),
    );
    const monitor = new ActivationMonitor({...silent, every: 1});
    const detach = monitor.attach(model);
    for (const x of [normal(200, 3, 2), tf.zeros([200, 3, 2]), normal(200, 3, 2)]) {
      await model.trainOnBatch(x, tf.ones([200, 1]));
    }
    detach();
    expect(monitor.report().layers[0]).toMatchObject({samples: 400, dead: [0, 1], max: [0, 0]});
  });
});

test('units are on the axis of the channels, also behind a layer that has them first', async () => {
  const dataFormat = 'channelsFirst';
  const model = fixed(
    tf.layers.conv2d({
      filters: 3,
      kernelSize: 1,
      dataFormat,
      inputShape: [2, 5, 5],
      activation: 'tanh',
      useBias: false,
      kernelInitializer: 'zeros',
      name: 'conv',
    }),
    tf.layers.dropout({rate: 0.5}),
    tf.layers.reLU({name: 'stock'}),
    layers.prelu({dataFormat, name: 'own'}),
    layers.mish({name: 'plain'}),
    tf.layers.activation({activation: 'relu', name: 'string'}),
    dense(4, {activation: 'relu', name: 'last'}),
    tf.layers.flatten(),
    dense(1, {name: 'output'}),
  );
  const monitor = new ActivationMonitor({...silent, every: 1});
  await model.fit(normal(8, 2, 5, 5), tf.ones([8, 1]), {verbose: 0, callbacks: [monitor]});
  expect(monitor.report().layers.map(({name, units}) => [name, units])).toEqual([
    ['conv', 3],
    ['stock', 3],
    ['own', 3],
    ['plain', 3],
    ['string', 3],
    ['last', 4],
    ['output', 1],
  ]);
});

test('an output is one behind layers that only move its numbers too', () => {
  const model = fixed(
    dense(6, {inputShape: [4], activation: 'relu', name: 'hidden'}),
    tf.layers.dropout({rate: 0.1}),
    dense(6, {activation: 'sigmoid', name: 'pixels'}),
    tf.layers.dropout({rate: 0.1}),
    tf.layers.reshape({targetShape: [2, 3]}),
  );
  const {watched} = findLayers(model);
  expect(watched.map(({name, isOutput}) => [name, isOutput])).toEqual([
    ['hidden', false],
    ['pixels', true],
  ]);
});

test('a layer whose coefficients start elsewhere is not held to the inputs of the definition', () => {
  const domainOf = (layer: tf.layers.Layer): unknown => {
    const {watched} = findLayers(within(layer));
    return watched.find(each => each.layer === layer)!.instance!.domain;
  };
  const {rational, swish} = activations;
  const {layerArguments} = rational.fitTo(swish, {domain: [-5, 5]});
  expect(domainOf(layers.rational())).toEqual([-3, 3]);
  expect(domainOf(layers.rational(layerArguments))).toBeUndefined();
});
