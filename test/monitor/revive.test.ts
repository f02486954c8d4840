import {readFileSync} from 'node:fs';
import path from 'node:path';
import {gunzipSync} from 'node:zlib';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import {ActivationMonitor, layers, reviveUnits} from '../../src/index.js';
import type {ActivationMonitorOptions, Finding} from '../../src/index.js';
import {formatReport} from '../../src/monitor/reporters/console.js';
import {configureRules} from '../../src/monitor/configure-rules.js';
import {Reviver} from '../../src/monitor/reviver.js';
import {bias, dense, isHooked, normal, silent} from '../helpers/monitor.js';
import {finding as findingOf} from '../helpers/reports.js';
import {layerOf, snapshotOf} from '../helpers/snapshots.js';

/** Three of the hidden units are dead from the start. */
function withDeadUnits(...between: tf.layers.Layer[]): tf.Sequential {
  const model = tf.sequential({
    layers: [
      dense(8, {inputShape: [4], name: 'made'}),
      layers.relu({name: 'hidden'}),
      ...between,
      dense(1, {name: 'output'}),
    ],
  });
  const [, biases] = model.getLayer('made').getWeights() as tf.Variable[];
  biases.assign(tf.tensor1d([0, -100, -100, 0, 0, -100, 0, 0]));
  model.compile({optimizer: 'sgd', loss: 'meanSquaredError'});
  return model;
}

let x: tf.Tensor;
let y: tf.Tensor;

beforeAll(async () => {
  await tf.setBackend('cpu');
  x = normal(1600, 4);
  y = tf.sum(x, 1, true);
});

const watched = (options: ActivationMonitorOptions) =>
  new ActivationMonitor({...silent, ...options});

async function fit(model: tf.LayersModel, monitor: ActivationMonitor, epochs = 2) {
  const callbacks = [monitor];
  await model.fit(x, y, {epochs, batchSize: 32, verbose: 0, shuffle: false, callbacks});
  return monitor.report();
}

describe.each(['cpu', 'wasm'])('on %s', backend => {
  beforeAll(async () => void (await tf.setBackend(backend)));

  test('fit goes on with units that were dead', async () => {
    const model = withDeadUnits();
    const variables = model.getWeights();
    await fit(model, watched({}), 1);
    const tensors = tf.memory().numTensors;
    const report = await fit(model, watched({revive: true}));
    expect(tf.memory().numTensors).toBe(tensors);
    expect(model.getWeights()).toEqual(variables);
    expect(isHooked(model)).toBe(false);
    const [first] = report.revived!;
    expect(first).toEqual({
      ...{layer: 'hidden', units: [1, 2, 5], producer: 'made', consumers: ['output']},
      ...{epoch: 0, step: 9},
    });
    expect(report.problems).toEqual([]);
    expect(report.layers[0].dead).not.toEqual(expect.arrayContaining([1, 2, 5]));
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
    expect(formatReport(report)).toContain('Revived: 3 units of hidden (after step 9)');
  });

  test('a loop of its own does so between two steps', async () => {
    const model = withDeadUnits();
    const optimizer = tf.train.adam(0.01);
    const monitor = watched({revive: true});
    const detach = monitor.attach(model, optimizer);
    const step = (index: number) =>
      optimizer.minimize(() => {
        const [batch, truth] = [x, y].map(all => tf.slice(all, [32 * index], [32]));
        return tf.losses.meanSquaredError(truth, model.apply(batch, {training: true}) as tf.Tensor);
      });
    step(0);
    const tensors = tf.memory().numTensors;
    for (let index = 1; index < 40; index++) step(index);
    expect(tf.memory().numTensors - tensors).toBeLessThan(4);
    detach();
    const {revived, problems} = monitor.report();
    expect(problems).toEqual([]);
    expect(revived!.map(({units}) => units)).toEqual([[1, 2, 5]]);
  });
});

