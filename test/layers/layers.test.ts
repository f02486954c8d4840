import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import {ActivationMonitor, activations, constraints, layers} from '../../src/index.js';
import type {AnyActivation} from '../../src/definition.js';
import {modelOf, reloaded, saved} from '../helpers/layers.js';

const members = Object.values(activations) as AnyActivation[];
const learnable = members.filter(({weights}) => Object.keys(weights).length > 0);

const output = (model: tf.LayersModel, x: tf.Tensor): number[] => [
  ...(model.predict(x) as tf.Tensor).dataSync(),
];

const inputShape = [5];
const x = (): tf.Tensor2D =>
  tf.tensor2d([
    [-30, -2, -0.1, 0, 3],
    [0.5, 1, -1, 7, -4],
  ]);

/** Loads a layer from the configuration that Keras writes. */
async function fromKeras(
  className: string,
  config: object,
  shape = inputShape,
): Promise<tf.LayersModel> {
  const layer = {
    class_name: className,
    config: {
      name: 'layer',
      trainable: true,
      batch_input_shape: [null, ...shape],
      dtype: {
        module: 'keras',
        class_name: 'DTypePolicy',
        config: {name: 'float32'},
        registered_name: null,
      },
      ...config,
    },
  };
  const modelTopology = {class_name: 'Sequential', config: {name: 'model', layers: [layer]}};
  return tf.models.modelFromJSON({modelTopology} as never);
}

