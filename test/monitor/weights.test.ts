import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import {ActivationMonitor, constraints, layers} from '../../src/index.js';
import type {WeightSnapshot} from '../../src/monitor/types.js';
import {dense, normal, silent} from '../helpers/monitor.js';

const BATCH = 10;

/** Tanh, and a PReLU of each unit, that learn. */
function learning(rate = 0.1): tf.Sequential {
  const model = tf.sequential({
    layers: [
      dense(3, {inputShape: [4], activation: 'tanh', name: 'hidden'}),
      layers.prelu({name: 'learned'}),
      dense(1, {name: 'output'}),
    ],
  });
  model.layers[1].setWeights([tf.tensor1d([0.1, -0.2, 0.3])]);
  model.compile({loss: 'meanSquaredError', optimizer: tf.train.sgd(rate)});
  return model;
}

interface Step {
  readonly before: number[];
  readonly gradient: number[];
  readonly after: number[];
}

const numbersOf = (tensor: tf.Tensor): number[] => [...tensor.dataSync()];

/** The steps of plain gradient descent, by weight in the order of the model's. */
function descend(
  weights: readonly tf.Tensor[],
  x: tf.Tensor,
  y: tf.Tensor,
  rate: number,
): Step[][] {
  const [kernel, bias, alpha, head, headBias] = weights.map((weight, index) =>
    tf.variable(weight, true, `copy${index}/${Math.random()}`),
  );
  const variables = [kernel, bias, alpha, head, headBias];
  const batches = Math.ceil(x.shape[0] / BATCH);
  return Array.from({length: batches}, (_, batch) => {
    const size = Math.min(BATCH, x.shape[0] - batch * BATCH);
    const [input, truth] = [x, y].map(all =>
      tf.slice(all, [batch * BATCH, 0], [size, all.shape[1]!]),
    );
    const {grads} = tf.variableGrads(() => {
      const hidden = tf.tanh(tf.add(tf.matMul(input, kernel), bias));
      const learned = tf.add(tf.relu(hidden), tf.mul(alpha, tf.minimum(hidden, 0)));
      const output = tf.add(tf.matMul(learned, head), headBias);
      return tf.mean(tf.square(tf.sub(output, truth))).asScalar();
    }, variables);
    return variables.map(variable => {
      const gradient = grads[variable.name];
      const before = numbersOf(variable);
      variable.assign(tf.sub(variable, tf.mul(gradient, rate)));
      return {before, gradient: numbersOf(gradient), after: numbersOf(variable)};
    });
  });
}

const NAMES = ['hidden/kernel', 'hidden/bias', 'learned/alpha', 'output/kernel', 'output/bias'];

function expectWeights(seen: readonly WeightSnapshot[], steps: readonly Step[][]): void {
  expect(seen.map(({layer, name}) => `${layer}/${name}`)).toEqual(NAMES);
  seen.forEach((weight, index) => {
    const own = steps.map(step => step[index]);
    const mean = (of: (step: Step, element: number) => number): number => {
      const all = own.flatMap(step => step.before.map((_, element) => of(step, element)));
      return all.reduce((sum, value) => sum + value, 0) / all.length;
    };
    expect(weight.steps).toBe(steps.length);
    expect(weight.nonFinite).toBe(0);
    expect(weight.isOfActivation).toBe(weight.layer === 'learned');
    const magnitude = mean(({before}, element) => Math.abs(before[element]));
    const update = mean(({before, after}, element) => Math.abs(after[element] - before[element]));
    const gradient = mean((step, element) => Math.abs(step.gradient[element]));
    const squares = mean((step, element) => step.gradient[element] ** 2);
    expect(weight.magnitude).toBeCloseTo(magnitude, 5);
    expect(weight.update).toBeCloseTo(update, 6);
    expect(weight.gradient).toBeCloseTo(gradient, 5);
    expect(weight.gradientRms).toBeCloseTo(Math.sqrt(squares), 5);
    // The numbers above are not all 0.
    expect(update).toBeGreaterThan(1e-4);
  });
}

