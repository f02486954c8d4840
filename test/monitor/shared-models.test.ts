import * as tf from '@tensorflow/tfjs';
import {ActivationMonitor} from '../../src/index.js';
import type {Report} from '../../src/index.js';
import {dense, normal, silent} from '../helpers/monitor.js';

type Symbolic = tf.SymbolicTensor;

beforeAll(() => tf.setBackend('cpu'));

/** Two layers that are watched, as one model. */
function encoder(name = 'encoder'): tf.Sequential {
  return tf.sequential({
    name,
    layers: [
      dense(3, {inputShape: [2], activation: 'tanh', name: 'wide'}),
      dense(2, {activation: 'relu', name: 'narrow'}),
    ],
  });
}

function compiled(inputs: Symbolic | Symbolic[], outputs: Symbolic): tf.LayersModel {
  const model = tf.model({inputs, outputs});
  model.compile({loss: 'meanSquaredError', optimizer: tf.train.sgd(0)});
  return model;
}

const apply = (layer: tf.layers.Layer, x: Symbolic | Symbolic[]): Symbolic =>
  layer.apply(x) as Symbolic;

/** What a layer of `encoder` gives for inputs, by plain operations. */
function passed(model: tf.LayersModel, x: tf.Tensor): {wide: tf.Tensor; narrow: tf.Tensor} {
  const [kernel, bias, kernel2, bias2] = model.getWeights();
  const wide = tf.tanh(tf.add(tf.matMul(x, kernel), bias));
  return {wide, narrow: tf.relu(tf.add(tf.matMul(wide, kernel2), bias2))};
}

async function seenIn(model: tf.LayersModel, x: tf.Tensor | tf.Tensor[]): Promise<Report> {
  const monitor = new ActivationMonitor({...silent, every: 1});
  const samples = (Array.isArray(x) ? x[0] : x).shape[0];
  const y = tf.ones([samples, 1]);
  await model.fit(x, y, {batchSize: 8, epochs: 1, verbose: 0, callbacks: [monitor]});
  expect(monitor.report().problems).toEqual([]);
  return monitor.report();
}

/** Compares an entry with outputs, and with what the loss gives back for them. */
function expectOutputs(
  report: Report,
  name: string,
  outputs: tf.Tensor,
  gradient?: tf.Tensor,
): void {
  const layer = report.layers.find(each => each.name === name);
  expect(layer).toBeDefined();
  const rows = outputs.arraySync() as number[][];
  expect(layer!.samples).toBe(rows.length);
  for (let unit = 0; unit < layer!.units; unit++) {
    const values = rows.map(row => row[unit]);
    const mean = values.reduce((sum, value) => sum + value) / values.length;
    expect(layer!.mean[unit]).toBeCloseTo(mean, 5);
    expect(layer!.min[unit]).toBeCloseTo(Math.min(...values), 5);
    expect(layer!.max[unit]).toBeCloseTo(Math.max(...values), 5);
    if (!gradient) continue;
    const gradients = (gradient.arraySync() as number[][]).map(row => Math.abs(row[unit]));
    const own = gradients.reduce((sum, value) => sum + value) / gradients.length;
    expect(own).toBeGreaterThan(0);
    expect(layer!.gradient![unit]).toBeCloseTo(own, 5);
  }
}

/** Inputs in the order in which tfjs gives them to a model within: not always that of their making. */
function inOrderOfCalls(
  within: tf.LayersModel,
  model: tf.LayersModel,
  inputs: tf.Tensor[],
): tf.Tensor[] {
  const order: number[] = [];
  const call = within.call.bind(within);
  const spy = jest.spyOn(within, 'call').mockImplementation((given, kwargs) => {
    order.push((Array.isArray(given) ? given[0] : given).dataSync()[0]);
    return call(given, kwargs);
  });
  model.predict(inputs.map((input, index) => tf.fill(input.shape, index)));
  spy.mockRestore();
  expect([...order].sort()).toEqual(inputs.map((_, index) => index));
  return order.map(index => inputs[index]);
}

const namesOf = ({layers}: Report): string[] => layers.map(({name}) => name);

test('a model used for two inputs has an entry for each of its layers and inputs', async () => {
  const own = encoder();
  const [a, b] = [tf.input({shape: [2]}), tf.input({shape: [2]})];
  const difference = tf.layers.concatenate();
  const head = dense(1, {name: 'output', useBias: false});
  const model = compiled([a, b], apply(head, apply(difference, [apply(own, a), apply(own, b)])));
  const [x, far] = [normal(8, 2), tf.add(normal(8, 2).reverse(0), 2)];
  const report = await seenIn(model, [x, far]);
  expect(namesOf(report)).toEqual([
    'encoder/wide (call 1)',
    'encoder/wide (call 2)',
    'encoder/narrow (call 1)',
    'encoder/narrow (call 2)',
    'output',
  ]);
  const [first, second] = inOrderOfCalls(own, model, [x, far]).map(input => passed(own, input));
  const [kernel] = head.getWeights();
  const isReversed = tf.equal(passed(own, x).narrow, first.narrow).all().dataSync()[0] === 0;
  const ordered = (one: tf.Tensor, other: tf.Tensor): tf.Tensor[] =>
    isReversed ? [other, one] : [one, other];
  const gradients = tf.grads((one: tf.Tensor, other: tf.Tensor) =>
    tf.mean(tf.square(tf.sub(tf.matMul(tf.concat(ordered(one, other), 1), kernel), 1))),
  )([first.narrow, second.narrow]);
  expectOutputs(report, 'encoder/wide (call 1)', first.wide);
  expectOutputs(report, 'encoder/wide (call 2)', second.wide);
  expectOutputs(report, 'encoder/narrow (call 1)', first.narrow, gradients[0]);
  expectOutputs(report, 'encoder/narrow (call 2)', second.narrow, gradients[1]);
});

