/** Training runs in which nothing is wrong. Whether that is so, each run's full passes tell. */
import * as tf from '@tensorflow/tfjs';
import {layers} from 'tfjs-activations';
import {RULE_IDS} from './case.js';
import type {Case, Kind, RuleId} from './case.js';
import {digits, fromZeroToOne, iris, regression, spirals} from './data.js';
import type {Data} from './data.js';
import {classes, glorotNormal, lecunNormal, network, perUnit} from './networks.js';
import type {Block, Network} from './networks.js';
import type {RunRecord} from './score.js';
import type {Holding} from './truth.js';

export interface Healthy {
  readonly name: string;
  readonly kind: Kind;
  build(seed: number): Case;
  /** Why the run does not count: it did not train, or a full pass found a fault. */
  reasonToDiscard(run: Outcome): string | undefined;
}

type Outcome = Pick<RunRecord, 'loss' | 'accuracy' | 'moments'>;

/** What is to be learned, and when it has been. */
interface Task {
  data(kind: Kind, seed: number): Data;
  readonly network: Partial<Network> & Pick<Network, 'output'>;
  readonly loss: Case['loss'];
  readonly epochs: number;
  readonly batchSize: number;
  /** A factor of the optimizers' learning rates. Default: 1. */
  readonly rate?: number;
  /** The accuracy that a trained network has at least; a regression's loss falls to half instead. */
  readonly accuracy?: number;
}

const crossEntropy = tf.metrics.categoricalCrossentropy;

const DIGITS: Task = {
  data: (kind, seed) => digits(kind, kind === 'dense' ? 640 : 320, seed),
  network: {output: classes(10)},
  loss: crossEntropy,
  epochs: 8,
  batchSize: 32,
  accuracy: 0.6,
};
const IMAGES: Task = {...DIGITS, epochs: 4, accuracy: 0.2};
const IRIS: Task = {
  data: (_, seed) => iris(150, seed),
  network: {inputShape: [4], units: 16, output: classes(3)},
  loss: crossEntropy,
  epochs: 30,
  batchSize: 16,
  accuracy: 0.8,
};
const SPIRALS: Task = {
  data: (_, seed) => spirals(400, seed),
  network: {inputShape: [2], output: classes(2)},
  loss: crossEntropy,
  epochs: 20,
  batchSize: 32,
  accuracy: 0.58,
};
const REGRESSION: Task = {
  data: (_, seed) => regression(400, seed),
  network: {
    inputShape: [2],
    output: {activation: 'linear', kernel: glorotNormal, units: 1},
  },
  loss: tf.metrics.meanSquaredError,
  epochs: 30,
  batchSize: 32,
  rate: 0.3,
};

const spread = perUnit(unit => ((unit * 7) % 11) / 11 - 0.5);

const ACTIVATIONS: Readonly<Record<string, Block>> = {
  relu: {activation: 'relu'},
  leakyRelu: {activation: name => layers.leakyRelu({name})},
  prelu: {
    activation: name =>
      layers.prelu({
        name,
        sharedAxes: 'spatial',
        alphaInitializer: tf.initializers.constant({value: 0.25}),
      }),
  },
  elu: {activation: 'elu'},
  selu: {activation: 'selu', kernel: lecunNormal},
  gelu: {activation: name => layers.gelu({name})},
  swish: {activation: name => layers.swish({name})},
  swishBeta: {activation: name => layers.swishBeta({name})},
  mish: {activation: name => layers.mish({name})},
  tanh: {activation: 'tanh', kernel: glorotNormal},
  sigmoid: {activation: 'sigmoid', kernel: glorotNormal},
  softplus: {activation: 'softplus', kernel: glorotNormal},
  rational: {activation: name => layers.rational({name})},
  pelu: {activation: name => layers.pelu({name})},
};

const OPTIMIZERS: Readonly<Record<string, (rate: number) => tf.Optimizer>> = {
  sgd: rate => tf.train.sgd(0.1 * rate),
  momentum: rate => tf.train.momentum(0.02 * rate, 0.9),
  adam: rate => tf.train.adam(0.005 * rate),
  rmsprop: rate => tf.train.rmsprop(0.002 * rate),
  adagrad: rate => tf.train.adagrad(0.05 * rate),
};