describe.each(['cpu', 'wasm'])('weights on %s', backend => {
  beforeAll(async () => {
    await tf.setBackend(backend);
    await tf.ready();
  });

  test.each([
    [1, 1],
    [1, 5],
    [2, 5],
    [3, 7],
  ])('with every: %d, after %d steps, are as gradient descent has them', async (every, steps) => {
    const rate = 0.1;
    const model = learning(rate);
    const x = normal(steps * BATCH, 4);
    const y = tf.sum(tf.square(x), 1, true);
    const all = descend(model.getWeights(), x, y, rate);
    const monitor = new ActivationMonitor({...silent, every});
    await model.fit(x, y, {
      batchSize: BATCH,
      epochs: 1,
      shuffle: false,
      verbose: 0,
      callbacks: [monitor],
    });
    const watched = all.filter((_, step) => step % every === 0);
    expectWeights(monitor.snapshots[monitor.snapshots.length - 1].weights, watched);
    expectWeights(monitor.report().weights, watched);
    const ends = model.getWeights().map(numbersOf);
    ends.forEach((values, index) =>
      values.forEach((value, element) =>
        expect(value).toBeCloseTo(all[steps - 1][index].after[element], 5),
      ),
    );
  });

  test('are of their window, and a shared one counts what all its calls give', async () => {
    const rate = 0.05;
    const input = tf.input({shape: [2]});
    const shared = dense(2, {activation: 'tanh', name: 'shared', useBias: false});
    const output = dense(1, {name: 'output', useBias: false}).apply(
      shared.apply(shared.apply(input)),
    );
    const model = tf.model({inputs: input, outputs: output as tf.SymbolicTensor});
    model.compile({loss: 'meanSquaredError', optimizer: tf.train.sgd(rate)});
    const x = normal(BATCH, 2);
    const y = tf.ones([BATCH, 1]);
    const [kernel, head] = model
      .getWeights()
      .map((weight, index) => tf.variable(weight, true, `shared copy ${index} of ${backend}`));
    const steps = [0, 1].map(() => {
      const {grads} = tf.variableGrads(
        () => {
          const twice = tf.tanh(tf.matMul(tf.tanh(tf.matMul(x, kernel)), kernel));
          return tf.mean(tf.square(tf.sub(tf.matMul(twice, head), y))).asScalar();
        },
        [kernel, head] as tf.Variable[],
      );
      const gradient = numbersOf(grads[kernel.name]);
      const before = numbersOf(kernel);
      for (const each of [kernel, head] as tf.Variable[]) {
        each.assign(tf.sub(each, tf.mul(grads[each.name], rate)));
      }
      return {gradient, before};
    });
    const monitor = new ActivationMonitor({...silent, every: 1});
    await model.fit(x, y, {batchSize: BATCH, epochs: 2, verbose: 0, callbacks: [monitor]});
    const mean = (values: number[]): number =>
      values.reduce((sum, value) => sum + Math.abs(value), 0) / values.length;
    const seen = monitor.snapshots.map(({weights}) => weights);
    expect(seen).toHaveLength(2);
    seen.forEach((weights, epoch) => {
      // Each snapshot begins a new window of the weights.
      expect(weights.map(({layer, name}) => `${layer}/${name}`)).toEqual([
        'shared/kernel',
        'output/kernel',
      ]);
      expect(weights[0].steps).toBe(1);
      expect(weights[0].gradient).toBeCloseTo(mean(steps[epoch].gradient), 5);
      expect(weights[0].magnitude).toBeCloseTo(mean(steps[epoch].before), 5);
      expect(weights[0].update).toBeCloseTo(rate * mean(steps[epoch].gradient), 6);
    });
  });

  test('a layer that does not learn has none', async () => {
    const model = learning();
    model.layers[0].trainable = false;
    model.compile({loss: 'meanSquaredError', optimizer: tf.train.sgd(0.1)});
    const monitor = new ActivationMonitor({...silent, every: 1});
    const callbacks = [monitor];
    await model.fit(normal(8, 4), tf.ones([8, 1]), {epochs: 1, verbose: 0, callbacks});
    const names = monitor.report().weights.map(({layer, name}) => `${layer}/${name}`);
    expect(names).toEqual(NAMES.slice(2));
  });
});

