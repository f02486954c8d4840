/** Training runs with a fault planted in them, and the rules that should find it. */
import * as tf from '@tensorflow/tfjs';
import {constraints, defineActivation, layers} from 'tfjs-activations';
import type {Case, Kind, RuleId} from './case.js';
import {centred, digits, fromZeroToOne} from './data.js';
import {
  classes,
  everyThird,
  glorotNormal,
  network,
  perUnit,
  scaledHe,
  withIncoming,
  withOutgoing,
} from './networks.js';
import type {Block, Network} from './networks.js';

export interface Fault {
  readonly name: string;
  /** What is wrong, in a sentence. */
  readonly text: string;
  readonly rules: readonly RuleId[];
  build(kind: Kind, seed: number): Case;
}

/** What a fault changes in a run that is healthy otherwise. */
interface Plan {
  readonly hidden: readonly Block[];
  readonly output?: Network['output'];
  readonly optimizer?: tf.Optimizer;
  readonly loss?: Case['loss'];
  /** What is made of pixels from 0 to 16. Default: their mean is 0, and ink is 1 above paper. */
  readonly scale?: (pixels: tf.Tensor) => tf.Tensor;
  /** Where one row of the data is spoilt. */
  readonly hasBrokenRow?: boolean;
}

const SAMPLES: Readonly<Record<Kind, number>> = {dense: 640, conv: 320};
const EPOCHS: Readonly<Record<Kind, number>> = {dense: 8, conv: 3};
const DEPTH: Readonly<Record<Kind, number>> = {dense: 8, conv: 6};

const relu: Block = {activation: 'relu'};
const tanh: Block = {activation: 'tanh', kernel: glorotNormal};
const sigmoid: Block = {activation: 'sigmoid', kernel: glorotNormal};
const leaky: Block = {activation: name => layers.leakyRelu({name})};
const constant = (value: number) => tf.initializers.constant({value});
const times = (count: number, block: Block): Block[] => Array<Block>(count).fill(block);

const square = defineActivation({name: 'square', formula: ({x}) => x.mul(x)});

function caseOf(plan: Plan, kind: Kind, seed: number): Case {
  const {hidden, output = classes(10), optimizer = tf.train.adam(0.003)} = plan;
  const {x, y} = digits(kind, SAMPLES[kind], seed, plan.scale);
  return {
    model: network({kind, seed, hidden, output}),
    x: plan.hasBrokenRow ? withBrokenRow(x, Math.floor(SAMPLES[kind] / 2)) : x,
    y,
    optimizer,
    loss: plan.loss ?? tf.metrics.categoricalCrossentropy,
    epochs: EPOCHS[kind],
    batchSize: 32,
  };
}

/** Takes `x`, and gives it back with NaN in one row. */
function withBrokenRow(x: tf.Tensor, row: number): tf.Tensor {
  const values = x.dataSync().slice();
  values[(row * values.length) / x.shape[0]] = NaN;
  const broken = tf.tensor(values, x.shape);
  x.dispose();
  return broken;
}

const squaredErrors: Pick<Plan, 'output' | 'loss'> = {
  output: {activation: 'linear', kernel: glorotNormal, units: 10},
  loss: tf.metrics.meanSquaredError,
};

function fault(
  name: string,
  rules: readonly RuleId[],
  text: string,
  plan: (kind: Kind, seed: number) => Plan,
): Fault {
  return {name, rules, text, build: (kind, seed) => caseOf(plan(kind, seed), kind, seed)};
}

/** Cross-entropy of independent outputs, without the care that tfjs takes of log(0). */
function carelessCrossEntropy(y: tf.Tensor, p: tf.Tensor): tf.Tensor {
  return tf.tidy(() => y.mul(p.log()).neg().sum(-1));
}

