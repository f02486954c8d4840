import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import {ActivationMonitor, layers} from '../../src/index.js';
import type {Finding, Report} from '../../src/index.js';
import {bias, dense, fixed, isHooked, normal, silent, valuesOf} from '../helpers/monitor.js';

const {meanSquaredError} = tf.losses;

/** Four ReLU units, all dead. */
const dying = (): tf.Sequential =>
  fixed(
    dense(4, {inputShape: [4], activation: 'relu', name: 'hidden', ...bias(-100)}),
    dense(1, {name: 'output'}),
  );

afterEach(() => jest.restoreAllMocks());

describe.each(['cpu', 'wasm'])('attached, on %s', backend => {
  beforeAll(async () => {
    await tf.setBackend(backend);
    await tf.ready();
  });

  test('watches a Sequential that was never compiled, in a loop of one’s own', () => {
    const model = tf.sequential({
      layers: [dense(8, {inputShape: [4], activation: 'relu'}), dense(1)],
    });
    const monitor = new ActivationMonitor({...silent, every: 1});
    const detach = monitor.attach(model);
    const [x, y] = [normal(8, 4), tf.ones([8, 1])];
    const optimizer = tf.train.sgd(0.01);
    const loss = (): tf.Scalar =>
      meanSquaredError(y, model.apply(x, {training: true}) as tf.Tensor);
    optimizer.minimize(loss);
    const before = tf.memory().numTensors;
    for (let step = 0; step < 3; step++) optimizer.minimize(loss);
    detach();
    expect(monitor.report().layers.map(({samples}) => samples)).toEqual([32, 32]);
    expect(isHooked(model)).toBe(false);
    expect(tf.memory().numTensors).toBeLessThanOrEqual(before);
  });

  test('a loop with a gradient penalty ends in the same weights', () => {
    const run = (isWatched: boolean): number[] => {
      const model = tf.sequential({
        layers: [dense(4, {inputShape: [4]}), layers.mish(), layers.pelu(), dense(1)],
      });
      const x = normal(16, 4);
      const monitor = new ActivationMonitor({...silent, every: 1});
      const detach = isWatched ? monitor.attach(model) : () => undefined;
      const slope = tf.grad((input: tf.Tensor) =>
        tf.sum(model.apply(input, {training: true}) as tf.Tensor),
      );
      const optimizer = tf.train.adam(0.01);
      for (let step = 0; step < 3; step++) {
        optimizer.minimize(() => tf.mean(tf.square(slope(x))).asScalar());
      }
      detach();
      if (isWatched) expect(monitor.report().layers[0].samples).toBe(48);
      return valuesOf(model);
    };
    expect(run(true)).toEqual(run(false));
  });

  test.each(['relu', 'elu', 'tanh'] as const)(
    'leaks nothing of a %s where the loss throws, in the first step or the third',
    activation => {
      const growth = (isWatched: boolean, throwing: number): number => {
        const model = fixed(dense(4, {inputShape: [4], activation}), dense(1));
        const x = normal(16, 4);
        const detach = isWatched
          ? new ActivationMonitor({...silent, every: 1}).attach(model)
          : () => undefined;
        const before = tf.memory().numTensors;
        for (let step = 0; step <= throwing; step++) {
          const minimize = (): unknown =>
            tf.train.sgd(0).minimize(() => {
              const output = model.apply(x, {training: true}) as tf.Tensor;
              if (step === throwing) throw new Error('no loss');
              return tf.mean(output).asScalar();
            });
          if (step === throwing) expect(minimize).toThrow('no loss');
          else minimize();
        }
        detach();
        expect(isHooked(model)).toBe(false);
        return tf.memory().numTensors - before;
      };
      expect(growth(true, 0)).toBe(growth(false, 0));
      expect(growth(true, 2)).toBe(growth(false, 2));
    },
  );
});

