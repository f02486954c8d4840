import * as tf from '@tensorflow/tfjs';
import {ActivationMonitor, activationParameterGroup, defineActivation} from '../../src/index.js';
import {
  fewerUnits,
  lowerLearningRate,
  normalizeBeforeActivation,
  raiseLearningRate,
  revive,
  slopeOnBothSides,
  startAtScale,
} from '../../src/monitor/fixes.js';
import type {LayerClass, LayerSnapshot, Snapshot} from '../../src/monitor/types.js';
import {runCode} from '../helpers/run-code.js';
import {layerOf, snapshotOf} from '../helpers/snapshots.js';

beforeAll(() => tf.setBackend('cpu'));

/** The last snapshot of a short run of a model, with its own optimizer or in a loop with another. */
async function watch(model: tf.LayersModel, optimizer?: tf.Optimizer): Promise<Snapshot> {
  const monitor = new ActivationMonitor({reporters: [], every: 1, rules: []});
  const shape = model.inputs[0].shape.slice(1) as number[];
  const x = tf.randomNormal([8, ...shape]);
  const y = tf.zerosLike(model.predict(x) as tf.Tensor);
  if (!optimizer) {
    await model.fit(x, y, {verbose: 0, callbacks: [monitor]});
  } else {
    const detach = monitor.attach(model, optimizer);
    optimizer.minimize(() => tf.losses.meanSquaredError(y, model.apply(x) as tf.Tensor));
    detach();
  }
  return monitor.snapshots[monitor.snapshots.length - 1];
}

const small = (optimizer?: tf.Optimizer): tf.Sequential => {
  const model = tf.sequential({layers: [tf.layers.dense({units: 1, inputShape: [2]})]});
  if (optimizer) model.compile({optimizer, loss: 'meanSquaredError'});
  return model;
};

/** An optimizer that nobody knows. */
class Halving extends tf.Optimizer {
  static readonly className = 'Halving';

  constructor(private readonly config: tf.serialization.ConfigDict) {
    super();
  }

  override applyGradients(): void {}

  override getConfig(): tf.serialization.ConfigDict {
    return this.config;
  }
}

