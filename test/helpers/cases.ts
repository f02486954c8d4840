import * as tf from '@tensorflow/tfjs';
import {input} from '../../src/formula/index.js';
import {activations, layers} from '../../src/index.js';
import {runProgram} from '../../src/kernels/index.js';
import type {Program, Reduction} from '../../src/kernels/index.js';

/** Something that every backend must compute alike. */
export type Case = () => tf.Tensor[];

const random = (shape: readonly number[], seed: number): tf.Tensor =>
  tf.randomNormal([...shape], 0, 1, 'float32', seed);

const label = (shape: readonly number[]): string => `[${shape}]`;

/** The value, and the gradients by x and alpha, where alpha has a shape of its own. */
function shared(full: readonly number[], weight: readonly number[]): [string, Case] {
  return [
    `x ${label(full)} with a weight ${label(weight)}`,
    () => {
      const [x, alpha, upstream] = [random(full, 1), random(weight, 2), random(full, 3)];
      const run = (x: tf.Tensor, alpha: tf.Tensor): tf.Tensor => activations.prelu(x, {alpha});
      return [run(x, alpha), ...tf.grads(run)([x, alpha], upstream)];
    },
  ];
}

/** Every way to share a weight along some of the axes. */
function sharings(full: readonly number[]): [string, Case][] {
  return Array.from({length: 2 ** full.length}, (_, bits) =>
    shared(
      full,
      full.map((size, axis) => (bits & (1 << axis) ? 1 : size)),
    ),
  );
}

/** The same for vectors of coefficients. */
function coefficients(full: readonly number[], outer: readonly number[]): [string, Case] {
  return [
    `x ${label(full)} with coefficients ${label(outer)}`,
    () => {
      const x = random(full, 1);
      const weights = [random([...outer, 6], 2), random([...outer, 4], 3)];
      const run = (x: tf.Tensor, numerator: tf.Tensor, denominator: tf.Tensor): tf.Tensor =>
        activations.rational(x, {numerator, denominator});
      return [run(x, weights[0], weights[1]), ...tf.grads(run)([x, ...weights], random(full, 4))];
    },
  ];
}

const x = input('x');
const a = input('a');

/** All that one program can give: whole and gathered outputs, to several shapes at once. */
function gathered(full: readonly number[], reduced: readonly number[]): [string, Case] {
  const outputs: Program['outputs'] = [
    {name: 'whole', value: x.mul(a)},
    {name: 'second', value: x.add(a)},
    ...(['sum', 'min', 'max', 'histogram'] as Reduction[]).map(reduction => ({
      name: reduction,
      value: x.sub(a),
      reduction,
    })),
    {name: 'stacked', value: [x, x.square(), a, x.mul(a), x.neg()], reduction: 'sum'},
    {name: 'total', value: x, reduction: 'sum'},
  ];
  return [
    `${label(full)} gathered to ${label(reduced)}`,
    () => {
      const program: Program = {inputs: [{name: 'x'}, {name: 'a'}], outputs};
      const shapes = {full, reduced: outputs.map(({name}) => (name === 'total' ? [] : reduced))};
      const inputs = [random(full, 5), random(full.slice(-1), 6)];
      return runProgram('Activation/TestCase', program, inputs, shapes);
    },
  ];
}

const spread: Case = () => {
  const program: Program = {
    inputs: [{name: 'x'}],
    outputs: (['min', 'max', 'sum'] as const).map(reduction => ({
      name: reduction,
      value: x,
      reduction,
    })),
  };
  const values = tf.tensor2d([1, NaN, Infinity, 2, 3, -Infinity, -3, 5, -1], [3, 3]);
  const shapes = {full: [3, 3], reduced: [[3], [3], [3]]};
  return runProgram('Activation/TestSpread', program, [values], shapes);
};

const longSum: Case = () => {
  const program: Program = {
    inputs: [{name: 'x'}],
    outputs: [{name: 'sum', value: x, reduction: 'sum'}],
  };
  const length = 1_000_003;
  const shapes = {full: [length], reduced: [[1]]};
  return runProgram('Activation/TestLong', program, [tf.fill([length], 0.1)], shapes);
};

const empty = (full: readonly number[], weight: readonly number[]): [string, Case] => {
  const [name, run] = shared(full, weight);
  return [`empty: ${name}`, run];
};

/**
 * A layer that mixes units or is random: its value, its gradients up to an order, and those of the
 * first order by its weights.
 */
function mixing(name: string, make: () => tf.layers.Layer, order = 2): [string, Case] {
  return [
    `the layer ${name}`,
    () => {
      const [full, layer] = [[3, 4, 2, 4], make()];
      const x = random(full, 1);
      layer.apply(x);
      const weights = layer.getWeights();
      layer.setWeights(weights.map(({shape}, index) => tf.abs(random(shape, index + 2)).add(0.1)));
      // A random layer draws anew for each call: only its value is the same.
      const training = order === 0;
      const run = (x: tf.Tensor): tf.Tensor => layer.apply(x, {training}) as tf.Tensor;
      const cubes = (x: tf.Tensor): tf.Tensor => tf.sum(tf.mul(run(x), tf.square(run(x))));
      const slopes = tf.grad(cubes);
      const along = (x: tf.Tensor): tf.Tensor => tf.sum(tf.mul(random(full, 9), slopes(x)));
      const value = run(x);
      const gradients = [slopes, tf.grad(along)].slice(0, order).map(each => each(x));
      const variables = layer.trainableWeights.map(weight => weight.read() as tf.Variable);
      const hasSlopes = order > 0 && variables.length > 0;
      const byWeights = hasSlopes
        ? Object.values(tf.variableGrads(() => cubes(x) as tf.Scalar, variables).grads)
        : [];
      layer.dispose();
      return [value, ...gradients, ...byWeights];
    },
  ];
}