describe('which and when', () => {
  beforeAll(async () => void (await tf.setBackend('wasm')));

  test('nothing by default, and then the report does not tell', async () => {
    const report = await fit(withDeadUnits(), watched({}));
    expect(report.layers[0].dead).toEqual([1, 2, 5]);
    expect('revived' in report || 'notRevived' in report).toBe(false);
    expect(watched({}).report()).not.toHaveProperty('revived');
    expect(watched({revive: {}}).report()).toMatchObject({revived: [], notRevived: []});
  });

  test('maxShare of the units of a layer at a time, cooldown steps apart', async () => {
    const {revived} = await fit(
      withDeadUnits(),
      watched({revive: {maxShare: 0.3, cooldown: 60}}),
      4,
    );
    expect(revived!.map(({units}) => units)).toEqual([[1, 2], [5]]);
    expect(revived![1].step - revived![0].step).toBeGreaterThanOrEqual(60);
  });

  test('never in the last 300 samples', async () => {
    const {
      revived,
      layers: [hidden],
    } = await fit(withDeadUnits(), watched({revive: {cooldown: 1}}), 1);
    expect(revived!.length).toBeGreaterThan(0);
    expect(Math.max(...revived!.map(({step}) => step))).toBeLessThan(50 - 10);
    expect(Math.min(...hidden.mean)).not.toBeNull();
    const short = new ActivationMonitor({...silent, revive: true, every: 1});
    const model = withDeadUnits();
    const callbacks = [short];
    await model.fit(x.slice(0, 320), y.slice(0, 320), {verbose: 0, callbacks});
    expect(short.report().revived).toEqual([]);
    expect(short.report().layers[0].dead).toEqual([1, 2, 5]);
  });

  test('a unit is not called dead again before it has been seen as often', async () => {
    const model = withDeadUnits();
    // Whatever is drawn, the units stay dead.
    const [kernel, biases] = model.getLayer('made').getWeights() as tf.Variable[];
    kernel.assign = () => undefined;
    const assign = biases.assign.bind(biases);
    biases.assign = () => assign(tf.tensor1d([0, -100, -100, 0, 0, -100, 0, 0]));
    const monitor = watched({every: 1, revive: true});
    const called: [number, number[], number[]][] = [];
    const look = (batch: number) => {
      const [{dead, saturated}] = monitor.report().layers;
      called.push([batch, [...dead], [...saturated]]);
    };
    const callbacks = [monitor, new tf.CustomCallback({onBatchEnd: async batch => look(batch)})];
    await model.fit(x, y, {epochs: 1, batchSize: 32, verbose: 0, shuffle: false, callbacks});
    expect(called.find(([, dead]) => dead.length > 0)).toEqual([19, [1, 2, 5], []]);
    expect(called.flatMap(([, , saturated]) => saturated)).toEqual([]);
  });

  test('what cannot be revived is told with the reason, and left', async () => {
    const model = tf.sequential({
      layers: [dense(4, {inputShape: [4], activation: 'relu', name: 'output', ...bias(-100)})],
    });
    model.compile({optimizer: 'sgd', loss: 'meanSquaredError'});
    const monitor = watched({revive: true});
    await model.fit(x, x, {epochs: 2, verbose: 0, callbacks: [monitor]});
    const report = monitor.report();
    expect(report.revived).toEqual([]);
    const reason = "the Dense 'output' is an output of the model";
    expect(report.notRevived).toEqual([{layer: 'output', units: [0, 1, 2, 3], reason}]);
    expect(formatReport(report)).toContain(`Not revived: 4 units of output (${reason})`);
  });

  test('saturated units that are stuck, where that is asked for', async () => {
    const stuck = () => {
      const model = tf.sequential({
        layers: [
          dense(8, {inputShape: [4], activation: 'elu', name: 'hidden'}),
          dense(1, {name: 'output'}),
        ],
      });
      const [, biases] = model.getLayer('hidden').getWeights() as tf.Variable[];
      biases.assign(tf.tensor1d([0, -100, 0, 0, 0, 0, 0, 0]));
      model.compile({optimizer: 'sgd', loss: 'meanSquaredError'});
      return model;
    };
    expect((await fit(stuck(), watched({revive: true}))).revived).toEqual([]);
    const rules = ['saturated-units'];
    const {revived, problems} = await fit(stuck(), watched({revive: {rules}}));
    expect(problems).toEqual([]);
    expect(revived!.map(({units}) => units)).toEqual([[1]]);
  });

  test('maxShare is of all units of a layer, and what is skipped is told beside what is not', () => {
    const units = [0, 1, 2, 3, 4];
    const revive = jest.fn((_model: unknown, findings: readonly Finding[]) => ({
      revived: findings.map(({layer, units: own}) => ({
        ...{layer, units: own!.slice(1)},
        ...{producer: 'made', consumers: []},
      })),
      skipped: findings.map(({layer, units: own, rule: reason}) => ({
        ...{layer, units: own!.slice(0, 1)},
        reason,
      })),
    }));
    const rules = ['dead-units', 'saturated-units'];
    const settings = {rules, maxShare: 0.6, cooldown: 1};
    const reviver = new Reviver(settings, configureRules(rules), revive);
    const layer = layerOf(5, {
      slope: [0, 0, 0, 0, 0],
      quietSamples: [300, 300, 0, 0, 0],
      min: [0, 0, 1, 1, 1],
      max: [0, 0, 1, 1, 1],
    });
    const findings = rules.map(rule => findingOf({rule, layer: 'hidden', units}));
    reviver.run(withDeadUnits(), undefined, snapshotOf({layers: [layer]}), findings);
    const [, chosen] = revive.mock.calls[0];
    expect(chosen.map(finding => finding.units)).toEqual([[0, 1], [2]]);
    expect(reviver.skipped.map(({reason}) => reason)).toEqual(rules);
  });

  test('training goes on where reviving fails', async () => {
    const model = withDeadUnits();
    const [kernel] = model.getLayer('output').getWeights() as tf.Variable[];
    const assign = kernel.assign.bind(kernel);
    kernel.assign = value => {
      if (values(value).filter(each => each === 0).length === 3) throw new Error('no');
      return assign(value);
    };
    const warn = jest.spyOn(console, 'warn').mockReturnValue(undefined);
    const {problems, steps} = await fit(model, watched({revive: true}));
    expect(steps).toBe(100);
    expect(problems[0]).toBe('it could not revive units; training goes on. Error: no');
    warn.mockRestore();
  });
});