const VARIANTS: Readonly<Record<string, Partial<Block>>> = {
  plain: {},
  'batch norm': {hasBatchNorm: true},
  dropout: {dropout: 0.2},
  l2: {regularizer: tf.regularizers.l2({l2: 1e-3})},
};

interface Options {
  readonly kind?: Kind;
  readonly network?: Partial<Network>;
  readonly optimizer?: (rate: number) => tf.Optimizer;
  readonly task?: Partial<Task>;
}

function healthy(name: string, task: Task, hidden: readonly Block[], options: Options): Healthy {
  const {kind = 'dense', optimizer = OPTIMIZERS.adam} = options;
  const {
    data,
    loss,
    epochs,
    batchSize,
    rate = 1,
    accuracy,
    network: args,
  } = {
    ...task,
    ...options.task,
  };
  return {
    name,
    kind,
    build: seed => ({
      model: network({...args, ...options.network, kind, seed, hidden}),
      ...data(kind, seed),
      optimizer: optimizer(rate),
      loss,
      epochs,
      batchSize,
    }),
    reasonToDiscard: run => untrained(run, accuracy) ?? faultIn(run),
  };
}

/** An accuracy is required of classes; of numbers, that the squared error falls to half. */
function untrained(run: Outcome, accuracy: number | undefined): string | undefined {
  const [before, after] = run.loss;
  if (accuracy === undefined) {
    return after <= before / 2 ? undefined : `the loss went from ${before} to ${after}`;
  }
  return run.accuracy >= accuracy ? undefined : `accuracy ${run.accuracy.toFixed(2)}`;
}

/** Of what a unit may be by chance, a healthy network may have a few. */
const BY_CHANCE: readonly RuleId[] = ['dormant-units', 'gradient-dormant-units'];
const FEW = 0.1;

function faultIn({moments}: Outcome): string | undefined {
  const isFault = (rule: RuleId, {units, of}: Holding): boolean =>
    !BY_CHANCE.includes(rule) || units!.length > FEW * of!;
  const rules = RULE_IDS.filter(rule =>
    moments.some(({truth}) => truth[rule].some(holding => isFault(rule, holding))),
  );
  return rules.length > 0 ? `a full pass finds ${rules.join(', ')}` : undefined;
}

const twice = (block: Block): Block[] => [block, block];
/** Where inputs are few, the units of a layer are told apart by their biases. */
const apart = (block: Block): Block[] => [{...block, bias: spread}, block];

/** Every activation with every optimizer, and with two of the tasks and variants in turn. */
function crossed(): Healthy[] {
  const names = Object.keys(TASKS);
  const variants = Object.entries(VARIANTS);
  return Object.entries(ACTIVATIONS).flatMap(([activation, block], row) =>
    Object.entries(OPTIMIZERS).flatMap(([rate, optimizer], column) =>
      [0, 1].map(turn => {
        const data = ONLY[activation] ?? names[(row + column + turn) % names.length];
        const task = TASKS[data];
        const [variant, changes] = variants[(row + 2 * column + 3 * turn) % variants.length];
        const hidden = (data === 'digits' ? twice : apart)({...block, ...changes});
        const step = (factor: number): tf.Optimizer =>
          optimizer((GENTLE[activation] ?? 1) * factor);
        const name = `${activation}, ${rate}, ${variant}, ${data}`;
        return healthy(name, task, hidden, {optimizer: step});
      }),
    ),
  );
}

const TASKS: Readonly<Record<string, Task>> = {
  digits: DIGITS,
  iris: IRIS,
  spirals: SPIRALS,
  regression: REGRESSION,
};

/** A factor of the learning rate: all units share the coefficients of a rational. */
const GENTLE: Readonly<Record<string, number>> = {rational: 0.3};

/** With few inputs some ReLUs do die; sigmoids learn little else in this time. */
const ONLY: Readonly<Record<string, string>> = {relu: 'digits', sigmoid: 'iris', softplus: 'iris'};