const masked: [string, Case] = [
  'the layer softmax with a mask',
  () => {
    const [x, mask] = [random([2, 3, 4], 1), tf.tensor2d([1, 0, 1, 1, 1, 0], [2, 3], 'bool')];
    const run = (x: tf.Tensor): tf.Tensor =>
      layers.softmax({axis: 1}).apply(x, {mask}) as tf.Tensor;
    return [run(x), tf.grad((x: tf.Tensor) => tf.sum(tf.square(run(x))))(x)];
  },
];

export const CASES = new Map<string, Case>([
  ...sharings([]),
  ...sharings([1]),
  ...sharings([7]),
  ...sharings([3, 5]),
  ...sharings([8, 16]),
  ...sharings([2, 3, 5]),
  ...sharings([2, 3, 3, 4]),
  shared([2, 3, 5], [5]),
  shared([2, 3, 5], [3, 1]),
  shared([2, 3, 1, 2, 5], [3, 1, 1, 5]),
  shared([2, 3, 2, 2, 5], [2, 1, 2, 1, 5]),
  shared([2, 1, 2, 3, 2, 3], [1, 1, 2, 1, 2, 1]),
  shared([2, 2, 2, 3, 2, 3], [2, 1, 2, 3, 1, 3]),
  coefficients([7], []),
  coefficients([3, 5], []),
  coefficients([3, 5], [5]),
  coefficients([3, 5], [3, 1]),
  coefficients([3, 8], [3, 8]),
  coefficients([2, 3, 4], [3, 1]),
  coefficients([2, 3, 2, 4], [1, 1, 4]),
  gathered([4, 6], [6]),
  gathered([5, 3, 7], [3, 1]),
  gathered([5, 3, 7], [5, 1, 7]),
  gathered([2, 3, 3, 4], [1, 1, 1, 4]),
  gathered([33, 5], []),
  ['NaN and infinities gathered', spread],
  ['a sum of a million equal values', longSum],
  mixing('softmax', () => layers.softmax({axis: [1, -1]})),
  mixing('softmax, last', () => layers.softmax()),
  masked,
  mixing('logSoftmax', () => layers.logSoftmax({axis: 1})),
  mixing('sparsemax', () => layers.sparsemax({axis: 1})),
  mixing('glu', () => layers.glu({axis: 1})),
  mixing('geglu', () => layers.geglu()),
  mixing('maxout', () => layers.maxout({numUnits: 2})),
  mixing('crelu', () => layers.crelu({axis: 2})),
  mixing('rrelu', () => layers.rrelu({seed: 1}), 0),
  mixing('probAct', () => layers.probAct({seed: 1}), 0),
  mixing('eelu', () => layers.eelu()),
  // Its second order takes more tensors than a shader of WebGPU can read.
  mixing('metaAcon', () => layers.metaAcon({reduction: 2}), 1),
  mixing('dynamicRelu', () => layers.dynamicRelu({reduction: 2})),
  mixing('dynamicRelu, shared', () => layers.dynamicRelu({perChannel: false, reduction: 1})),
  mixing('frelu', () => layers.frelu()),
  mixing('kan', () => layers.kan({units: 3})),
  empty([0], [1]),
  empty([0, 3], [3]),
  empty([3, 0, 2], [1, 2]),
]);

/** The loss of each of a few steps of a model with learnable activations. */
export async function trainingLosses(): Promise<number[]> {
  const kernelInitializer = (seed: number): ReturnType<typeof tf.initializers.glorotUniform> =>
    tf.initializers.glorotUniform({seed});
  const dense = (units: number, seed: number, inputShape?: number[]): tf.layers.Layer =>
    tf.layers.dense({units, kernelInitializer: kernelInitializer(seed), inputShape});
  const model = tf.sequential({
    layers: [
      dense(9, 1, [5]),
      layers.prelu(),
      dense(8, 2),
      layers.pelu(),
      dense(7, 3),
      layers.rational(),
      dense(1, 4),
    ],
  });
  model.compile({optimizer: tf.train.sgd(0.05), loss: 'meanSquaredError'});
  const inputs = random([32, 5], 7);
  const targets = tf.tidy(() => tf.sum(tf.abs(inputs), 1, true));
  const losses: number[] = [];
  for (let step = 0; step < 4; step++) {
    losses.push((await model.trainOnBatch(inputs, targets)) as number);
  }
  model.dispose();
  tf.dispose([inputs, targets]);
  return losses;
}
