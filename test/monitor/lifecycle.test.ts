import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import {ActivationMonitor, layers} from '../../src/index.js';
import type {Reporter} from '../../src/index.js';
import {bias, dense, isHooked, normal, silent, valuesOf} from '../helpers/monitor.js';

/** Learns; its PReLU has weights of its own. */
function learning(optimizer: tf.Optimizer = tf.train.sgd(0.05)): tf.Sequential {
  const model = tf.sequential({
    layers: [
      dense(3, {inputShape: [4], activation: 'tanh', name: 'hidden'}),
      layers.prelu({name: 'learned'}),
      dense(1, {name: 'output'}),
    ],
  });
  model.compile({loss: 'meanSquaredError', optimizer});
  return model;
}

const LAYERS = ['hidden', 'learned', 'output'];
const data = (samples = 80): [tf.Tensor, tf.Tensor] => [normal(samples, 4), tf.ones([samples, 1])];
const still = {batchSize: 8, shuffle: false, verbose: 0} as const;

/** Whether nothing of a look is left in a model and its optimizer. */
function expectUntouched(model: tf.LayersModel): void {
  expect(isHooked(model)).toBe(false);
  expect(Object.hasOwn(model.optimizer, 'applyGradients')).toBe(false);
  const isTraining = Object.getOwnPropertyDescriptor(model, 'isTraining');
  expect(isTraining).toMatchObject({value: false, writable: true});
}

afterEach(() => jest.restoreAllMocks());