describe.each(['cpu', 'wasm'])('on %s', backend => {
  beforeAll(async () => {
    await tf.setBackend(backend);
  });

  test.each([
    ['reLU', {}],
    ['reLU', {maxValue: 2}],
    ['leakyReLU', {}],
    ['leakyReLU', {alpha: 0.1}],
    ['prelu', {alphaInitializer: 'ones'}],
    ['elu', {}],
    ['thresholdedReLU', {}],
    ['thresholdedReLU', {theta: 2}],
  ] as const)(
    '%s(%j) has the outputs of the stock layer, and loads what it saved',
    async (name, args) => {
      const stock = modelOf(tf.layers[name]({inputShape, ...args} as never));
      const ours = modelOf(layers[name]({inputShape, ...args} as never));
      const loaded = await reloaded(stock);
      expect(loaded.layers[0].constructor).toBe(ours.layers[0].constructor);
      expect(Object.keys(ours.layers[0].getConfig())).toEqual(
        expect.arrayContaining(Object.keys(stock.layers[0].getConfig())),
      );
      const expected = output(stock, x());
      for (const model of [ours, loaded]) {
        output(model, x()).forEach((value, index) => expect(value).toBeCloseTo(expected[index], 6));
      }
    },
  );

  test.each([
    ['LeakyReLU', {negative_slope: 0.01}, [-0.3, -0.02, -0.001, 0, 3]],
    ['ELU', {alpha: 0.5}, [-0.5, 0.5 * Math.expm1(-2), 0.5 * Math.expm1(-0.1), 0, 3]],
    ['ReLU', {max_value: 2, negative_slope: 0.5, threshold: 1}, [-15.5, -1.5, -0.55, -0.5, 2]],
    ['ReLU', {max_value: null, negative_slope: 0, threshold: 0}, [0, 0, 0, 0, 3]],
    [
      'PReLU',
      {
        alpha_initializer: {
          module: 'keras.initializers',
          class_name: 'Constant',
          config: {value: 0.5},
          registered_name: null,
        },
        alpha_regularizer: null,
        alpha_constraint: null,
        shared_axes: [1],
      },
      [-15, -1, -0.05, 0, 3],
    ],
    ['LeakyReLU', {alpha: 0.1, dtype: 'float32'}, [-3, -0.2, -0.01, 0, 3]],
    ['ThresholdedReLU', {theta: 1.5, dtype: 'float32'}, [0, 0, 0, 0, 3]],
    ['ELU', {alpha: 1, dtype: 'float32'}, [-1, Math.expm1(-2), Math.expm1(-0.1), 0, 3]],
  ])(
    'loads the configuration that Keras 3 or 2 writes of %s %j',
    async (className, config, expected) => {
      const model = await fromKeras(className, config);
      const actual = output(model, x()).slice(0, 5);
      actual.forEach((value, index) => expect(value).toBeCloseTo(expected[index], 6));
    },
  );

  test.each(members.map(activation => [activation.className, activation] as const))(
    '%s is the same after saving and loading, weights included',
    async (_, activation) => {
      const layer = activation.layer({inputShape} as object);
      const model = modelOf(layer);
      layer.setWeights(layer.getWeights().map(weight => weight.add(0.3)));
      const loaded = await reloaded(model);
      expect(output(loaded, x())).toEqual(output(model, x()));
      expect({...loaded.layers[0].getConfig()}).toEqual({...layer.getConfig()});
    },
  );

  test.each(['leaky_relu', 'hardSwish', 'silu', 'hard_silu', 'gelu_new', 'mish', 'celu'])(
    "activation: '%s' survives saving and loading",
    async activation => {
      const dense = tf.layers.dense({units: 3, inputShape, activation: activation as never});
      const model = modelOf(dense);
      expect(output(await reloaded(model), x())).toEqual(output(model, x()));
    },
  );

  test.each([
    [undefined, [1, 1, 3]],
    [1, [1, 4, 3]],
    [
      [1, -1],
      [1, 4, 1],
    ],
    [-1, [2, 4, 1]],
    ['spatial', [1, 1, 3]],
    ['all', [1, 1, 1]],
    [[], [2, 4, 3]],
  ] as const)('sharedAxes %j gives weights of shape %j', (sharedAxes, shape) => {
    const layer = layers.swishBeta({sharedAxes: sharedAxes as never});
    layer.apply(tf.input({shape: [2, 4, 3]}));
    expect(layer.getWeights()[0].shape).toEqual(shape);
    const rebuilt = layers.swishBeta(layer.getConfig() as object);
    expect(rebuilt.getConfig()).toEqual(layer.getConfig());
  });

  test('channelsFirst shares the axes behind the channel', () => {
    const layer = layers.pelu({dataFormat: 'channelsFirst'});
    layer.apply(tf.input({shape: [3, 8, 8]}));
    expect(layer.getWeights().map(({shape}) => shape)).toEqual([
      [3, 1, 1],
      [3, 1, 1],
    ]);
    expect(layer.getConfig().sharedAxes).toEqual([2, 3]);
  });

  test('weights shared over space take inputs of unknown and varying size', () => {
    const layer = layers.prelu({sharedAxes: [1, 2], inputShape: [null, null, 2] as never});
    const model = modelOf(layer);
    for (const size of [4, 7]) {
      expect((model.predict(tf.ones([1, size, size, 2])) as tf.Tensor).shape).toEqual([
        1,
        size,
        size,
        2,
      ]);
    }
    expect(() => layers.prelu().apply(tf.input({shape: [null, null, 2]}))).toThrow(
      /PReLU 'p_re_lu.*size of axis 1 is unknown in \[null,null,null,2\].*sharedAxes/,
    );
  });

  test('passes masks on', () => {
    const layer = layers.prelu();
    const mask = tf.tensor2d([[1, 0]], [1, 2], 'bool');
    expect(layer.supportsMasking).toBe(true);
    expect(layer.computeMask(tf.ones([1, 2, 3]), mask)).toBe(mask);
  });

  test.each([
    ['sgd', () => tf.train.sgd(5)],
    ['momentum', () => tf.train.momentum(5, 0.9)],
    ['adam', () => tf.train.adam(5)],
    ['adamax', () => tf.train.adamax(5)],
    ['adagrad', () => tf.train.adagrad(5)],
    ['adadelta', () => tf.train.adadelta(500)],
    ['rmsprop', () => tf.train.rmsprop(5)],
  ] as const)('constraints hold right after every step of %s', async (_, optimizer) => {
    const layer = layers.pelu({inputShape, name: 'pelu'});
    const model = modelOf(layer, tf.layers.dense({units: 1, kernelInitializer: 'ones'}));
    model.compile({optimizer: optimizer(), loss: (_y: tf.Tensor, z: tf.Tensor) => tf.mean(z)});
    const unconstrained = layers.pelu({inputShape, name: 'free', aConstraint: null});
    const free = modelOf(unconstrained, tf.layers.dense({units: 1, kernelInitializer: 'ones'}));
    free.compile({optimizer: optimizer(), loss: (_y: tf.Tensor, z: tf.Tensor) => tf.mean(z)});
    const data = tf.ones([8, 5]);
    const weightsAfterSteps = async (
      trained: tf.LayersModel,
      watched: tf.layers.Layer,
    ): Promise<number[]> => {
      const seen: number[] = [];
      const onBatchEnd = async (): Promise<void> => {
        seen.push(...watched.getWeights().flatMap(weight => [...weight.dataSync()]));
      };
      const options = {epochs: 3, batchSize: 4, verbose: 0, callbacks: {onBatchEnd}} as const;
      await trained.fit(data, tf.ones([8, 1]), options);
      return seen;
    };
    const constrained = await weightsAfterSteps(model, layer);
    expect(constrained).toHaveLength(60);
    expect(Math.min(...constrained)).toBeGreaterThanOrEqual(Math.fround(0.1));
    expect(Math.min(...(await weightsAfterSteps(free, unconstrained)))).toBeLessThan(0.1);
    const [a] = (await reloaded(model)).layers[0].getWeights();
    expect(Math.min(...a.dataSync())).toBeGreaterThanOrEqual(Math.fround(0.1));
  });

  test('a regularizer reaches the loss', async () => {
    const build = (args: object): tf.LayersModel => {
      const model = modelOf(layers.prelu({inputShape, alphaInitializer: 'ones', ...args}));
      model.compile({optimizer: tf.train.sgd(0), loss: 'meanSquaredError'});
      return model;
    };
    const losses = [{}, {alphaRegularizer: tf.regularizers.l2({l2: 0.1})}].map(async args =>
      build(args).trainOnBatch(x(), x()),
    );
    const [plain, regularized] = (await Promise.all(losses)) as number[];
    expect(regularized - plain).toBeCloseTo(0.5, 5);
  });

  test('training leaks nothing and moves the weights; a frozen layer stays', async () => {
    for (const trainable of [true, false]) {
      const layer = layers.rational({inputShape, trainable});
      const model = modelOf(layer, tf.layers.dense({units: 1}));
      model.compile({optimizer: 'sgd', loss: 'meanSquaredError'});
      const before = layer.getWeights().map(weight => [...weight.dataSync()]);
      const [data, targets] = [tf.ones([8, 5]), tf.ones([8, 1])];
      await model.fit(data, targets, {verbose: 0});
      const {numTensors} = tf.memory();
      await model.fit(data, targets, {verbose: 0});
      expect(tf.memory().numTensors).toBe(numTensors);
      const after = layer.getWeights().map(weight => [...weight.dataSync()]);
      if (trainable) expect(after).not.toEqual(before);
      else expect(after).toEqual(before);
    }
  });
});