const values = (tensor: tf.Tensor) => [...tensor.dataSync()];

describe('reviveUnits by hand, while a monitor watches', () => {
  beforeAll(async () => void (await tf.setBackend('cpu')));

  const units = [1, 2, 5];
  const found = findingOf({layer: 'hidden', units});

  test.each(['before', 'after'])('in a callback %s it: what was seen is forgotten', async order => {
    const model = withDeadUnits();
    const monitor = watched({every: 1});
    const dead: (readonly number[])[] = [];
    const standing: number[] = [];
    const byHand = new tf.CustomCallback({
      onBatchEnd: async batch => {
        if (batch !== 19) return;
        dead.push(monitor.report().layers[0].dead);
        reviveUnits(model, [found]);
        standing.push(monitor.findings.filter(({rule}) => rule === 'dead-units').length);
        dead.push(monitor.report().layers[0].dead);
      },
    });
    const callbacks = order === 'before' ? [byHand, monitor] : [monitor, byHand];
    await model.fit(x, y, {epochs: 1, batchSize: 32, verbose: 0, shuffle: false, callbacks});
    expect(dead).toEqual([units, []]);
    expect(standing).toEqual([0]);
    const {layers, problems} = monitor.report();
    expect(layers[0].fromStep).toBeGreaterThanOrEqual(20);
    expect(layers[0].dead).toEqual([]);
    expect(problems).toEqual([]);
  });

  test('in a loop, all monitors are told, and a dry run tells none', async () => {
    const model = withDeadUnits();
    const monitors = [watched({every: 1}), watched({every: 1, revive: {cooldown: 1000}})];
    const ends = monitors.map(monitor => monitor.attach(model));
    const seen = () => monitors.map(monitor => monitor.report().layers[0].dead);
    for (let step = 0; step < 9; step++) {
      await model.trainOnBatch(x.slice(32 * step, 32), y.slice(32 * step, 32));
    }
    for (const report of seen()) expect(report).toEqual([]);
    await model.trainOnBatch(x.slice(288, 32), y.slice(288, 32));
    expect(seen()).toEqual([units, units]);
    reviveUnits(model, [found], {dryRun: true});
    expect(seen()).toEqual([units, units]);
    reviveUnits(model, [found]);
    expect(seen()).toEqual([[], []]);
    for (const end of ends) end();
    reviveUnits(model, [found]);
  });
});

