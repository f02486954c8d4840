import * as tf from '@tensorflow/tfjs';
import {activations, layers} from '../src/index.js';
import {goldenNames, readGolden} from './helpers/golden.js';
import type {GoldenArray, GoldenLayerCase, GoldenLayerFile} from './helpers/golden.js';

beforeAll(() => tf.setBackend('cpu'));

type Factory = (args?: object) => tf.layers.Layer;

/** The layers that are made of no activation: their outputs depend on several inputs, or on chance. */
const mixing = new Map(
  Object.entries(layers as unknown as Record<string, Factory>).filter(([, factory]) => {
    const ofActivations = Object.values(activations).map(({layer}) => layer as unknown as Factory);
    return !ofActivations.includes(factory);
  }),
);
const names = goldenNames('mixing');

const tensorOf = (array: GoldenArray): tf.Tensor => tf.tensor(array as number[]);
const flat = (array: GoldenArray): number[] =>
  typeof array === 'number' ? [array] : array.flatMap(flat);

/** Every number that is off by more than float32 sums of terms of size 1 to 40 are. */
function faultsOf(what: string, actual: tf.Tensor, golden: GoldenArray): string[] {
  const expected = flat(golden);
  const numbers = actual.dataSync();
  if (numbers.length !== expected.length) return [`${what}: ${numbers.length} numbers`];
  return expected.flatMap((each, index) => {
    const isClose = Math.abs(numbers[index] - each) <= 1e-5 * Math.abs(each) + 2e-6;
    return isClose ? [] : [`${what}[${index}]: got ${numbers[index]}, golden ${each}`];
  });
}

/** What the layer is called with, once built with golden weights. */
function build(name: string, {args, input, weights}: GoldenLayerCase): tf.layers.Layer {
  const layer = mixing.get(name)!(args);
  const [, ...shape] = tensorOf(input).shape;
  layer.build([null, ...shape]);
  const own = layer.weights.map(({originalName}) => originalName.split('/').pop());
  expect([...own].sort()).toEqual(Object.keys(weights).sort());
  layer.setWeights(own.map(weight => tensorOf(weights[weight!])));
  return layer;
}

test('every layer that mixes units has golden values, and all golden values a layer', () => {
  expect(names.sort()).toEqual([...mixing.keys()].sort());
});

const describeLayer = (name: string) => (): void => {
  const {cases} = readGolden<GoldenLayerFile>(`mixing/${name}`);

  test.each(
    cases.map(each => {
      const {args, from} = each;
      const sources = `values from ${from.value}, gradients from ${from.gradients}`;
      return [args, sources, each] as const;
    }),
  )('with %j: %s', (_args, _sources, golden) => {
    const layer = build(name, golden);
    const x = tf.variable(tensorOf(golden.input));
    const upstream = tensorOf(golden.upstream);
    const output = layer.call(x, {}) as tf.Tensor;
    expect(output.shape).toEqual(upstream.shape);
    expect(faultsOf('value', output, golden.value)).toEqual([]);

    const trained = layer.trainableWeights.map(weight => {
      const variable = weight.read() as tf.Variable;
      return [weight.originalName.split('/').pop()!, variable] as const;
    });
    const {grads} = tf.variableGrads(
      () => tf.sum(tf.mul(layer.call(x, {}) as tf.Tensor, upstream)),
      [x, ...trained.map(([, variable]) => variable)],
    );
    const variables = new Map([['x', x], ...trained]);
    expect([...variables.keys()].sort()).toEqual(Object.keys(golden.gradients).sort());
    const faults = Object.entries(golden.gradients).flatMap(([key, gradient]) =>
      faultsOf(`gradient by ${key}`, grads[variables.get(key)!.name], gradient),
    );
    expect(faults).toEqual([]);
  });
};

for (const name of names.filter(name => mixing.has(name))) describe(name, describeLayer(name));
