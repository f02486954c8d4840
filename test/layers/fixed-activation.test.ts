import * as tf from '@tensorflow/tfjs';
import {ActivationMonitor, activations, initializerFor} from '../../src/index.js';
import {FixedActivation} from '../../src/layers/fixed-activation.js';
import type {FixedActivationArgs} from '../../src/layers/fixed-activation.js';
import {expectRefused, modelOf, reloaded} from '../helpers/layers.js';
import {normal, silent} from '../helpers/monitor.js';

const parameters = {beta: 1.3};
const x = normal(50, 4);

function make(): FixedActivation {
  return new FixedActivation({activation: 'swishBeta', parameters, inputShape: [4]});
}

test('computes what the activation does at its parameters, and has no weights', () => {
  const layer = make();
  const y = layer.apply(x) as tf.Tensor;
  expect(y.dataSync()).toEqual(activations.swishBeta(x, parameters).dataSync());
  expect(layer.weights).toEqual([]);
  expect(initializerFor(layer).getConfig().scale).toBeCloseTo(
    activations.swishBeta.gain(parameters) ** 2,
    6,
  );
});

test('is saved and loaded with its parameters, vectors and nulls included', async () => {
  const all: FixedActivationArgs[] = [
    {activation: 'swishBeta', parameters},
    {
      activation: 'rational',
      parameters: {numerator: [0, 1, 0, 0, 0, 0.5], denominator: [0, 1, 0, 0]},
    },
    {activation: 'relu', parameters: {maxValue: null, negativeSlope: 0.1}},
  ];
  for (const given of all) {
    const layer = new FixedActivation({...given, inputShape: [4]});
    const model = modelOf(layer);
    const loaded = await reloaded(model);
    expect(loaded.layers[0]).toBeInstanceOf(FixedActivation);
    expect(loaded.layers[0].getConfig()).toEqual(layer.getConfig());
    const [before, after] = [model, loaded].map(each => (each.predict(x) as tf.Tensor).dataSync());
    expect(after).toEqual(before);
  }
});

test('passes gradients, and is watched as the activation that it is', async () => {
  const model = modelOf(tf.layers.dense({units: 4, inputShape: [4]}), make());
  model.compile({optimizer: 'sgd', loss: 'meanSquaredError'});
  const monitor = new ActivationMonitor(silent);
  await model.fit(x, tf.zerosLike(x), {epochs: 1, verbose: 0, callbacks: [monitor]});
  expect(monitor.report().layers[0].activation).toBe('swishBeta');
});

test('refuses what it cannot work with', () => {
  const refuse = (args: unknown, message: RegExp): void =>
    expectRefused(() => new FixedActivation(args as never), message);
  refuse({activation: 'rulu', parameters}, /must be the name of an activation, got 'rulu'/);
  refuse({activation: 'swishBeta', parameters: {}}, /beta must be a number, got undefined/);
  refuse({activation: 'swishBeta', parameters: {gamma: 1}}, /unknown parameter 'gamma'/);
  refuse({activation: 'swishBeta'}, /parameters must be an object, got undefined/);
  refuse({activation: 'swishBeta', parameters, rate: 1}, /unknown argument 'rate'/);
});
