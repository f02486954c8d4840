import * as tf from '@tensorflow/tfjs';
import {ActivationMonitor, activations, defineActivation, layers, where} from 'tfjs-activations';
import type {Expression, Finding} from 'tfjs-activations';
import {loadBackend, loadModel, progressBar, saveModel} from 'tfjs-activations/node';

const leaky = defineActivation({
  name: 'leakyByConsumer',
  className: 'LeakyByConsumer',
  weights: {slope: {initializer: 'zeros'}},
  formula: ({x, slope}: {x: Expression; slope: Expression}) => where(x.greater(0), x, x.mul(slope)),
});

export async function train(
  model: tf.Sequential,
  xs: tf.Tensor,
  ys: tf.Tensor,
): Promise<readonly Finding[]> {
  const backend: string = await loadBackend('cpu');
  model.add(layers.prelu({sharedAxes: 'all'}));
  model.add(leaky.layer());
  const monitor = new ActivationMonitor();
  await model.fit(xs, ys, {callbacks: [progressBar(), monitor]});
  await saveModel(model, backend);
  const loaded: tf.LayersModel = await loadModel(backend);
  loaded.dispose();
  return monitor.findings;
}

export const value: tf.Tensor = activations.mish(tf.scalar(1));

export const accepted = [
  layers.leakyReLU({negativeSlope: 0.1}),
  layers.rational({numeratorInitializer: [0, 1, 0, 0, 0, 0], denominatorInitializer: 'zeros'}),
  layers.pelu({aInitializer: 2, bConstraint: null}),
  activations.leakyRelu([1], {negativeSlope: 0.1}),
];

// @ts-expect-error An alias has the type of its option.
export const wrongAlias = activations.leakyRelu([1], {negativeSlope: 'steep'});

// @ts-expect-error A weight that is no vector has no coefficients.
export const wrongInitializer = layers.pelu({aInitializer: [1, 2]});

// @ts-expect-error There is no such weight.
export const wrongWeight = layers.pelu({alphaInitializer: 'ones'});

// @ts-expect-error A layer is not a number, so the types are not `any`.
export const layer: number = layers.prelu();

// @ts-expect-error There is no such activation.
export const unknown = activations.noSuchActivation;