export const FAULTS: readonly Fault[] = [
  fault(
    'dying-relu-by-learning-rate',
    ['dead-units'],
    'A learning rate so high that the first steps throw units of a ReLU network out for good',
    kind => ({hidden: times(2, relu), optimizer: tf.train.sgd({dense: 3, conv: 2}[kind])}),
  ),
  fault('dying-relu-by-bias', ['dead-units'], 'Half of the biases start at −10', () => ({
    hidden: [relu, {...relu, bias: perUnit(unit => (unit % 2 === 0 ? -10 : 0))}],
  })),
  fault(
    'dying-relu-by-initialization',
    ['dead-units'],
    'All weights of the first layer start negative, and no input is',
    () => ({
      hidden: [
        {
          ...relu,
          kernel: seed => tf.initializers.randomUniform({minval: -0.5, maxval: -0.1, seed}),
        },
        relu,
      ],
      scale: fromZeroToOne,
    }),
  ),
  fault(
    'saturated-tanh',
    ['saturated-units'],
    'Weights and biases of a tanh start at a hundred or, with each further seed, a hundred more',
    (_, seed) => ({
      hidden: [
        {
          ...tanh,
          kernel: each => tf.initializers.randomNormal({stddev: 100 * seed, seed: each}),
          bias: perUnit(unit => (unit % 2 === 0 ? 100 * seed : -100 * seed)),
        },
        tanh,
      ],
    }),
  ),
  fault(
    'saturated-sigmoid',
    ['saturated-units'],
    'The biases of a sigmoid start at 8 or, with each further seed, 1.5 more',
    (_, seed) => ({hidden: [sigmoid, {...sigmoid, bias: constant(6.5 + 1.5 * seed)}]}),
  ),
  fault(
    'exploding-depth',
    ['exploding-gradients'],
    'Weights six times too large, layer after layer',
    kind => ({
      hidden: times(DEPTH[kind], {...leaky, kernel: scaledHe(6)}),
      optimizer: tf.train.adam(1e-4),
      ...squaredErrors,
    }),
  ),
  fault('vanishing-depth', ['vanishing-gradients'], 'Sigmoids, layer after layer', kind => ({
    hidden: times(DEPTH[kind], sigmoid),
  })),
  fault(
    'growing-initialization',
    ['poor-initialization'],
    'Weights that make each layer about four times as large as the one before',
    () => ({hidden: times(4, {...leaky, kernel: scaledHe(4)})}),
  ),
  fault(
    'shrinking-initialization',
    ['poor-initialization'],
    'Weights that make each layer a fifth of the one before',
    () => ({hidden: times(4, {...tanh, kernel: scaledHe(0.15)})}),
  ),
  fault(
    'nan-by-log-of-zero',
    ['non-finite'],
    'A loss of one’s own takes the logarithm of a probability that a ReLU makes 0',
    () => ({
      hidden: times(2, relu),
      output: {activation: 'relu', kernel: glorotNormal, units: 10},
      loss: carelessCrossEntropy,
    }),
  ),
  fault(
    'overflow-of-squares',
    ['non-finite'],
    'A high learning rate, and an activation that squares, overflow in a few steps',
    () => ({
      hidden: times(2, {activation: name => square.layer({name}), kernel: scaledHe(3)}),
      optimizer: tf.train.sgd(2),
      ...squaredErrors,
    }),
  ),
  fault('nan-in-the-data', ['non-finite'], 'One value of one sample is NaN', () => ({
    hidden: times(2, leaky),
    hasBrokenRow: true,
  })),
  fault(
    'constant-channel',
    ['constant-units'],
    'In a layer that is not trained, every third unit has weights of 0 and a bias of 1',
    () => ({
      hidden: [
        {
          ...relu,
          kernel: withIncoming(everyThird(0, 1)),
          bias: perUnit(everyThird(1, 0)),
          isFrozen: true,
        },
        relu,
      ],
    }),
  ),
  fault(
    'frozen-prelu',
    ['learned-parameters'],
    'A constraint holds the slopes of a PReLU where they started',
    () => ({
      hidden: times(2, {
        activation: name =>
          layers.prelu({
            name,
            sharedAxes: 'spatial',
            alphaInitializer: constant(0.25),
            alphaConstraint: constraints.minMaxValue(0.25, 0.25),
          }),
      }),
    }),
  ),
  fault(
    'linear-prelu',
    ['learned-parameters'],
    'The slopes of a PReLU start at 1 and are kept near it',
    () => ({
      hidden: times(2, {
        activation: name =>
          layers.prelu({
            name,
            sharedAxes: 'spatial',
            alphaInitializer: constant(1),
            alphaConstraint: constraints.minMaxValue(0.98, 1.02),
          }),
      }),
    }),
  ),
  fault(
    'collapsed-swish',
    ['learned-parameters'],
    'The β of a Swish is kept near 0, where it is a line',
    () => ({
      hidden: times(2, {
        activation: name =>
          layers.swishBeta({
            name,
            betaInitializer: constant(0.005),
            betaConstraint: constraints.minMaxValue(-0.01, 0.01),
          }),
      }),
    }),
  ),
  fault(
    'rational-out-of-range',
    ['learned-parameters'],
    'Inputs 20 times too large lead a rational out of the range it was fitted to',
    () => ({
      hidden: [{activation: name => layers.rational({name})}, relu],
      scale: pixels => centred(pixels).mul(20),
    }),
  ),
  fault(
    'dormant-units',
    ['dormant-units'],
    'In a layer that is not trained, the weights into every third unit are a thousandth',
    () => ({
      hidden: [relu, {...leaky, kernel: withIncoming(everyThird(1e-3, 1)), isFrozen: true}],
    }),
  ),
  fault(
    'gradient-dormant-units',
    ['gradient-dormant-units'],
    'The layer after it is not trained, and takes nothing from every third unit',
    () => ({
      hidden: [leaky, {...leaky, kernel: withOutgoing(everyThird(0, 1)), isFrozen: true}],
    }),
  ),
  fault(
    'too-large-updates',
    ['update-ratio'],
    'A learning rate a hundred times too high, at which all stays finite',
    () => ({hidden: times(2, leaky), optimizer: tf.train.adam(0.3)}),
  ),
  fault(
    'too-small-updates',
    ['update-ratio'],
    'A learning rate so low that the loss stays where it is',
    () => ({hidden: times(2, leaky), optimizer: tf.train.sgd(1e-7)}),
  ),
  fault(
    'inputs-too-large',
    ['activation-scale'],
    'The inputs are a thousand times too large',
    () => ({
      hidden: times(2, leaky),
      scale: pixels => centred(pixels).mul(1000),
    }),
  ),
  fault(
    'inputs-too-small',
    ['activation-scale'],
    'The inputs are ten thousand times too small',
    () => ({hidden: times(2, leaky), scale: pixels => centred(pixels).mul(1e-4)}),
  ),
];