describe.each(['cpu', 'wasm'])('on %s', backend => {
  beforeAll(async () => {
    await tf.setBackend(backend);
    await tf.ready();
  });

  test('two monitors of different intervals see what each would alone', async () => {
    const [x, y] = data();
    const alone: ActivationMonitor[] = [];
    for (const every of [1, 3]) {
      const monitor = new ActivationMonitor({...silent, every});
      await learning().fit(x, y, {...still, epochs: 2, callbacks: [monitor]});
      alone.push(monitor);
    }
    const plain = learning();
    await plain.fit(x, y, {...still, epochs: 2});
    for (const isReversed of [false, true]) {
      const both = [1, 3].map(every => new ActivationMonitor({...silent, every}));
      const model = learning();
      const callbacks = isReversed ? [...both].reverse() : both;
      await model.fit(x, y, {...still, epochs: 2, callbacks});
      both.forEach((monitor, index) => {
        const [seen, expected] = [monitor.report(), alone[index].report()];
        expect(seen.layers).toEqual(expected.layers);
        expect(seen.weights).toEqual(expected.weights);
        expect(monitor.snapshots).toEqual(alone[index].snapshots);
      });
      // 20 batches of 8: all of them, and those of 0, 3, … 18.
      expect(both.map(monitor => monitor.report().layers[0].samples)).toEqual([160, 56]);
      expect(valuesOf(model)).toEqual(valuesOf(plain));
      expectUntouched(model);
    }
  });

  test('a second fit begins anew: of the first nothing is left', async () => {
    jest.spyOn(console, 'warn').mockImplementation(() => undefined);
    let isFailing = true;
    const reporter: Reporter = {
      onTrainBegin() {
        if (isFailing) throw new Error('not yet');
      },
    };
    const monitor = new ActivationMonitor({reporters: [reporter], every: 1});
    const [x, y] = data();
    const first = learning();
    await first.fit(tf.mul(x, NaN), y, {...still, epochs: 3, callbacks: [monitor]});
    const before = monitor.report();
    expect(before.ok).toBe(false);
    expect(before.problems).toHaveLength(1);
    isFailing = false;

    const single = new ActivationMonitor({...silent, every: 1});
    await learning().fit(x, y, {...still, epochs: 1, callbacks: [single]});
    const second = learning();
    await second.fit(x, y, {...still, epochs: 1, callbacks: [monitor]});
    const report = monitor.report();
    // What it cost is a matter of time.
    expect({...report, cost: null}).toEqual({...single.report(), cost: null});
    expect(report.problems).toEqual([]);
    expect(monitor.findings).toEqual([]);
    expect(monitor.snapshots).toEqual(single.snapshots);
    expect(monitor.snapshots.every(({firstNonFinite}) => firstNonFinite === null)).toBe(true);
    for (const model of [first, second]) expectUntouched(model);
  });

  test('a second fit of the same model begins with the weights of its start', async () => {
    const monitor = new ActivationMonitor({...silent, every: 1});
    const model = learning();
    const [x, y] = data();
    await model.fit(x, y, {...still, epochs: 1, callbacks: [monitor]});
    const between = [...model.layers[1].getWeights()[0].dataSync()];
    await model.fit(x, y, {...still, epochs: 1, callbacks: [monitor]});
    const {startingWeights, weights, samples} = monitor.report().layers[1];
    expect(startingWeights).toEqual({alpha: between});
    expect(weights).toEqual({alpha: [...model.layers[1].getWeights()[0].dataSync()]});
    expect(samples).toBe(80);
    expect(monitor.snapshots[0]).toMatchObject({epoch: 0, step: 9});
  });

  test.each(['a callback', 'the loss', 'the optimizer'])(
    'where %s throws halfway, what was seen stays, and the next fit is as any',
    async thrower => {
      const optimizer = tf.train.sgd(0.05);
      const model = learning(optimizer);
      const [x, y] = data();
      let count = 0;
      const failAt = (at: number): void => {
        if (count++ === at) throw new Error('as planned');
      };
      const others: tf.CustomCallback[] = [];
      if (thrower === 'a callback') {
        others.push(new tf.CustomCallback({onBatchEnd: async () => failAt(4)}));
      } else if (thrower === 'the loss') {
        const {meanSquaredError} = tf.losses;
        const loss = (truth: tf.Tensor, prediction: tf.Tensor): tf.Tensor => {
          failAt(5);
          return meanSquaredError(truth, prediction);
        };
        model.compile({loss, optimizer});
      } else {
        const apply = optimizer.applyGradients.bind(optimizer);
        jest.spyOn(optimizer, 'applyGradients').mockImplementation(gradients => {
          failAt(5);
          apply(gradients);
        });
      }
      const original = optimizer.applyGradients;
      const onTrainEnd = jest.fn();
      const monitor = new ActivationMonitor({reporters: [{onTrainEnd}], every: 1});
      const callbacks = [monitor, ...others];
      const fit = model.fit(x, y, {...still, epochs: 2, callbacks});
      await expect(fit).rejects.toThrow('as planned');
      const {layers: seen, findings} = monitor.report();
      expect(onTrainEnd.mock.calls).toMatchObject([[{layers: seen, findings}]]);
      expect(isHooked(model)).toBe(false);
      expect(optimizer.applyGradients).toBe(original);
      const report = monitor.report();
      expect(report.layers.map(({name}) => name)).toEqual(LAYERS);
      // Five batches, and what there was of the sixth.
      const least = report.layers[0].samples;
      expect(least).toBeGreaterThanOrEqual(40);
      expect(least).toBeLessThanOrEqual(48);
      expect(report.weights.every(({steps}) => steps >= 5)).toBe(true);
      expect(report.problems).toEqual([]);
      expect(monitor.report()).toEqual(report);
      const before = tf.memory().numTensors;
      await model.fit(x, y, {...still, epochs: 2, callbacks});
      expect(tf.memory().numTensors).toBe(before);
      expect(monitor.report().layers[0].samples).toBe(160);
      expect(onTrainEnd).toHaveBeenCalledTimes(2);
    },
  );

  test('of a model that is disposed, with its optimizer, all can still be asked', async () => {
    const [x, y] = data();
    const train = async (monitor?: ActivationMonitor): Promise<() => void> => {
      const optimizer = tf.train.adam(0.01);
      const model = learning(optimizer);
      const callbacks = monitor ? [monitor] : [];
      await model.fit(x, y, {...still, epochs: 2, callbacks});
      return () => {
        model.dispose();
        optimizer.dispose();
      };
    };
    const growth = async (monitor?: ActivationMonitor): Promise<number> => {
      const before = tf.memory().numTensors;
      (await train(monitor))();
      return tf.memory().numTensors - before;
    };
    const plain = await growth();
    const monitor = new ActivationMonitor({...silent, every: 1});
    const before = tf.memory().numTensors;
    const dispose = await train(monitor);
    const {report, snapshots, findings} = JSON.parse(
      JSON.stringify({
        report: monitor.report(),
        snapshots: monitor.snapshots,
        findings: monitor.findings,
      }),
    ) as Record<string, unknown>;
    dispose();
    expect(tf.memory().numTensors - before).toBe(plain);
    expect(monitor.report()).toEqual(report);
    expect(JSON.parse(JSON.stringify(monitor.snapshots))).toEqual(snapshots);
    expect(monitor.findings).toEqual(findings);
    expect(monitor.report().layers[1].curve).toBeDefined();
    // Nor did any of the questions leave a tensor.
    expect(tf.memory().numTensors - before).toBe(plain);
    await learning().fit(x, y, {...still, epochs: 1, callbacks: [monitor]});
    expect(monitor.report().layers[0].samples).toBe(80);
  });

  test.each([true, false])(
    'attached, then disposed of before it is detached or after it (%p)',
    async isDisposedFirst => {
      const warn = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
      const [x, y] = data(16);
      const run = async (monitor?: ActivationMonitor): Promise<number> => {
        const before = tf.memory().numTensors;
        const optimizer = tf.train.adam(0.01);
        const model = learning(optimizer);
        const detach = monitor?.attach(model) ?? (() => undefined);
        for (let step = 0; step < 3; step++) {
          tf.dispose((await model.trainOnBatch(x, y)) as never);
        }
        if (!isDisposedFirst) detach();
        model.dispose();
        optimizer.dispose();
        if (isDisposedFirst) detach();
        expect(isHooked(model)).toBe(false);
        expect(Object.hasOwn(optimizer, 'applyGradients')).toBe(false);
        detach();
        return tf.memory().numTensors - before;
      };
      const plain = await run();
      const monitor = new ActivationMonitor({...silent, every: 1});
      expect(await run(monitor)).toBe(plain);
      const report = monitor.report();
      expect(report.layers.map(({name, samples}) => [name, samples])).toEqual(
        LAYERS.map(name => [name, 48]),
      );
      expect(report.problems).toEqual([]);
      expect(report.weights.map(({steps}) => steps)).toEqual([3, 3, 3, 3, 3]);
      expect(warn).not.toHaveBeenCalled();
    },
  );

  test('attached and never trained, or disposed of at once, leaves nothing', () => {
    const before = tf.memory().numTensors;
    const optimizer = tf.train.sgd(0.05);
    const model = learning(optimizer);
    const made = tf.memory().numTensors;
    const monitor = new ActivationMonitor({...silent, every: 1});
    monitor.attach(model)();
    expect(tf.memory().numTensors).toBe(made);
    const detach = monitor.attach(model);
    model.dispose();
    optimizer.dispose();
    detach();
    expect(tf.memory().numTensors).toBe(before);
    const report = monitor.report();
    expect([report.layers, report.weights, report.problems]).toEqual([[], [], []]);
  });

  test('a report in the middle of training says what was seen, and changes nothing', async () => {
    const [x, y] = data();
    const plain = new ActivationMonitor({...silent, every: 1});
    await learning().fit(x, y, {...still, epochs: 2, callbacks: [plain]});
    const monitor = new ActivationMonitor({...silent, every: 1});
    const samples: number[] = [];
    const asking = new tf.CustomCallback({
      onBatchEnd: async () => void samples.push(monitor.report().layers[0].samples),
    });
    const model = learning();
    await model.fit(x, y, {...still, epochs: 2, callbacks: [monitor, asking]});
    expect(samples).toEqual(Array.from({length: 20}, (_, batch) => 8 * (batch + 1)));
    expect(monitor.report().layers).toEqual(plain.report().layers);
    expect(monitor.snapshots).toEqual(plain.snapshots);
  });

  test('findings of a run that is stopped by them are of that run', async () => {
    const model = tf.sequential({
      layers: [
        dense(4, {inputShape: [4], activation: 'relu', name: 'hidden', ...bias(-100)}),
        dense(1, {name: 'output'}),
      ],
    });
    model.compile({loss: 'meanSquaredError', optimizer: 'sgd'});
    const monitor = new ActivationMonitor({...silent, every: 1, stopOn: ['dead-units']});
    const [x, y] = data(640);
    await model.fit(x, y, {...still, batchSize: 32, epochs: 3, callbacks: [monitor]});
    expect(monitor.findings).toMatchObject([{rule: 'dead-units', layer: 'hidden', epoch: 0}]);
    expect(monitor.report().layers[0].samples).toBe(320);
    expectUntouched(model);
    const [kernel] = model.layers[0].getWeights();
    model.layers[0].setWeights([kernel, tf.ones([4])]);
    await model.fit(x, y, {...still, batchSize: 32, epochs: 1, callbacks: [monitor]});
    expect(monitor.findings.filter(({rule}) => rule === 'dead-units')).toEqual([]);
    expect(monitor.report().layers[0].samples).toBe(640);
  });
});