describe('the learning rate', () => {
  test.each<[string, () => tf.Optimizer]>([
    ['tf.train.sgd(0.001)', () => tf.train.sgd(0.01)],
    ['tf.train.momentum(0.001, 0.5)', () => tf.train.momentum(0.01, 0.5)],
    ['tf.train.momentum(0.001, 0.5, true)', () => tf.train.momentum(0.01, 0.5, true)],
    ['tf.train.rmsprop(0.001)', () => tf.train.rmsprop(0.01)],
    ['tf.train.rmsprop(0.001, 0.9, 0.8)', () => tf.train.rmsprop(0.01, 0.9, 0.8)],
    [
      'tf.train.rmsprop(0.001, 0.8, 0, 1e-7, true)',
      () => tf.train.rmsprop(0.01, 0.8, 0, 1e-7, true),
    ],
    ['tf.train.adam(0.00003)', () => tf.train.adam(0.0003)],
    ['tf.train.adam(1e-7)', () => tf.train.adam(1e-6)],
    ['tf.train.adam(0.001, 0.5)', () => tf.train.adam(0.01, 0.5)],
    ['tf.train.adam(0.001, 0.9, 0.999, 0.1)', () => tf.train.adam(0.01, 0.9, 0.999, 0.1)],
    ['tf.train.adamax(0.0002)', () => tf.train.adamax()],
    ['tf.train.adagrad(0.001, 0.2)', () => tf.train.adagrad(0.01, 0.2)],
    ['tf.train.adadelta(0.1)', () => tf.train.adadelta(1)],
  ])('becomes %s', async (expected, create) => {
    const snapshot = await watch(small(create()));
    const {title, code} = lowerLearningRate(snapshot);
    expect(title).toBe('Lower the learning rate');
    expect(code).toBe(
      'const {loss, metrics} = model;\n' +
        `model.compile({optimizer: ${expected}, loss, metrics});`,
    );
    const {optimizer, metrics, loss} = await runCode(code!, {layerClass: 'Dense'}, create());
    const before = create().getConfig();
    const learningRate = expect.closeTo((before.learningRate as number) / 10, 9) as number;
    expect(optimizer.getClassName()).toBe(create().getClassName());
    expect(optimizer.getConfig()).toEqual({...before, learningRate});
    expect([loss, metrics]).toEqual(['meanSquaredError', ['mse']]);
  });

  test('is that of the optimizer in a parameter group, which stays around it', async () => {
    const options = {learningRate: 0.5, decay: 0.01};
    const create = () => activationParameterGroup(tf.train.adam(0.01), options);
    const snapshot = await watch(small(create()));
    expect(snapshot.optimizer).toMatchObject({
      className: 'Adam',
      learningRate: 0.01,
      activationWeights: options,
    });
    const {code} = lowerLearningRate(snapshot);
    const {optimizer} = await runCode(code!, {layerClass: 'Dense'}, create());
    const expected = activationParameterGroup(tf.train.adam(0.001), options);
    expect(optimizer.getConfig()).toEqual(expected.getConfig());
  });

  test('is raised ten times', () => {
    const {code} = raiseLearningRate(snapshotOf());
    expect(code).toContain('tf.train.sgd(0.1)');
  });

  test('is that of the moment', async () => {
    const optimizer = tf.train.sgd(0.01) as tf.SGDOptimizer;
    const model = small(optimizer);
    const monitor = new ActivationMonitor({reporters: [], every: 1, rules: []});
    const [x, y] = [tf.ones([4, 2]), tf.ones([4, 1])];
    const decay = new tf.CustomCallback({});
    decay.onEpochEnd = async () => optimizer.setLearningRate(0.005);
    await model.fit(x, y, {epochs: 2, verbose: 0, callbacks: [monitor, decay]});
    const rates = monitor.snapshots.map(({optimizer: seen}) => seen?.learningRate);
    expect([rates[0], rates[rates.length - 1]]).toEqual([0.01, 0.005]);
  });

  test('is that of the optimizer of a loop, which the model does not know', async () => {
    const snapshot = await watch(small(), tf.train.momentum(0.1, 0.9));
    expect(lowerLearningRate(snapshot).code).toBe(
      'const optimizer = tf.train.momentum(0.01, 0.9);',
    );
  });

  test.each<[string, tf.serialization.ConfigDict]>([
    ['Lower the learning rate of the Halving to 0.02', {learningRate: 0.2, name: 'h', other: null}],
    ['Lower the learning rate to a tenth of its value', {}],
    ['Lower the learning rate to a tenth of its value', {learningRate: 0}],
  ])('of another optimizer has no code: %s', async (title, config) => {
    const snapshot = await watch(small(new Halving(config)));
    expect(lowerLearningRate(snapshot)).toEqual({title});
  });

  test('of an optimizer that tells nothing is not known', async () => {
    const silent = new Halving({});
    silent.getConfig = () => {
      throw new Error('no configuration');
    };
    const snapshot = await watch(small(silent));
    expect(snapshot.optimizer).toBeNull();
    expect(raiseLearningRate(snapshot)).toEqual({
      title: 'Raise the learning rate to ten times its value',
    });
  });
});

describe('reviving', () => {
  const fixesFor = (changes: Partial<LayerSnapshot>) =>
    revive(layerOf(2, changes), snapshotOf(), 'dead-units');

  test.each<Partial<LayerSnapshot>>([
    {layerClass: 'Dense'},
    {layerClass: 'Conv2DTranspose'},
    {layerClass: 'ReLU', producerClass: 'Conv1D'},
    {layerClass: 'ReLU'},
  ])('is a fix for %p', changes => {
    expect(fixesFor(changes)).toEqual([
      {
        title: expect.stringContaining('Revive') as string,
        code:
          'reviveUnits(model, monitor.findings);\n' +
          '// or whenever there are any, while it trains: new ActivationMonitor({revive: true})',
      },
    ]);
  });

  test.each<Partial<LayerSnapshot>>([
    {layerClass: 'Dense', isOutput: true},
    {layerClass: 'LSTM'},
    {layerClass: 'DepthwiseConv2D'},
    {layerClass: 'ReLU', producerClass: 'SeparableConv2D'},
    {layerClass: 'Dense', wrapperClass: 'TimeDistributed'},
  ])('is none for %p, whose units would be skipped', changes => {
    expect(fixesFor(changes)).toEqual([]);
  });
});