/** A ReLU of which each unit fires for few samples: the inputs are of variance 1, its biases below 0. */
function sparse(bias: number): Healthy {
  const noise: Task = {
    ...REGRESSION,
    data: (_, seed) =>
      tf.tidy(() => {
        const x = tf.randomNormal([1200, 32], 0, 1, 'float32', seed);
        return {x, y: x.slice([0, 0], [-1, 4]).sum(1, true)};
      }),
    network: {inputShape: [32], units: 32, output: {...REGRESSION.network.output, units: 1}},
    epochs: 6,
  };
  const block: Block = {
    activation: 'relu',
    kernel: seed => tf.initializers.orthogonal({gain: Math.SQRT2, seed}),
    bias: tf.initializers.constant({value: bias}),
  };
  return healthy(`sparse ReLU, biases at ${bias}`, noise, [block], {
    optimizer: () => tf.train.sgd(0.02),
  });
}

const few = (samples: number): Partial<Task> => ({
  data: (kind, seed) => digits(kind, samples, seed),
  epochs: 20,
  batchSize: 16,
});

const residualFree = (name: string, block: Block, depth: number): Healthy =>
  healthy(`${depth} layers of ${name}`, DIGITS, Array<Block>(depth).fill(block), {
    optimizer: () => tf.train.adam(0.002),
  });

const SPECIAL: readonly Healthy[] = [
  ...[-1.8, -2, -2.3].map(sparse),
  ...['relu', 'tanh', 'prelu', 'swish', 'elu', 'gelu'].map(name =>
    healthy(`60 samples, ${name}`, DIGITS, twice(ACTIVATIONS[name]), {task: few(60)}),
  ),
  residualFree('ELU', ACTIVATIONS.elu, 8),
  residualFree('SELU', ACTIVATIONS.selu, 8),
  residualFree('tanh', ACTIVATIONS.tanh, 8),
  residualFree('leaky ReLU', ACTIVATIONS.leakyRelu, 8),
  residualFree('PReLU', ACTIVATIONS.prelu, 8),
  residualFree('ReLU with batch norm', {...ACTIVATIONS.relu, hasBatchNorm: true}, 6),
  ...['leakyRelu', 'tanh', 'prelu', 'swish'].map(name =>
    healthy(`converged, ${name}, trains on`, IRIS, twice(ACTIVATIONS[name]), {
      task: {epochs: 80},
    }),
  ),
  ...Object.entries({
    leakyRelu: ACTIVATIONS.leakyRelu,
    prelu: ACTIVATIONS.prelu,
    'tanh after batch norm': {...ACTIVATIONS.tanh, hasBatchNorm: true},
    'swish after batch norm': {...ACTIVATIONS.swish, hasBatchNorm: true},
  }).map(([name, block]) =>
    healthy(`pixels from 0 to 16, ${name}`, DIGITS, twice(block), {
      task: {data: (kind, seed) => digits(kind, 640, seed, pixels => pixels)},
      optimizer: () => tf.train.adam(0.002),
    }),
  ),
  ...['leakyRelu', 'tanh', 'mish'].map(name =>
    healthy(`pixels from 0 to 1, ${name}`, DIGITS, twice(ACTIVATIONS[name]), {
      task: {data: (kind, seed) => digits(kind, 640, seed, fromZeroToOne)},
    }),
  ),
];

function convolutions(): Healthy[] {
  const names = ['relu', 'leakyRelu', 'prelu', 'elu', 'swish', 'tanh'];
  return names.flatMap((name, index) =>
    (['max pooling', 'stride'] as const).map(halving => {
      const head = (index % 2 === 0) === (halving === 'stride') ? 'average' : 'flatten';
      const title = `conv, ${name}, ${halving}, ${head === 'average' ? 'global average pooling' : head}`;
      return healthy(title, IMAGES, twice(ACTIVATIONS[name]), {
        kind: 'conv',
        network: {halving, head, units: 4},
        optimizer: () => tf.train.adam(head === 'average' ? 0.02 : 0.01),
      });
    }),
  );
}

export const HEALTHY: readonly Healthy[] = [...crossed(), ...SPECIAL, ...convolutions()];