test('a model used after itself has them in the order of the calls, in each batch', async () => {
  const own = tf.sequential({
    name: 'step',
    layers: [dense(2, {inputShape: [2], activation: 'tanh', name: 'only'})],
  });
  const input = tf.input({shape: [2]});
  const steps = [1, 2, 3].reduce(x => apply(own, x), input);
  const model = compiled(input, apply(dense(1, {name: 'output'}), steps));
  const x = normal(30, 2);
  const report = await seenIn(model, x);
  const [kernel, bias] = own.getWeights();
  let h: tf.Tensor = x;
  for (const call of [1, 2, 3]) {
    h = tf.tanh(tf.add(tf.matMul(h, kernel), bias));
    expectOutputs(report, `step/only (call ${call})`, h);
  }
  expect(report.layers).toHaveLength(4);
});

test('a model used twice in a model that is used twice has four', async () => {
  const own = tf.sequential({
    name: 'inner',
    layers: [dense(2, {inputShape: [2], activation: 'tanh', name: 'only'})],
  });
  const entry = tf.input({shape: [2]});
  const middle = tf.model({
    inputs: entry,
    outputs: apply(own, apply(own, entry)),
    name: 'middle',
  });
  const input = tf.input({shape: [2]});
  const output = apply(dense(1, {name: 'output'}), apply(middle, apply(middle, input)));
  const x = normal(20, 2);
  const report = await seenIn(compiled(input, output), x);
  const [kernel, bias] = own.getWeights();
  let h: tf.Tensor = x;
  for (const call of [1, 2, 3, 4]) {
    h = tf.tanh(tf.add(tf.matMul(h, kernel), bias));
    expectOutputs(report, `middle/inner/only (call ${call})`, h);
  }
  expect(report.layers).toHaveLength(5);
});

test('a layer used in a model and beside it has an entry for each', async () => {
  const own = dense(2, {activation: 'tanh', name: 'shared'});
  const entry = tf.input({shape: [2]});
  const inner = tf.model({inputs: entry, outputs: apply(own, entry), name: 'inner'});
  const input = tf.input({shape: [2]});
  const output = apply(dense(1, {name: 'output'}), apply(own, apply(inner, input)));
  const x = normal(20, 2);
  const report = await seenIn(compiled(input, output), x);
  expect(report.layers).toHaveLength(3);
  const [kernel, bias] = own.getWeights();
  const once = tf.tanh(tf.add(tf.matMul(x, kernel), bias));
  const twice = tf.tanh(tf.add(tf.matMul(once, kernel), bias));
  const names = namesOf(report);
  expect(names.map(name => name.replace(/^inner\//, '')).slice(0, 2)).toEqual([
    'shared (call 1)',
    'shared (call 2)',
  ]);
  expectOutputs(report, names[0], once);
  expectOutputs(report, names[1], twice);
});

test('what was made of a model for other uses, beside the one that is trained, does not count', async () => {
  const own = encoder();
  // A model of its own, and calls that the trained one does not make.
  apply(own, tf.input({shape: [2]}));
  tf.model({inputs: own.inputs, outputs: own.layers[0].output as Symbolic});
  const input = tf.input({shape: [2]});
  const model = compiled(input, apply(dense(1, {name: 'output'}), apply(own, input)));
  const x = normal(20, 2);
  const report = await seenIn(model, x);
  expect(namesOf(report)).toEqual(['encoder/wide', 'encoder/narrow', 'output']);
  const {wide, narrow} = passed(own, x);
  expectOutputs(report, 'encoder/wide', wide);
  expectOutputs(report, 'encoder/narrow', narrow);
});

test('gates of a recurrent layer in a model used twice are those of each call', async () => {
  const own = tf.sequential({
    name: 'reader',
    layers: [tf.layers.simpleRNN({units: 2, inputShape: [3, 2], name: 'recurrent'})],
  });
  const [a, b] = [tf.input({shape: [3, 2]}), tf.input({shape: [3, 2]})];
  const both = apply(tf.layers.concatenate(), [apply(own, a), apply(own, b)]);
  const model = compiled([a, b], apply(dense(1, {name: 'output'}), both));
  const inputs = [normal(16, 3, 2), tf.add(normal(16, 3, 2), 1)];
  const report = await seenIn(model, inputs);
  const [kernel, recurrentKernel, bias] = own.getWeights();
  inOrderOfCalls(own, model, inputs).forEach((x, call) => {
    let h: tf.Tensor = tf.zeros([16, 2]);
    const outputs = tf.unstack(x, 1).map(step => {
      const z = tf.add(tf.matMul(step, kernel), tf.matMul(h, recurrentKernel));
      return (h = tf.tanh(tf.add(z, bias)));
    });
    const layer = report.layers.find(
      ({name}) => name === `reader/recurrent/output (call ${call + 1})`,
    );
    const all = tf.stack(outputs, 1);
    expect(layer!.samples).toBe(16);
    const means = tf.mean(all, [0, 1]).dataSync();
    layer!.mean.forEach((mean, unit) => expect(mean).toBeCloseTo(means[unit], 5));
  });
});