test.each(learnable.map(activation => [activation.name, activation] as const))(
  'the string %s says how to use a learnable activation',
  (name, activation) => {
    const message = `'${name}' learns ${Object.keys(activation.weights).join(', ')}`;
    expect(() => tf.layers.dense({units: 1, activation: name as never})).toThrow(message);
  },
);

test('options of an activation by name are refused, since tfjs would not save them', () => {
  const activation = {className: 'elu', config: {alpha: 0.5}} as never;
  expect(() => tf.layers.dense({units: 1, activation})).toThrow(
    /'elu' was given alpha.*layers\.elu/,
  );
});

test('a constraint that was taken away stays away after saving and loading', async () => {
  await tf.setBackend('cpu');
  const layer = layers.pelu({inputShape, aConstraint: null});
  const loaded = (await reloaded(modelOf(layer))).layers[0];
  expect(loaded.getConfig().aConstraint).toBeNull();
  expect(loaded.getConfig().bConstraint).toEqual(layer.getConfig().bConstraint);
  layer.setWeights(layer.getWeights().map(() => tf.fill([5], -1)));
  loaded.setWeights(loaded.getWeights().map(() => tf.fill([5], -1)));
  for (const {weights} of [layer, loaded]) {
    const [a, b] = weights.map(weight => weight.read().dataSync()[0]);
    expect([a, b]).toEqual([-1, Math.fround(0.1)]);
  }
});

test.each(['nonNeg', constraints.minValue(0.1)])(
  'loading and setting a weight under the constraint %j leaks nothing, and applies it',
  async alphaConstraint => {
    await tf.setBackend('cpu');
    const artifacts = await saved(modelOf(layers.prelu({inputShape, alphaConstraint})));
    const weight = tf.fill([5], -1);
    const {numTensors} = tf.memory();
    const model = await tf.loadLayersModel(tf.io.fromMemory(artifacts));
    expect(tf.memory().numTensors).toBe(numTensors + 1);
    model.layers[0].setWeights([weight]);
    expect(tf.memory().numTensors).toBe(numTensors + 1);
    expect(Math.min(...model.layers[0].weights[0].read().dataSync())).toBeGreaterThanOrEqual(0);
    model.dispose();
    expect(tf.memory().numTensors).toBe(numTensors);
  },
);