describe('the class of a layer', () => {
  const softStep = defineActivation({name: 'softStep', formula: ({x}) => x.tanh().mul(2)});

  const codesFor = (layer: LayerClass & {activation?: string; slope?: null}): string[] => {
    const subject = layerOf(2, layer);
    const {code: start} = startAtScale(subject);
    const {code: normalize} = normalizeBeforeActivation(subject);
    const {code: fewer} = fewerUnits(subject);
    return [
      start,
      normalize,
      fewer,
      ...slopeOnBothSides(subject).map(({code}) => code),
    ] as string[];
  };

  test.each<[Parameters<typeof codesFor>[0], string[]]>([
    [
      {layerClass: 'Dense'},
      [
        "tf.layers.dense({units, kernelInitializer: 'heNormal', biasInitializer: 'zeros'});",
        'model.add(tf.layers.dense({units, useBias: false}));\n' +
          'model.add(tf.layers.batchNormalization());\n' +
          "model.add(tf.layers.activation({activation: 'tanh'}));",
        'tf.layers.dense({units: Math.ceil(units / 2)});',
        'model.add(tf.layers.dense({units}));\nmodel.add(layers.prelu());',
      ],
    ],
    [
      {layerClass: 'Conv2D', activation: 'relu'},
      [
        "tf.layers.conv2d({filters, kernelSize, kernelInitializer: 'heNormal', biasInitializer: 'zeros'});",
        'model.add(tf.layers.conv2d({filters, kernelSize, useBias: false}));\n' +
          'model.add(tf.layers.batchNormalization());\n' +
          "model.add(tf.layers.activation({activation: 'relu'}));",
        'tf.layers.conv2d({filters: Math.ceil(filters / 2), kernelSize});',
        'model.add(tf.layers.conv2d({filters, kernelSize}));\n' +
          "model.add(layers.prelu({sharedAxes: 'spatial'}));",
      ],
    ],
    [
      {layerClass: 'LSTM'},
      [
        "tf.layers.lstm({units, kernelInitializer: 'glorotNormal', biasInitializer: 'zeros'});",
        'model.add(tf.layers.layerNormalization());\nmodel.add(tf.layers.lstm({units}));',
        'tf.layers.lstm({units: Math.ceil(units / 2)});',
      ],
    ],
    [
      {layerClass: 'PReLU', activation: 'prelu'},
      [
        "tf.layers.dense({units, kernelInitializer: 'heNormal', biasInitializer: 'zeros'});",
        'model.add(tf.layers.dense({units, useBias: false}));\n' +
          'model.add(tf.layers.batchNormalization());\n' +
          'model.add(prelu.layer());',
        'tf.layers.dense({units: Math.ceil(units / 2)});',
        'model.add(tf.layers.dense({units}));\nmodel.add(layers.prelu());',
      ],
    ],
  ])('%p decides the code', (layer, expected) => {
    expect(codesFor(layer)).toEqual(expected);
  });

  test.each<[string, LayerClass & {activation: string; slope?: null}]>([
    ['model.add(softStep.layer());', {layerClass: 'SoftStep', activation: 'softStep'}],
    [
      "model.add(tf.layers.activation({activation: 'softStep'}));",
      {layerClass: 'Conv1D', activation: 'softStep'},
    ],
    ['model.add(layers.softmax());', {layerClass: 'Softmax', activation: 'softmax', slope: null}],
    [
      'model.add(tf.layers.timeDistributed({layer: prelu.layer()}));',
      {layerClass: 'PReLU', wrapperClass: 'TimeDistributed', activation: 'prelu'},
    ],
  ])('ends with %s', (expected, layer) => {
    const {code} = normalizeBeforeActivation(layerOf(2, layer));
    expect(code!.split('\n').pop()).toBe(expected);
    expect(softStep.layer().getClassName()).toBe('SoftStep');
  });

  test('leaves the activation out where only a kernel is known', () => {
    const {code} = normalizeBeforeActivation({layerClass: 'Dense'});
    expect(code).toMatch(/batchNormalization\(\)\);$/);
  });
});
