import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import {ActivationMonitor, layers} from '../../src/index.js';
import type {Finding, Reporter} from '../../src/index.js';
import {bias, dense, fixed, isHooked, normal, silent} from '../helpers/monitor.js';

function small(): tf.Sequential {
  const model = tf.sequential();
  model.add(tf.layers.dense({units: 4, inputShape: [3], activation: 'relu', name: 'hidden'}));
  model.add(tf.layers.dense({units: 1, name: 'output'}));
  model.compile({optimizer: 'sgd', loss: 'meanSquaredError'});
  return model;
}

const x = (samples = 32): tf.Tensor2D => tf.randomNormal([samples, 3], 0, 1, 'float32', 1);
const y = (samples = 32): tf.Tensor2D => tf.ones([samples, 1]);

afterEach(() => jest.restoreAllMocks());

describe.each(['cpu', 'wasm'])('on %s', backend => {
  beforeAll(async () => {
    await tf.setBackend(backend);
    await tf.ready();
  });

  test('watches fitDataset', async () => {
    const model = small();
    const monitor = new ActivationMonitor({...silent, every: 1});
    const dataset = tf.data
      .zip({xs: tf.data.array(x().arraySync()), ys: tf.data.array(y().arraySync())})
      .batch(8) as tf.data.Dataset<tf.TensorContainer>;
    await model.fitDataset(dataset, {epochs: 2, verbose: 0, callbacks: [monitor]});
    expect(monitor.report().layers.map(({samples}) => samples)).toEqual([64, 64]);
    expect(isHooked(model)).toBe(false);
  });

  test('validation batches are not training batches', async () => {
    const monitor = new ActivationMonitor({...silent, every: 1});
    const validationData: [tf.Tensor, tf.Tensor] = [x(64), y(64)];
    const callbacks = [monitor];
    await small().fit(x(), y(), {epochs: 1, verbose: 0, validationData, callbacks});
    expect(monitor.report().layers[0].samples).toBe(32);
  });

  test('watches the layers of nested models under their path', async () => {
    const inner = tf.sequential({name: 'inner'});
    inner.add(tf.layers.dense({units: 4, inputShape: [2], activation: 'tanh', name: 'deep'}));
    const model = tf.sequential();
    model.add(tf.layers.dense({units: 2, inputShape: [3]}));
    model.add(inner);
    model.add(tf.layers.dense({units: 1, name: 'output'}));
    model.compile({optimizer: 'sgd', loss: 'meanSquaredError'});
    const monitor = new ActivationMonitor({...silent, every: 1});
    await model.fit(x(), y(), {epochs: 2, batchSize: 8, verbose: 0, callbacks: [monitor]});
    expect(monitor.report().layers.map(({name, samples}) => [name, samples])).toEqual([
      ['inner/deep', 64],
      ['output', 64],
    ]);
    expect(isHooked(inner)).toBe(false);
  });

  test('masked time steps do not count', async () => {
    const model = tf.sequential();
    model.add(tf.layers.masking({maskValue: 0, inputShape: [3, 2]}));
    model.add(layers.prelu({name: 'watched'}));
    model.add(tf.layers.lstm({units: 2, name: 'recurrent'}));
    model.add(tf.layers.dense({units: 1}));
    model.compile({optimizer: tf.train.sgd(0), loss: 'meanSquaredError'});
    const steps = tf.tensor3d([
      [
        [1, 2],
        [3, 4],
        [0, 0],
      ],
      [
        [5, 6],
        [0, 0],
        [0, 0],
      ],
      [
        [0, 0],
        [0, 0],
        [0, 0],
      ],
    ]);
    const monitor = new ActivationMonitor({...silent, every: 1});
    await model.fit(steps, tf.ones([3, 1]), {epochs: 1, verbose: 0, callbacks: [monitor]});
    const {layers: seen} = monitor.report();
    expect(seen[0]).toMatchObject({
      name: 'watched',
      samples: 2,
      mean: [3, 4],
      min: [1, 2],
      zeroShare: [0, 0],
    });
    // Each gate sees the same steps.
    const gates = ['input_gate', 'forget_gate', 'output_gate', 'candidate', 'output'];
    const ofGates = seen.filter(({name}) => name.startsWith('recurrent/'));
    expect(ofGates.map(({name}) => name)).toEqual(gates.map(gate => `recurrent/${gate}`));
    for (const {samples, histogram} of ofGates) {
      expect(samples).toBe(2);
      expect(histogram.reduce((sum, count) => sum + count)).toBe(3 * 2);
    }
  });

  test('a reporter that throws is reported and stops nothing', async () => {
    const warn = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
    const failing: Reporter = {
      onTrainEnd() {
        throw new Error('disk full');
      },
    };
    const seen: number[] = [];
    const other: Reporter = {onTrainEnd: report => void seen.push(report.layers.length)};
    const monitor = new ActivationMonitor({reporters: [failing, other]});
    await small().fit(x(), y(), {verbose: 0, callbacks: [monitor]});
    expect(warn).toHaveBeenCalledWith(expect.stringContaining('disk full'));
    expect(seen).toEqual([2]);
  });

  test('prints its table at the end of training', async () => {
    const log = jest.spyOn(console, 'log').mockImplementation(() => undefined);
    await small().fit(x(320), y(320), {verbose: 0, callbacks: [new ActivationMonitor()]});
    const [[table]] = log.mock.calls as string[][];
    expect(table).toMatch(/layer +activation +units +samples/);
    expect(table).toMatch(/hidden +relu +4 +320/);
  });

  test('two monitors on one model see the same, and leave it as it was', async () => {
    const model = small();
    const monitors = [1, 1].map(every => new ActivationMonitor({...silent, every}));
    await model.fit(x(), y(), {verbose: 0, callbacks: monitors});
    const [first, second] = monitors.map(monitor => monitor.report().layers);
    expect(second).toEqual(first);
    expect(isHooked(model)).toBe(false);
  });

  test('one monitor cannot watch two runs at once, and can watch one after the other', async () => {
    const monitor = new ActivationMonitor({...silent, every: 1});
    const [first, second] = [small(), small()];
    const detach = monitor.attach(first);
    expect(() => monitor.attach(second)).toThrow(/watching a model already/);
    expect(isHooked(second)).toBe(false);
    detach();
    await second.fit(x(), y(), {verbose: 0, callbacks: [monitor]});
    expect(monitor.report().layers[0].samples).toBe(32);
    second.dispose();
    expect(monitor.report().layers).toHaveLength(2);
  });

  test('a loop of fits is one run, where it is attached', async () => {
    const model = small();
    const monitor = new ActivationMonitor({...silent, every: 1});
    const detach = monitor.attach(model);
    for (let round = 0; round < 4; round++) {
      await model.fit(x(100), y(100), {epochs: 1, verbose: 0, validationSplit: 0.2});
    }
    detach();
    const {layers: seen, weights, steps} = monitor.report();
    expect(seen[0]).toMatchObject({samples: 320, validation: null});
    expect(steps).toBe(12);
    expect(weights[0].steps).toBeGreaterThan(0);
  });

  test('every n watches each n-th batch exactly', async () => {
    const monitor = new ActivationMonitor({...silent, every: 3});
    await small().fit(x(70), y(70), {epochs: 1, batchSize: 10, verbose: 0, callbacks: [monitor]});
    expect(monitor.report().layers[0].samples).toBe(30);
    expect(monitor.report().cost.every).toBe(3);
  });

  test('reporters that fail later, or at a finding, stop nothing either', async () => {
    const warn = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
    const failing: Reporter = {
      onFinding: () => Promise.reject(new Error('no network')),
      onTrainEnd: () => Promise.reject(new Error('no disk')),
    };
    const onFinding = (): void => {
      throw new Error('no idea');
    };
    const model = fixed(dense(4, {inputShape: [4], activation: 'relu', ...bias(-100)}), dense(1));
    const monitor = new ActivationMonitor({reporters: [failing], onFinding, every: 1});
    await model.fit(normal(320, 4), tf.ones([320, 1]), {verbose: 0, callbacks: [monitor]});
    await tf.nextFrame();
    const messages = (warn.mock.calls as string[][]).map(([message]) => message);
    expect(messages.filter(message => message.startsWith('ActivationMonitor'))).toEqual([
      expect.stringMatching(/onFinding failed; training goes on. Error: no idea/),
      expect.stringMatching(/a reporter failed; training goes on. Error: no network/),
      expect.stringMatching(/a reporter failed; training goes on. Error: no disk/),
    ]);
  });

  test('a method of a reporter that fails again and again is told of once, whatever it says', async () => {
    const warn = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
    let count = 0;
    const failing: Reporter = {
      onSnapshot: () => {
        throw new Error(`failure ${++count}`);
      },
    };
    const monitor = new ActivationMonitor({reporters: [failing], every: 1});
    await small().fit(x(), y(), {epochs: 3, verbose: 0, callbacks: [monitor]});
    expect(count).toBeGreaterThan(2);
    expect(warn).toHaveBeenCalledTimes(1);
    expect(monitor.report().problems).toEqual([
      'a reporter failed; training goes on. Error: failure 1',
    ]);
  });

  test('tells of a finding once, and again when it becomes worse', async () => {
    const model = fixed(dense(4, {inputShape: [4], activation: 'relu'}), dense(1));
    const [kernel] = model.layers[0].getWeights();
    const setBiases = (...biases: number[]): void =>
      model.layers[0].setWeights([kernel, tf.tensor1d(biases)]);
    setBiases(-100, 0, 0, 0);
    const seen: Finding[] = [];
    const monitor = new ActivationMonitor({
      ...silent,
      every: 1,
      onFinding: finding => seen.push(finding),
    });
    const worsen = new tf.CustomCallback({
      onEpochEnd: async epoch => {
        if (epoch === 1) setBiases(-100, -100, -100, -100);
      },
    });
    const callbacks = [monitor, worsen];
    await model.fit(normal(320, 4), tf.ones([320, 1]), {epochs: 4, verbose: 0, callbacks});
    expect(seen).toMatchObject([
      {severity: 'info', units: [0], epoch: 0},
      {severity: 'error', units: [0, 1, 2, 3], epoch: 0},
    ]);
  });

  test('a finding can ask for a report, and holds no number that JSON cannot', async () => {
    const model = fixed(dense(4, {inputShape: [4], activation: 'tanh'}), dense(1));
    const seen: Finding[] = [];
    const monitor: ActivationMonitor = new ActivationMonitor({
      ...silent,
      every: 1,
      onFinding(finding) {
        seen.push(finding);
        expect(monitor.report().findings).toContainEqual(finding);
      },
    });
    await model.fit(tf.fill([320, 4], NaN), tf.ones([320, 1]), {verbose: 0, callbacks: [monitor]});
    expect(seen.map(({rule, layer}) => [rule, layer])).toEqual([
      ['non-finite', model.layers[0].name],
    ]);
    expect(seen[0].evidence).toMatchObject({phase: 'forward', lastFiniteStep: -1});
    expect(JSON.parse(JSON.stringify(seen))).toEqual(seen);
  });
});