describe('attached', () => {
  beforeAll(() => tf.setBackend('cpu'));

  test.each([
    [() => tf.sequential({name: 'bare'}), /the model 'bare' has no layers; add them first/],
    [() => undefined, /needs a model of tfjs layers, got undefined/],
    [() => ({layers: []}), /needs a model of tfjs layers, got object/],
  ])('rejects what cannot be watched (%#)', (make, message) => {
    expect(() => new ActivationMonitor(silent).attach(make() as tf.LayersModel)).toThrow(message);
  });

  test('finds, stops and tells as it goes, and shows the report when it is detached', async () => {
    const found: Finding[] = [];
    const reports: Report[] = [];
    const model = dying();
    const monitor = new ActivationMonitor({
      every: 1,
      reporters: [{onTrainEnd: report => void reports.push(report)}],
      onFinding: finding => found.push(finding),
      stopOn: ['dead-units'],
    });
    const detach = monitor.attach(model);
    const [x, y] = [normal(40, 4), tf.ones([40, 1])];
    let steps = 0;
    for (; steps < 50 && !model.stopTraining; steps++) await model.trainOnBatch(x, y);
    // Eight steps are 320 samples; the ninth begins by judging them.
    expect(steps).toBe(9);
    expect(found).toMatchObject([{rule: 'dead-units', layer: 'hidden', step: 7}]);
    expect(monitor.findings).toEqual(found);
    expect(monitor.snapshots).toHaveLength(3);
    expect(reports).toEqual([]);
    detach();
    expect(monitor.snapshots).toHaveLength(4);
    const {ok, findings, layers: seen} = monitor.report();
    expect(reports).toMatchObject([{ok, findings, layers: seen}]);
    expect(seen[0]).toMatchObject({samples: 360, dead: [0, 1, 2, 3]});
    detach();
    expect(reports).toHaveLength(1);
  });

  test('prints its table when it is detached, unless nothing was trained', async () => {
    const log = jest.spyOn(console, 'log').mockImplementation(() => undefined);
    const model = dying();
    const monitor = new ActivationMonitor();
    monitor.attach(model)();
    expect(log).not.toHaveBeenCalled();
    const detach = monitor.attach(model);
    await model.trainOnBatch(normal(8, 4), tf.ones([8, 1]));
    detach();
    expect(log.mock.calls).toEqual([[expect.stringMatching(/hidden +relu +4 +8/)]]);
  });

  test('statistics are those of the latest window', async () => {
    const model = fixed(dense(1, {inputShape: [1], kernelInitializer: 'ones', name: 'output'}));
    const monitor = new ActivationMonitor({...silent, every: 1});
    const detach = monitor.attach(model);
    const y = tf.zeros([400, 1]);
    for (const value of [0, 5]) {
      for (let step = 0; step < 25; step++) {
        await model.trainOnBatch(tf.fill([400, 1], value), y);
      }
    }
    detach();
    const [layer] = monitor.report().layers;
    expect(layer).toMatchObject({samples: 20000, mean: [5], std: [0], min: [5]});
    const {length} = monitor.snapshots;
    expect(length).toBeGreaterThan(6);
    expect(monitor.snapshots[0].layers[0]).toMatchObject({samples: 400, mean: [0]});
    expect(monitor.snapshots[length - 2].layers[0].samples).toBe(3200);
  });

  test('one gradient is one step, however often it calls the model', () => {
    const model = fixed(
      dense(1, {inputShape: [1], kernelInitializer: 'ones', activation: 'linear'}),
    );
    const monitor = new ActivationMonitor({...silent, every: 2});
    const detach = monitor.attach(model);
    const [real, fake] = [tf.zeros([10, 1]), tf.ones([10, 1])];
    const judge = (input: tf.Tensor): tf.Tensor =>
      tf.mean(model.apply(input, {training: true}) as tf.Tensor);
    for (let step = 0; step < 4; step++) {
      tf.train.sgd(0).minimize(() => tf.add(judge(real), judge(fake)).asScalar());
    }
    detach();
    expect(monitor.report().layers[0]).toMatchObject({samples: 40, mean: [0.5], lastFired: [2]});
  });

  test('training passes without a gradient count as well', () => {
    const model = fixed(dense(2, {inputShape: [4], activation: 'tanh'}), dense(1));
    const monitor = new ActivationMonitor({...silent, every: 2});
    const detach = monitor.attach(model);
    for (let step = 0; step < 4; step++) model.apply(normal(8, 4), {training: true});
    model.predict(normal(8, 4));
    detach();
    expect(monitor.report().layers.map(({samples}) => samples)).toEqual([16, 16]);
  });

  test('a layer that a submodel calls alone counts its calls anew in each step', () => {
    const shared = dense(1, {activation: 'relu', kernelInitializer: 'ones', name: 'shared'});
    const [a, b] = [tf.input({shape: [1]}), tf.input({shape: [1]})];
    const twice = [a, b].map(input => shared.apply(input) as tf.SymbolicTensor);
    const model = tf.model({
      inputs: [a, b],
      outputs: tf.layers.concatenate().apply(twice) as tf.SymbolicTensor,
    });
    const encoder = tf.model({inputs: a, outputs: twice[0]});
    const monitor = new ActivationMonitor({...silent, every: 1});
    const detach = monitor.attach(model);
    const minimize = (inputs: tf.Tensor | tf.Tensor[], network: tf.LayersModel): void => {
      tf.train
        .sgd(0)
        .minimize(() => tf.mean(network.apply(inputs, {training: true}) as tf.Tensor).asScalar());
    };
    minimize(tf.ones([8, 1]), encoder);
    minimize(tf.ones([8, 1]), encoder);
    minimize([tf.zeros([8, 1]), tf.fill([8, 1], 2)], model);
    detach();
    expect(monitor.report().layers.map(({name, samples}) => [name, samples])).toEqual([
      ['shared (call 1)', 24],
      ['shared (call 2)', 8],
    ]);
  });

  test('monitors leave a layer as it was, in whatever order they are detached', () => {
    const model = dying();
    const [layer] = model.layers;
    const own = layer.call.bind(layer);
    layer.call = (...args) => own(...args);
    const {call} = layer;
    const attach = (): (() => void) => new ActivationMonitor(silent).attach(model);
    for (const reverse of [false, true]) {
      const detaches = [attach(), attach(), attach()];
      if (reverse) detaches.reverse();
      detaches.forEach(detach => detach());
      expect(layer.call).toBe(call);
      expect(Object.hasOwn(model.layers[1], 'call')).toBe(false);
    }
  });

  test('watches what two monitors see with one hook, after one of them left', async () => {
    const model = dying();
    const [first, second] = [0, 0].map(() => new ActivationMonitor({...silent, every: 1}));
    const [detach, detachSecond] = [first.attach(model), second.attach(model)];
    const train = (): unknown => model.trainOnBatch(normal(8, 4), tf.ones([8, 1]));
    await train();
    detach();
    await train();
    detachSecond();
    expect(first.report().layers[0].samples).toBe(8);
    expect(second.report().layers[0].samples).toBe(16);
    expect(isHooked(model)).toBe(false);
  });

  test('a report after training says what was, whatever became of the model', async () => {
    const model = fixed(dense(2, {inputShape: [4]}), layers.prelu(), dense(1));
    const monitor = new ActivationMonitor({...silent, every: 1});
    const detach = monitor.attach(model);
    await model.trainOnBatch(normal(8, 4), tf.ones([8, 1]));
    detach();
    const report = monitor.report();
    expect(report.layers[0].weights).toEqual({alpha: [0, 0]});
    model.layers[1].setWeights([tf.ones([2])]);
    expect(monitor.report()).toEqual(report);
    model.dispose();
    expect(monitor.report()).toEqual(report);
  });

  test('can be detached from a model that was disposed', async () => {
    const warn = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
    const model = fixed(dense(2, {inputShape: [4]}), layers.prelu(), dense(1));
    const monitor = new ActivationMonitor({...silent, every: 1});
    const detach = monitor.attach(model);
    await model.trainOnBatch(normal(8, 4), tf.ones([8, 1]));
    model.dispose();
    detach();
    expect(isHooked(model)).toBe(false);
    expect(monitor.report().layers[0].samples).toBe(8);
    expect(warn).not.toHaveBeenCalled();
  });
});