describe('the curve of a learned activation', () => {
  beforeAll(() => tf.setBackend('cpu'));

  type Values = Record<string, number[]>;

  test.each<
    [string, () => tf.layers.Layer, (x: number, values: Values, unit: number) => number, Values]
  >([
    [
      'a PReLU of each unit',
      () => layers.prelu({name: 'learned'}),
      (x, {alpha}, unit) => (x > 0 ? x : alpha[unit] * x),
      {alpha: [0.1, -0.2, 0.3]},
    ],
    [
      'a PELU of each unit',
      () => layers.pelu({name: 'learned'}),
      (x, {a, b}, unit) =>
        x > 0 ? (a[unit] / b[unit]) * x : a[unit] * (Math.exp(x / b[unit]) - 1),
      {a: [1, 0.5, 2], b: [1, 2, 0.75]},
    ],
    [
      'a PELU that all units share',
      () => layers.pelu({name: 'learned', sharedAxes: 'all'}),
      (x, {a, b}) => (x > 0 ? (a[0] / b[0]) * x : a[0] * (Math.exp(x / b[0]) - 1)),
      {a: [1.5], b: [0.5]},
    ],
  ])('of %s is its formula before training and after', async (_, make, formula, values) => {
    const learned = make();
    const model = tf.sequential({
      layers: [dense(3, {inputShape: [4], name: 'hidden'}), learned, dense(1, {name: 'output'})],
    });
    const names = Object.keys(values);
    learned.setWeights(names.map(name => tf.tensor1d(values[name])));
    model.compile({loss: 'meanSquaredError', optimizer: tf.train.sgd(0.1)});
    const weightsNow = (): Values =>
      Object.fromEntries(
        learned.getWeights().map((weight, index) => [names[index], numbersOf(weight)]),
      );
    const start = weightsNow();
    const monitor = new ActivationMonitor({...silent, every: 2});
    const x = normal(40, 4);
    await model.fit(x, tf.sum(tf.abs(x), 1, true), {
      batchSize: 8,
      epochs: 3,
      verbose: 0,
      callbacks: [monitor],
    });
    const end = weightsNow();
    for (const name of names) expect(end[name]).not.toEqual(start[name]);
    const {layers: seen} = monitor.report();
    expect(seen.map(({name, curve}) => [name, curve !== undefined])).toEqual([
      ['learned', true],
      ['output', false],
    ]);
    const {curve, weights, startingWeights} = seen[0];
    expect(weights).toEqual(end);
    expect(startingWeights).toEqual(start);
    const units = Object.values(values)[0].length;
    expect(curve!.units).toEqual(Array.from({length: units}, (_, unit) => unit));
    expect(curve!.x[0]).toBe(-4);
    expect(curve!.x[curve!.x.length - 1]).toBe(4);
    for (const [moment, own] of [
      ['start', start],
      ['end', end],
    ] as const) {
      expect(curve![moment]).toHaveLength(units);
      curve![moment].forEach((outputs, unit) => {
        expect(outputs).toHaveLength(curve!.x.length);
        outputs.forEach((y, point) =>
          expect(y).toBeCloseTo(formula(curve!.x[point], own, unit), 5),
        );
      });
    }
  });
});

test.each(['another optimizer', 'its first one'])(
  'a model that is compiled with %s while it is watched',
  async what => {
    const isFirst = what === 'its first one';
    const compile = (model: tf.LayersModel): void =>
      model.compile({loss: 'meanSquaredError', optimizer: tf.train.adam(0.01)});
    const model = tf.sequential({
      layers: [dense(3, {inputShape: [4], activation: 'tanh'}), dense(1, {name: 'output'})],
    });
    if (!isFirst) compile(model);
    const monitor = new ActivationMonitor({...silent, every: 1});
    const detach = monitor.attach(model);
    const step = (): unknown => model.trainOnBatch(normal(8, 4), tf.ones([8, 1]));
    if (!isFirst) await step();
    const earlier = model.optimizer;
    compile(model);
    if (earlier) expect(model.optimizer).not.toBe(earlier);
    await step();
    await step();
    detach();
    expect(monitor.report().weights.map(({steps}) => steps)).toEqual(
      Array(4).fill(isFirst ? 2 : 3),
    );
    for (const optimizer of [earlier, model.optimizer]) {
      if (optimizer) expect(Object.hasOwn(optimizer, 'applyGradients')).toBe(false);
    }
  },
);

test('a slope that is held where it is, is told of its first call, and of one at each time step', async () => {
  const held = (name: string): tf.layers.Layer =>
    layers.prelu({
      name,
      alphaInitializer: tf.initializers.constant({value: 0.25}),
      alphaConstraint: constraints.minMaxValue(0.25, 0.25),
    });
  const input = tf.input({shape: [2, 4]});
  const shared = held('shared');
  const steps = [
    tf.layers.timeDistributed({layer: dense(3)}),
    tf.layers.timeDistributed({layer: held('inner'), name: 'outer'}),
    tf.layers.flatten(),
    dense(3),
    shared,
    dense(3),
    shared,
    dense(1),
  ];
  const output = steps.reduce((x, layer) => layer.apply(x) as tf.SymbolicTensor, input);
  const model = tf.model({inputs: input, outputs: output});
  model.compile({loss: 'meanSquaredError', optimizer: tf.train.sgd(0.1)});
  const monitor = new ActivationMonitor({...silent, every: 1, rules: ['learned-parameters']});
  await model.fit(normal(640, 2, 4), tf.ones([640, 1]), {
    epochs: 2,
    verbose: 0,
    callbacks: [monitor],
  });
  const told = monitor.findings.filter(({evidence}) => evidence.still !== undefined);
  expect(told.map(({layer}) => layer)).toEqual(['outer/inner', 'shared (call 1)']);
});
