import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import {ActivationMonitor, layers} from '../../src/index.js';
import {mixingLayers} from '../../src/layers/index.js';
import {spread} from '../helpers/arrays.js';
import {modelOf, reloaded} from '../helpers/layers.js';

const numbers = (tensor: tf.Tensor): number[] => [...tensor.dataSync()];
/** The configuration as a file holds it. */
const configOf = (layer: tf.layers.Layer): unknown =>
  JSON.parse(JSON.stringify(layer.getConfig(), (_, value: unknown) => value ?? null));
const kernelInitializer = tf.initializers.glorotUniform({seed: 2});
const slopeInitializer = tf.initializers.randomNormal({seed: 7, stddev: 1});

/** Each layer, with settings that are not its defaults, for inputs [batch, 4, 4, 4]. */
const MAKERS: Record<string, (args: object) => tf.layers.Layer> = {
  softmax: args => layers.softmax({axis: [1, -1], ...args}),
  logSoftmax: args => layers.logSoftmax({axis: 2, ...args}),
  sparsemax: args => layers.sparsemax({axis: 3, ...args}),
  glu: args => layers.glu({axis: 1, ...args}),
  reglu: args => layers.reglu({axis: 2, ...args}),
  geglu: args => layers.geglu({axis: -2, ...args}),
  swiglu: args => layers.swiglu(args),
  maxout: args => layers.maxout({numUnits: 2, axis: 2, ...args}),
  crelu: args => layers.crelu({axis: 1, ...args}),
  rrelu: args => layers.rrelu({lower: 0.1, upper: 0.2, seed: 3, ...args}),
  probAct: args => layers.probAct({sharedAxes: 'all', seed: 3, ...args}),
  eelu: args => layers.eelu({epsilon: 0.5, seed: 3, dataFormat: 'channelsFirst', ...args}),
  metaAcon: args =>
    layers.metaAcon({
      reduction: 2,
      p1Initializer: slopeInitializer,
      p2Regularizer: 'l1l2',
      kernelInitializer,
      ...args,
    }),
  dynamicRelu: args => layers.dynamicRelu({reduction: 1, pieces: 3, kernelInitializer, ...args}),
  frelu: args => layers.frelu({depthwiseInitializer: kernelInitializer, ...args}),
  kan: args => layers.kan({units: 3, gridSize: 4, splineOrder: 2, gridRange: [-2, 2], ...args}),
};

test('every layer that mixes units or is random is tested', () => {
  const names = mixingLayers.map(({activationName}) => activationName);
  expect(Object.keys(MAKERS).sort()).toEqual([...names].sort());
  for (const {activationName, className, formulaText, paper} of mixingLayers) {
    expect(MAKERS[activationName]({}).getClassName()).toBe(className);
    expect(formulaText.length).toBeGreaterThan(5);
    expect(paper).toMatch(/^[A-Z].*, (19|20)\d\d, ./);
  }
});