test('the mask of a layer before reaches the layers behind', () => {
  const masked = modelOf(
    tf.layers.masking({maskValue: 0, inputShape: [2, 1]}),
    layers.mish(),
    tf.layers.simpleRNN({units: 1, kernelInitializer: 'ones', recurrentInitializer: 'ones'}),
  );
  const unmasked = modelOf(
    layers.mish({inputShape: [1, 1]}),
    tf.layers.simpleRNN({units: 1, kernelInitializer: 'ones', recurrentInitializer: 'ones'}),
  );
  const step = output(unmasked, tf.tensor3d([[[0.5]]]));
  expect(output(masked, tf.tensor3d([[[0.5], [0]]]))).toEqual(step);
});

test.each([
  [() => layers.elu({alpha: NaN}), /ELU: alpha must be a finite number, got NaN/],
  [() => layers.elu({alpha: '1' as never}), /ELU: alpha must be a finite number, got '1'/],
  [
    () => layers.relu({maxValue: -1}),
    /ReLU: maxValue must be a finite number of at least 0, or null/,
  ],
  [() => layers.elu({beta: 1} as never), /ELU: unknown argument 'beta'; accepted: alpha, name/],
  [() => layers.gelu({approximate: 1 as never}), /approximate must be true or false, got 1/],
  [() => layers.leakyRelu({alpha: 0.1, negativeSlope: 0.2}), /same option and differ/],
  [
    () => layers.pelu({aConstraint: 'positive'}),
    /PELU: aConstraint must be a constraint \(.*\), got 'positive'/,
  ],
  [() => layers.pelu({sharedAxes: 'channels' as never}), /sharedAxes must be an axis number/],
  [() => layers.pelu({dataFormat: 'nchw' as never}), /dataFormat must be 'channelsLast'/],
  [
    () => layers.pelu({sharedAxes: 3, name: 'p'}).apply(tf.input({shape: [2, 2]})),
    /PELU 'p': shared axis 3 is out of range for an input of rank 3/,
  ],
  [() => layers.pelu({sharedAxes: 0}).apply(tf.input({shape: [2]})), /axis 0 is the batch/],
  [() => layers.celu({alpha: 0}), /CELU: alpha must be a finite number other than 0, got 0/],
  [() => constraints.minValue(NaN), /MinValue: minValue must be a finite number, got NaN/],
  [() => constraints.minMaxValue(2, 1), /minValue 2 is larger than maxValue 1/],
])('a mistake is named before anything is created: %s', (build, message) => {
  const {numTensors} = tf.memory();
  expect(build).toThrow(message);
  expect(tf.memory().numTensors).toBe(numTensors);
});

test('loading a weight of another shape names layer and weight', async () => {
  const artifacts = await saved(modelOf(layers.prelu({inputShape, name: 'slope'})));
  const topology = JSON.stringify(artifacts.modelTopology).replace(
    '"shared_axes":[]',
    '"shared_axes":[1]',
  );
  const modelTopology = JSON.parse(topology) as object;
  const load = tf.loadLayersModel(tf.io.fromMemory({...artifacts, modelTopology}));
  await expect(load).rejects.toThrow(/PReLU 'slope': alpha has shape \[1\], but .* shape \[5\]/);
});

test('minValue and its kin bound what they are given', () => {
  const weight = tf.tensor1d([-1, 0.5, 3]);
  const bounds = [constraints.minValue(0), constraints.maxValue(1), constraints.minMaxValue(0, 1)];
  expect(bounds.map(bound => [...bound.apply(weight).dataSync()])).toEqual([
    [0, 0.5, 3],
    [-1, 0.5, 1],
    [0, 0.5, 1],
  ]);
});

test('the monitor watches our layers and stock ones alike', async () => {
  await tf.setBackend('cpu');
  const model = modelOf(
    tf.layers.dense({units: 2, inputShape}),
    tf.layers.prelu({name: 'stock'}),
    layers.mish({name: 'ours'}),
    tf.layers.activation({activation: 'tanh', name: 'string'}),
    tf.layers.dense({units: 1, name: 'out'}),
  );
  model.compile({optimizer: 'sgd', loss: 'meanSquaredError'});
  const monitor = new ActivationMonitor({reporters: []});
  await model.fit(x(), tf.ones([2, 1]), {verbose: 0, callbacks: [monitor]});
  const {layers: seen, notWatched} = monitor.report();
  expect(seen.map(({name, activation}) => [name, activation])).toEqual([
    ['stock', 'prelu'],
    ['ours', 'mish'],
    ['string', 'tanh'],
    ['out', 'linear'],
  ]);
  expect(notWatched.map(({reason}) => reason)).toEqual([
    'has no activation',
    'linear, and not an output',
  ]);
});