/** 1797 handwritten digits of 8 × 8 pixels, each fifth held out. */
function digits() {
  const file = path.resolve(__dirname, '../../examples/data/digits.csv.gz');
  const lines = gunzipSync(readFileSync(file)).toString('utf8').trim().split('\n');
  const rows = lines.map(line => line.split(',').map(Number));
  const tensors = (chosen: number[][]) => ({
    x: tf.tensor2d(chosen.map(row => row.slice(0, 64).map(pixel => pixel / 16))),
    y: tf
      .oneHot(
        tf.tensor1d(
          chosen.map(row => row[64]),
          'int32',
        ),
        10,
      )
      .toFloat(),
  });
  return {
    training: tensors(rows.filter((_, index) => index % 5 > 0)),
    heldOut: tensors(rows.filter((_, index) => index % 5 === 0)),
  };
}

test('a network of dead units becomes as good as a healthy one, without a restart', async () => {
  await tf.setBackend('wasm');
  const {training, heldOut} = digits();
  const train = async (biases: number, epochs: number, monitor?: ActivationMonitor) => {
    const layer = (units: number, seed: number, args: object) => {
      const kernelInitializer = tf.initializers.glorotNormal({seed});
      return tf.layers.dense({units, kernelInitializer, ...args});
    };
    const hidden = {activation: 'relu', ...bias(biases)};
    const model = tf.sequential({
      layers: [
        layer(32, 15, {inputShape: [64], ...hidden}),
        layer(32, 16, hidden),
        layer(10, 17, {activation: 'softmax'}),
      ],
    });
    const [optimizer, metrics] = [tf.train.sgd(0.3), ['accuracy']];
    model.compile({optimizer, loss: 'categoricalCrossentropy', metrics});
    const callbacks = monitor ? [monitor] : [];
    const args = {epochs, batchSize: 32, shuffle: false, verbose: 0 as const, callbacks};
    await model.fit(training.x, training.y, args);
    const [, accuracy] = model.evaluate(heldOut.x, heldOut.y) as tf.Scalar[];
    return accuracy.dataSync()[0];
  };
  const deadIn = (monitor: ActivationMonitor) =>
    monitor.report().layers.reduce((count, layer) => count + layer.dead.length, 0);

  const failing = watched({});
  expect(await train(-1, 3, failing)).toBeLessThan(0.2);
  expect(deadIn(failing)).toBeGreaterThan(0.6 * 64);

  const healthy = await train(0, 16);
  expect(healthy).toBeGreaterThan(0.93);
  const reviving = watched({every: 1, revive: true});
  expect(await train(-1, 16, reviving)).toBeGreaterThan(healthy - 0.01);
  expect(deadIn(reviving)).toBeLessThan(0.1 * 64);
}, 60_000);