describe.each(['cpu', 'wasm'])('on %s', backend => {
  beforeAll(async () => {
    await tf.setBackend(backend);
  });

  const cases = Object.entries(MAKERS);
  const inputShape = [4, 4, 4];
  const input = (batch: number): tf.Tensor => tf.tensor(spread(64 * batch), [batch, ...inputShape]);

  const small = (make: (args: object) => tf.layers.Layer): tf.Sequential => {
    const head = tf.layers.dense({units: 1, kernelInitializer});
    const model = modelOf(make({inputShape}), tf.layers.flatten(), head);
    model.compile({loss: 'meanSquaredError', optimizer: tf.train.adam(0.01)});
    return model;
  };
  const targets = (x: tf.Tensor): tf.Tensor =>
    tf.tidy(() => tf.sin(tf.sum(tf.mul(x, x), [1, 2, 3])).reshape([-1, 1]));

  test.each(cases)('%s is the same after saving and loading', async (_, make) => {
    const model = modelOf(make({inputShape, name: 'watched'}));
    const [layer] = model.layers;
    layer.setWeights(layer.getWeights().map(weight => weight.add(0.3)));
    const loaded = await reloaded(model);
    const x = input(2);
    expect(numbers(loaded.predict(x) as tf.Tensor)).toEqual(numbers(model.predict(x) as tf.Tensor));
    expect(configOf(loaded.layers[0])).toEqual(configOf(layer));
    const Class = layer.constructor as unknown as {
      fromConfig(cls: unknown, config: object): tf.layers.Layer;
    };
    expect(Class.fromConfig(Class, {...layer.getConfig()}).getConfig()).toEqual(layer.getConfig());
    expect(model.outputs[0].shape.slice(1)).toEqual((model.predict(x) as tf.Tensor).shape.slice(1));
  });

  test.each(cases)(
    'a small model with %s learns, each weight moves, nothing leaks',
    async (_, make) => {
      const model = small(make);
      const [x, steps] = [input(32), {epochs: 1, batchSize: 8, verbose: 0} as const];
      const y = targets(x);
      const [layer] = model.layers;
      const before = layer.getWeights().map(numbers);
      await model.fit(x, y, steps);
      const {numTensors} = tf.memory();
      const [first] = (await model.fit(x, y, steps)).history.loss as number[];
      expect(tf.memory().numTensors).toBe(numTensors);
      const {history} = await model.fit(x, y, {...steps, epochs: 15});
      expect(history.loss[14]).toBeLessThan(first);
      layer.getWeights().forEach((weight, index) => {
        if (index >= layer.trainableWeights.length) return;
        expect(numbers(weight)).not.toEqual(before[index]);
      });
      expect(numbers(model.predict(x) as tf.Tensor)).toEqual(
        numbers(model.predict(x) as tf.Tensor),
      );
    },
  );

  const learned = cases.filter(([, make]) => {
    const layer = make({});
    return 'weightParts' in layer && Object.keys(layer.weightParts as object).length > 0;
  });

  test.each(learned)('%s is trained, saved and loaded within a nested model', async (_, make) => {
    const inner = modelOf(make({inputShape}), tf.layers.flatten());
    const model = modelOf(inner, tf.layers.dense({units: 1, kernelInitializer}));
    model.compile({loss: 'meanSquaredError', optimizer: 'adam'});
    const x = input(8);
    const count = inner.layers[0].weights.length;
    expect(inner.weights).toHaveLength(count);
    const before = inner.getWeights().map(numbers);
    await model.fit(x, targets(x), {verbose: 0});
    expect(inner.getWeights().map(numbers)).not.toEqual(before);
    const loaded = await reloaded(model);
    expect(numbers(loaded.predict(x) as tf.Tensor)).toEqual(numbers(model.predict(x) as tf.Tensor));
  });

  test.each(learned)('%s is left as it is where it is frozen', async (_, make) => {
    for (const freeze of ['before', 'after'] as const) {
      const model = small(args => make({...args, trainable: freeze !== 'before'}));
      const [layer] = model.layers;
      layer.trainable = false;
      model.compile({loss: 'meanSquaredError', optimizer: 'sgd'});
      expect(layer.trainableWeights).toEqual([]);
      const before = layer.getWeights().map(numbers);
      const x = input(8);
      await model.fit(x, targets(x), {verbose: 0});
      expect(layer.getWeights().map(numbers)).toEqual(before);
    }
  });

  test.each([
    ['metaAcon', ['kernel', 'p1']],
    ['dynamicRelu', ['kernel']],
    ['frelu', ['depthwise']],
    ['kan', ['baseKernel', 'splineKernel']],
    ['eelu', ['alpha'], {epsilon: 0}],
  ] as [string, string[], object?][])(
    'regularizers and constraints reach the weights of %s',
    async (name, weights, more = {}) => {
      const args = (part: string, value: unknown): object =>
        Object.fromEntries(weights.map(weight => [`${weight}${part}`, value]));
      const initial = args('Initializer', 'ones');
      const l1 = args('Regularizer', tf.regularizers.l1({l1: 1}));
      const x = input(4);
      const [plain, regularized] = [{}, l1].map(each => {
        const model = small(given => MAKERS[name]({...given, ...more, ...initial, ...each}));
        model.compile({loss: 'meanSquaredError', optimizer: tf.train.sgd(0)});
        return model;
      });
      const [dense, denseOfOther] = [plain, regularized].map(model => model.layers[2]);
      denseOfOther.setWeights(dense.getWeights());
      const others = plain.layers[0].getWeights();
      regularized.layers[0].setWeights(others);
      const own = plain.layers[0].weights.filter(({originalName}) =>
        weights.some(weight => originalName.toLowerCase().endsWith(weight.toLowerCase())),
      );
      const expected = own.reduce(
        (sum, weight) => sum + weight.shape.reduce<number>((a, b) => a * b!, 1),
        0,
      );
      const losses = await Promise.all(
        [plain, regularized].map(async model => {
          const {history} = await model.fit(x, targets(x), {verbose: 0});
          return history.loss[0] as number;
        }),
      );
      expect(own.length).toBeGreaterThan(0);
      expect(losses[1] - losses[0]).toBeCloseTo(expected, 2);

      const constrained = small(given =>
        MAKERS[name]({
          ...given,
          ...initial,
          ...args('Constraint', {className: 'MaxNorm', config: {maxValue: 0.01, axis: 0}}),
        }),
      );
      await constrained.fit(x, targets(x), {verbose: 0});
      const held = constrained.layers[0].weights.filter(({originalName}) =>
        own.some(weight => weight.originalName.split('/').pop() === originalName.split('/').pop()),
      );
      for (const weight of held) {
        expect(tf.max(tf.abs(weight.read())).dataSync()[0]).toBeLessThan(0.0101);
      }
    },
  );

  test.each(cases)('the monitor watches %s as a whole, without a slope', async (name, make) => {
    const model = small(args => make({...args, name: 'watched'}));
    const monitor = new ActivationMonitor({reporters: [], every: 1});
    const x = input(16);
    await model.fit(x, targets(x), {epochs: 2, verbose: 0, callbacks: [monitor]});
    const report = monitor.report();
    const seen = report.layers.find(layer => layer.name === 'watched');
    const units = model.layers[0].outputShape as number[];
    expect(seen).toMatchObject({
      activation: name,
      slope: null,
      dead: [],
      saturated: [],
      samples: 32,
    });
    expect(seen!.units).toBe(units[units.length - 1]);
    expect(report.problems).toEqual([]);
    expect(report.findings.map(({rule}) => rule)).not.toContain('dead-units');
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });
});
