import * as tf from '@tensorflow/tfjs';
import {
  activationParameterGroup,
  activations,
  defineActivation,
  layers,
  where,
} from '../../src/index.js';
import type {LintOptions} from '../../src/index.js';

/** A model with what it is trained by, made anew each time. */
export interface Case {
  readonly model: () => tf.LayersModel;
  readonly options: LintOptions;
}

/** A model with one mistake, and the rules that should find something. */
export interface Mistake extends Case {
  readonly rules: readonly string[];
}

type DenseArgs = Partial<Parameters<typeof tf.layers.dense>[0]>;
type ConvArgs = Partial<Parameters<typeof tf.layers.conv2d>[0]>;

const dense = (units: number, args: DenseArgs = {}) => tf.layers.dense({units, ...args});
const relu = (units: number, args: DenseArgs = {}) =>
  dense(units, {activation: 'relu', kernelInitializer: 'heNormal', ...args});
const conv = (filters: number, args: ConvArgs = {}) =>
  tf.layers.conv2d({
    filters,
    kernelSize: 3,
    padding: 'same',
    kernelInitializer: 'heNormal',
    ...args,
  });
const batchNorm = () => tf.layers.batchNormalization();
const pool = () => tf.layers.maxPooling2d({poolSize: 2});
const act = (activation: 'relu' | 'relu6' | 'tanh' | 'sigmoid' | 'softmax') =>
  tf.layers.activation({activation});
const softmax = (units: number) => dense(units, {activation: 'softmax'});

const stack =
  (inputShape: number[], ...all: tf.layers.Layer[]) =>
  () => {
    // Layers belong to one model: a case makes its own.
    const [first, ...others] = all.map(layer => copy(layer));
    const input = tf.input({shape: inputShape});
    let output = first.apply(input) as tf.SymbolicTensor;
    for (const layer of others) output = layer.apply(output) as tf.SymbolicTensor;
    return tf.model({inputs: input, outputs: output});
  };

function copy(layer: tf.layers.Layer): tf.layers.Layer {
  const cls =
    layer.constructor as unknown as tf.serialization.SerializableConstructor<tf.layers.Layer>;
  return cls.fromConfig(cls, layer.getConfig());
}

const times = <T>(count: number, make: () => T): T[] => Array.from({length: count}, make);

/** A ReLU of one's own, which no list of names has. */
const ownRelu = defineActivation({
  name: 'lintOwnRelu',
  formula: ({x}) => where(x.greater(0), x.mul(2), 0),
});
const ownTanh = defineActivation({name: 'lintOwnTanh', formula: ({x}) => x.tanh().mul(2)});
const ownSelu = defineActivation({
  name: 'lintOwnSelu',
  formula: ({x}) =>
    where(x.greater(0), x.mul(1.0507009873554805), x.expm1().mul(1.7580993408473766)),
});

const CLASSES: LintOptions = {loss: 'categoricalCrossentropy', optimizer: 'adam'};
const BINARY: LintOptions = {loss: 'binaryCrossentropy', optimizer: 'adam'};
const SQUARES: LintOptions = {loss: 'meanSquaredError', optimizer: 'adam'};

const classifier = (last: tf.layers.Layer) => stack([20], relu(16), last);

const mistake = (
  rules: string | string[],
  model: () => tf.LayersModel,
  options: LintOptions = {},
): Mistake => ({rules: [rules].flat(), model, options});

const healthy = (model: () => tf.LayersModel, options: LintOptions = {}): Case => ({
  model,
  options,
});

/** What text books warn of, planted. */
export const MISTAKES: Readonly<Record<string, Mistake>> = {
  'linear outputs, class probabilities asked': mistake(
    'output-activation',
    classifier(dense(10)),
    CLASSES,
  ),
  'ReLU outputs, class probabilities asked': mistake(
    'output-activation',
    classifier(relu(10)),
    CLASSES,
  ),
  'tanh outputs, class probabilities asked': mistake(
    'output-activation',
    classifier(dense(10, {activation: 'tanh'})),
    CLASSES,
  ),
  'sigmoid on many classes': mistake(
    'output-activation',
    classifier(dense(10, {activation: 'sigmoid'})),
    CLASSES,
  ),
  'linear outputs, sparse classes': mistake('output-activation', classifier(dense(10)), {
    loss: 'sparseCategoricalCrossentropy',
  }),
  'softmax over one unit': mistake('output-activation', classifier(softmax(1)), BINARY),
  'softmax layer over one unit': mistake(
    'output-activation',
    stack([20], relu(16), dense(1), layers.softmax()),
    BINARY,
  ),
  'softmax before a loss on logits': mistake('output-activation', classifier(softmax(10)), {
    loss: tf.losses.softmaxCrossEntropy,
  }),
  'sigmoid before a loss on logits': mistake(
    'output-activation',
    classifier(dense(1, {activation: 'sigmoid'})),
    {loss: tf.losses.sigmoidCrossEntropy},
  ),
  'log-softmax, class probabilities asked': mistake(
    'output-activation',
    stack([20], relu(16), dense(10), layers.logSoftmax()),
    CLASSES,
  ),
  'tanh before binary cross-entropy': mistake(
    'output-activation',
    classifier(dense(1, {activation: 'tanh'})),
    BINARY,
  ),
  'linear before binary cross-entropy': mistake('output-activation', classifier(dense(1)), BINARY),
  'ReLU before binary cross-entropy': mistake('output-activation', classifier(relu(1)), BINARY),
  'an activation of one’s own before binary cross-entropy': mistake(
    'output-activation',
    stack([20], relu(16), dense(1), ownTanh.layer()),
    BINARY,
  ),
  'one sigmoid unit, categorical': mistake(
    'output-activation',
    classifier(dense(1, {activation: 'sigmoid'})),
    CLASSES,
  ),
  'softmax of five, binary cross-entropy': mistake(
    'output-activation',
    classifier(softmax(5)),
    BINARY,
  ),
  'a batch normalization last': mistake(
    'output-activation',
    stack([20], relu(16), dense(10), tf.layers.batchNormalization()),
    CLASSES,
  ),
  'linear before Poisson': mistake('output-activation', classifier(dense(1)), {loss: 'poisson'}),
  'sigmoid before hinge': mistake(
    'output-activation',
    classifier(dense(1, {activation: 'sigmoid'})),
    {loss: 'hinge'},
  ),
  'ReLU outputs of a regression': mistake('output-activation', classifier(relu(1)), SQUARES),
  'classes learned as numbers': mistake('output-activation', classifier(dense(10)), {
    ...SQUARES,
    classes: 10,
  }),
  'fewer units than classes': mistake('output-units', classifier(softmax(9)), {
    ...CLASSES,
    classes: 10,
  }),
  'one sigmoid for three classes': mistake(
    'output-units',
    classifier(dense(1, {activation: 'sigmoid'})),
    {...BINARY, classes: 3},
  ),
  'softmax of two classes, squared error': mistake(
    'output-activation',
    classifier(softmax(2)),
    SQUARES,
  ),
  'a softmax in the middle': mistake(
    'hidden-probabilities',
    stack([20], dense(32, {activation: 'softmax'}), softmax(3)),
    CLASSES,
  ),
  'an LSTM of ReLUs': mistake(
    'unbounded-recurrent',
    stack([6, 4], tf.layers.lstm({units: 8, activation: 'relu'}), softmax(3)),
    CLASSES,
  ),
  'ReLU both ways through time': mistake(
    'unbounded-recurrent',
    stack(
      [6, 4],
      tf.layers.bidirectional({
        layer: tf.layers.simpleRNN({units: 8, activation: 'relu'}) as tf.RNN,
        mergeMode: 'concat',
      }),
      softmax(3),
    ),
    CLASSES,
  ),
  'five tanh layers': mistake(
    'saturating-stack',
    stack([20], ...times(5, () => dense(20, {activation: 'tanh'})), softmax(3)),
    CLASSES,
  ),
  'six sigmoid layers': mistake(
    'saturating-stack',
    stack([20], ...times(6, () => dense(20, {activation: 'sigmoid'})), softmax(3)),
    CLASSES,
  ),
  'twelve tanh layers': mistake(
    'saturating-stack',
    stack([20], ...times(12, () => dense(20, {activation: 'tanh'})), softmax(3)),
    CLASSES,
  ),
  'a saturating activation of one’s own': mistake(
    'saturating-stack',
    stack([20], ...times(8, () => [dense(20), activations.softsign.layer()]).flat(), softmax(3)),
    CLASSES,
  ),
  'sigmoid convolutions with pooling between': mistake(
    'saturating-stack',
    stack(
      [32, 32, 1],
      ...times(3, () => [
        conv(4, {activation: 'sigmoid', kernelInitializer: 'glorotNormal'}),
        pool(),
      ]).flat(),
      tf.layers.flatten(),
      dense(20, {activation: 'sigmoid'}),
      softmax(3),
    ),
    CLASSES,
  ),
  'a linear layer before two heads': mistake(
    'linear-stack',
    () => {
      const input = tf.input({shape: [20]});
      const hidden = dense(32).apply(input);
      const first = dense(4, {activation: 'softmax'}).apply(hidden);
      const second = dense(1).apply(hidden);
      return tf.model({inputs: input, outputs: [first, second] as tf.SymbolicTensor[]});
    },
    {loss: ['categoricalCrossentropy', 'meanSquaredError']},
  ),
  'two linear layers': mistake('linear-stack', stack([20], dense(32), softmax(3)), CLASSES),
  'linear convolutions': mistake(
    'linear-stack',
    stack([8, 8, 1], conv(8), conv(8, {activation: 'relu'}), tf.layers.flatten(), softmax(3)),
    CLASSES,
  ),
  'linear across flatten and dropout': mistake(
    'linear-stack',
    stack([8, 8, 1], conv(8), tf.layers.flatten(), tf.layers.dropout({rate: 0.2}), softmax(3)),
    CLASSES,
  ),
  'ReLU behind ReLU': mistake(
    'doubled-activation',
    stack([20], relu(16), tf.layers.reLU(), softmax(3)),
    CLASSES,
  ),
  'ReLU, pooling, ReLU': mistake(
    'doubled-activation',
    stack(
      [8, 8, 1],
      conv(8, {activation: 'relu'}),
      pool(),
      tf.layers.reLU(),
      tf.layers.flatten(),
      softmax(3),
    ),
    CLASSES,
  ),
  'sigmoid behind ReLU': mistake(
    'doubled-activation',
    stack([20], relu(16), tf.layers.activation({activation: 'sigmoid'}), softmax(3)),
    CLASSES,
  ),
  'softmax twice': mistake(
    'doubled-activation',
    stack([20], relu(16), softmax(3), tf.layers.softmax()),
    CLASSES,
  ),
  'ReLU before the softmax': mistake(
    'doubled-activation',
    stack([20], relu(16), relu(3), tf.layers.softmax()),
    CLASSES,
  ),
  'ten ReLU layers by Glorot': mistake(
    'kernel-initializer',
    stack([64], ...times(10, () => relu(64, {kernelInitializer: 'glorotNormal'})), softmax(3)),
    CLASSES,
  ),
  'a large random normal': mistake(
    'kernel-initializer',
    stack(
      [64],
      ...times(3, () => relu(64, {kernelInitializer: tf.initializers.randomNormal({stddev: 1})})),
      softmax(3),
    ),
    CLASSES,
  ),
  'a tiny random normal': mistake(
    'kernel-initializer',
    stack(
      [64],
      ...times(2, () =>
        relu(64, {kernelInitializer: tf.initializers.randomNormal({stddev: 0.001})}),
      ),
      softmax(3),
    ),
    CLASSES,
  ),
  'sines by Glorot': mistake(
    'kernel-initializer',
    stack([2], ...times(3, () => [dense(64), activations.sine.layer()]).flat(), dense(1)),
    SQUARES,
  ),
  'an activation of one’s own by He': mistake(
    'kernel-initializer',
    stack(
      [64],
      ...times(6, () => [dense(64, {kernelInitializer: 'heNormal'}), ownRelu.layer()]).flat(),
      softmax(3),
    ),
    CLASSES,
  ),
  'MPELU by LeCun, twelve layers': mistake(
    'kernel-initializer',
    stack(
      [64],
      ...times(12, () => [
        dense(64, {kernelInitializer: 'leCunNormal'}),
        activations.mpelu.layer(),
      ]).flat(),
      softmax(3),
    ),
    CLASSES,
  ),
  'a kernel of zeros': mistake(
    'identical-kernels',
    stack([20], relu(16, {kernelInitializer: 'zeros'}), softmax(3)),
    CLASSES,
  ),
  'a kernel of ones': mistake(
    'identical-kernels',
    stack([20], relu(16, {kernelInitializer: 'ones'}), softmax(3)),
    CLASSES,
  ),
  'zeros before a normalization and ReLU': mistake(
    'identical-kernels',
    stack(
      [20],
      dense(16, {kernelInitializer: 'zeros', useBias: false}),
      batchNorm(),
      act('relu'),
      softmax(3),
    ),
    CLASSES,
  ),
  'ones before ones': mistake(
    'identical-kernels',
    stack(
      [20],
      dense(16, {activation: 'tanh', kernelInitializer: 'ones'}),
      dense(1, {kernelInitializer: 'ones'}),
    ),
    SQUARES,
  ),
  'a kernel of numbers between 0 and 1': mistake(
    'kernel-initializer',
    stack(
      [64],
      ...times(3, () =>
        relu(128, {kernelInitializer: tf.initializers.randomUniform({minval: 0, maxval: 1})}),
      ),
      softmax(3),
    ),
    CLASSES,
  ),
  'a last kernel that starts sure': mistake(
    'kernel-initializer',
    stack(
      [20],
      relu(16),
      dense(5, {
        activation: 'softmax',
        kernelInitializer: tf.initializers.randomNormal({stddev: 9}),
      }),
    ),
    CLASSES,
  ),
  'a bias of −1': mistake(
    'initial-bias',
    stack(
      [20],
      dense(16, {biasInitializer: tf.initializers.constant({value: -1})}),
      act('relu'),
      softmax(3),
    ),
    CLASSES,
  ),
  'a bias far below 0': mistake(
    'initial-bias',
    stack([20], relu(16, {biasInitializer: tf.initializers.constant({value: -5})}), softmax(3)),
    CLASSES,
  ),
  'SELU by He': mistake(
    'self-normalizing',
    stack([20], ...times(3, () => relu(32, {activation: 'selu'})), softmax(3)),
    CLASSES,
  ),
  'SELU with plain dropout': mistake(
    'self-normalizing',
    stack(
      [20],
      dense(32, {activation: 'selu', kernelInitializer: 'leCunNormal'}),
      tf.layers.dropout({rate: 0.2}),
      softmax(3),
    ),
    CLASSES,
  ),
  'SELU with plain dropout behind pooling and flatten': mistake(
    'self-normalizing',
    stack(
      [8, 8, 1],
      conv(8, {activation: 'selu', kernelInitializer: 'leCunNormal'}),
      pool(),
      tf.layers.flatten(),
      tf.layers.dropout({rate: 0.2}),
      softmax(3),
    ),
    CLASSES,
  ),
  'a self-normalizing activation of one’s own by He': mistake(
    'self-normalizing',
    stack([20], dense(32, {kernelInitializer: 'heNormal'}), ownSelu.layer(), softmax(3)),
    CLASSES,
  ),
  'a bias before batch normalization': mistake(
    'bias-before-normalization',
    stack([20], dense(32), tf.layers.batchNormalization(), tf.layers.reLU(), softmax(3)),
    CLASSES,
  ),
  'batch normalization behind ReLU': mistake(
    'normalization-after-activation',
    stack([20], relu(32), tf.layers.batchNormalization(), softmax(3)),
    CLASSES,
  ),
  'batch normalization behind ReLU6 by name': mistake(
    'normalization-after-activation',
    stack([20], dense(32), act('relu6'), batchNorm(), softmax(3)),
    CLASSES,
  ),
  'batch normalization behind ReLU and pooling': mistake(
    'normalization-after-activation',
    stack(
      [8, 8, 1],
      conv(8),
      ownRelu.layer(),
      pool(),
      batchNorm(),
      tf.layers.flatten(),
      softmax(3),
    ),
    CLASSES,
  ),
  'dropout of nine tenths in one of two cells': mistake(
    'dropout-rate',
    stack(
      [6, 4],
      tf.layers.rnn({
        cell: [
          tf.layers.lstmCell({units: 8, dropout: 0.9}),
          tf.layers.lstmCell({units: 8}),
        ] as never,
      }),
      softmax(3),
    ),
    CLASSES,
  ),
  'dropout of nine tenths': mistake(
    'dropout-rate',
    stack([20], relu(32), tf.layers.dropout({rate: 0.9}), softmax(3)),
    CLASSES,
  ),
  'recurrent dropout of eight tenths': mistake(
    'dropout-rate',
    stack([6, 4], tf.layers.lstm({units: 8, recurrentDropout: 0.8}), softmax(3)),
    CLASSES,
  ),
  'dropout of outputs': mistake(
    'dropout-of-outputs',
    stack([20], relu(32), softmax(3), tf.layers.dropout({rate: 0.2})),
    CLASSES,
  ),
  'dropout before batch normalization': mistake(
    'dropout-before-normalization',
    stack(
      [20],
      relu(32),
      tf.layers.dropout({rate: 0.2}),
      tf.layers.batchNormalization(),
      softmax(3),
    ),
    CLASSES,
  ),
  'PReLU of each pixel': mistake(
    'weights-per-position',
    stack([8, 8, 1], conv(8), layers.prelu(), tf.layers.flatten(), softmax(3)),
    CLASSES,
  ),
  'stock PReLU of each pixel, with weight decay': mistake(
    ['weights-per-position', 'decayed-activation-weights'],
    stack(
      [8, 8, 1],
      conv(8),
      tf.layers.prelu({alphaRegularizer: tf.regularizers.l2({l2: 0.01})}),
      tf.layers.flatten(),
      softmax(3),
    ),
    CLASSES,
  ),
  'PReLU with weight decay': mistake(
    'decayed-activation-weights',
    stack(
      [20],
      dense(32, {kernelInitializer: 'heNormal'}),
      layers.prelu({alphaRegularizer: tf.regularizers.l2({l2: 0.01})}),
      softmax(3),
    ),
    CLASSES,
  ),
  'coefficients of each unit': mistake(
    'many-activation-weights',
    stack([4], dense(8), layers.pwlu({sharedAxes: []}), softmax(3)),
    CLASSES,
  ),
  'Adam with the rate of SGD': mistake('learning-rate', classifier(softmax(10)), {
    ...CLASSES,
    optimizer: tf.train.adam(0.1),
  }),
  'SGD with a rate of 100': mistake('learning-rate', classifier(softmax(10)), {
    ...CLASSES,
    optimizer: tf.train.sgd(100),
  }),
  'Adam with the rate of SGD in a parameter group': mistake(
    'learning-rate',
    stack([20], dense(32), layers.prelu(), softmax(10)),
    {...CLASSES, optimizer: activationParameterGroup(tf.train.adam(0.5), {learningRate: 0.1})},
  ),
  'a rate of 1e-9': mistake('learning-rate', classifier(softmax(10)), {
    ...CLASSES,
    optimizer: tf.train.adam(1e-9),
  }),
  'a mistake within a nested model': mistake(
    'doubled-activation',
    () => {
      const inner = stack([20], relu(16), tf.layers.reLU())();
      return tf.sequential({layers: [inner, softmax(3)] as tf.layers.Layer[]});
    },
    CLASSES,
  ),
  'linear layers at each time step': mistake(
    'linear-stack',
    stack(
      [5, 20],
      tf.layers.timeDistributed({layer: dense(32)}),
      tf.layers.timeDistributed({layer: dense(32, {activation: 'relu'})}),
      tf.layers.flatten(),
      softmax(3),
    ),
    CLASSES,
  ),
  'one of two outputs': mistake(
    'output-activation',
    () => {
      const input = tf.input({shape: [20]});
      const hidden = relu(16).apply(input);
      const first = dense(4, {name: 'first', activation: 'softmax'}).apply(hidden);
      const second = dense(1, {name: 'second'}).apply(hidden);
      return tf.model({inputs: input, outputs: [first, second] as tf.SymbolicTensor[]});
    },
    {loss: {first: 'categoricalCrossentropy', second: 'binaryCrossentropy'}},
  ),
};

const bare = {useBias: false} as const;

type Tensor = tf.SymbolicTensor;
const through = (input: Tensor, ...all: tf.layers.Layer[]): Tensor =>
  all.reduce((x, layer) => layer.apply(x) as Tensor, input);
const functional = (shape: number[], build: (input: Tensor) => Tensor) => () => {
  const input = tf.input({shape});
  return tf.model({inputs: input, outputs: build(input)});
};

/** Architectures that are known to learn, as they are usually written. */
export const HEALTHY: Readonly<Record<string, Case>> = {
  'linear regression': healthy(stack([8], dense(1)), {...SQUARES, optimizer: tf.train.sgd(0.01)}),
  'logistic regression': healthy(stack([8], dense(1, {activation: 'sigmoid'})), {
    ...BINARY,
    classes: 2,
  }),
  'softmax regression of zeros': healthy(
    stack([8], dense(3, {activation: 'softmax', kernelInitializer: 'zeros'})),
    {...CLASSES, classes: 3},
  ),
  'MLP by default': healthy(
    stack(
      [784],
      dense(128, {activation: 'relu'}),
      tf.layers.dropout({rate: 0.5}),
      dense(64, {activation: 'relu'}),
      softmax(10),
    ),
    {...CLASSES, classes: 10},
  ),
  'regression MLP': healthy(stack([13], relu(64), relu(64), dense(1)), {
    loss: 'meanSquaredError',
    optimizer: tf.train.rmsprop(0.001),
  }),
  'multi-label MLP': healthy(stack([50], relu(64), dense(8, {activation: 'sigmoid'})), {
    ...BINARY,
    classes: 8,
  }),
  LeNet: healthy(
    stack(
      [28, 28, 1],
      conv(6, {kernelSize: 5, activation: 'tanh', kernelInitializer: 'glorotUniform'}),
      tf.layers.averagePooling2d({poolSize: 2}),
      conv(16, {kernelSize: 5, activation: 'tanh', kernelInitializer: 'glorotUniform'}),
      tf.layers.averagePooling2d({poolSize: 2}),
      tf.layers.flatten(),
      dense(120, {activation: 'tanh'}),
      dense(84, {activation: 'tanh'}),
      softmax(10),
    ),
    {...CLASSES, classes: 10},
  ),
  'CNN by default': healthy(
    stack(
      [28, 28, 1],
      conv(32, {activation: 'relu', kernelInitializer: 'glorotNormal'}),
      pool(),
      conv(64, {activation: 'relu', kernelInitializer: 'glorotNormal'}),
      pool(),
      conv(64, {activation: 'relu', kernelInitializer: 'glorotNormal'}),
      tf.layers.flatten(),
      dense(64, {activation: 'relu'}),
      softmax(10),
    ),
    {...CLASSES, classes: 10},
  ),
  'VGG blocks': healthy(
    stack(
      [32, 32, 3],
      ...[16, 32, 64].flatMap(filters => [
        conv(filters, {activation: 'relu'}),
        conv(filters, {activation: 'relu'}),
        conv(filters, {activation: 'relu'}),
        pool(),
      ]),
      tf.layers.flatten(),
      relu(64),
      tf.layers.dropout({rate: 0.5}),
      relu(64),
      tf.layers.dropout({rate: 0.5}),
      softmax(10),
    ),
    {...CLASSES, optimizer: tf.train.momentum(0.01, 0.9)},
  ),
  ResNet: healthy(
    functional([32, 32, 3], input => {
      let x = through(input, conv(16, bare), batchNorm(), act('relu'));
      for (let block = 0; block < 4; block++) {
        const inner = through(
          x,
          conv(16, bare),
          batchNorm(),
          act('relu'),
          conv(16, bare),
          batchNorm(),
        );
        x = through(tf.layers.add().apply([x, inner]) as Tensor, act('relu'));
      }
      return through(x, tf.layers.globalAveragePooling2d({}), softmax(10));
    }),
    {...CLASSES, optimizer: tf.train.momentum(0.1, 0.9)},
  ),
  'pre-activation ResNet': healthy(
    functional([32, 32, 3], input => {
      let x = through(input, conv(16, bare));
      for (let block = 0; block < 4; block++) {
        const inner = through(
          x,
          batchNorm(),
          act('relu'),
          conv(16, bare),
          batchNorm(),
          act('relu'),
          conv(16, bare),
        );
        x = tf.layers.add().apply([x, inner]) as Tensor;
      }
      return through(
        x,
        batchNorm(),
        act('relu'),
        tf.layers.globalAveragePooling2d({}),
        softmax(10),
      );
    }),
    {...CLASSES, optimizer: tf.train.momentum(0.1, 0.9)},
  ),
  'MobileNet v1 blocks': healthy(
    stack(
      [32, 32, 3],
      conv(16, bare),
      batchNorm(),
      act('relu6'),
      ...[32, 64].flatMap(filters => [
        tf.layers.depthwiseConv2d({kernelSize: 3, padding: 'same', ...bare}),
        batchNorm(),
        act('relu6'),
        conv(filters, {kernelSize: 1, ...bare}),
        batchNorm(),
        act('relu6'),
      ]),
      tf.layers.globalAveragePooling2d({}),
      tf.layers.dropout({rate: 0.001}),
      softmax(10),
    ),
    CLASSES,
  ),
  'MobileNet v2 blocks': healthy(
    functional([32, 32, 16], input => {
      const block = (x: Tensor, filters: number) =>
        through(
          x,
          conv(96, {kernelSize: 1, ...bare}),
          batchNorm(),
          act('relu6'),
          tf.layers.depthwiseConv2d({kernelSize: 3, padding: 'same', ...bare}),
          batchNorm(),
          act('relu6'),
          conv(filters, {kernelSize: 1, ...bare}),
          batchNorm(),
        );
      const first = block(input, 24);
      const second = tf.layers.add().apply([first, block(first, 24)]) as Tensor;
      const third = block(second, 32);
      return through(
        third,
        conv(128, {kernelSize: 1, ...bare}),
        batchNorm(),
        act('relu6'),
        tf.layers.globalAveragePooling2d({}),
        softmax(10),
      );
    }),
    CLASSES,
  ),
  'self-normalizing network': healthy(
    stack(
      [30],
      ...times(8, () => [
        dense(64, {activation: 'selu', kernelInitializer: 'leCunNormal'}),
        tf.layers.alphaDropout({rate: 0.05}),
      ]).flat(),
      softmax(3),
    ),
    {...CLASSES, optimizer: tf.train.sgd(0.01)},
  ),
  SIREN: healthy(
    stack(
      [2],
      dense(64, {kernelInitializer: tf.initializers.randomUniform({minval: -0.5, maxval: 0.5})}),
      activations.sine.layer(),
      ...times(4, () => [
        dense(64, {kernelInitializer: activations.sine.initializer}),
        activations.sine.layer(),
      ]).flat(),
      dense(1, {kernelInitializer: activations.sine.initializer}),
    ),
    {...SQUARES, optimizer: tf.train.adam(1e-4)},
  ),
  autoencoder: healthy(
    stack(
      [784],
      relu(128),
      relu(64),
      dense(16),
      relu(64),
      relu(128),
      dense(784, {activation: 'sigmoid'}),
    ),
    BINARY,
  ),
  'DCGAN discriminator': healthy(
    stack(
      [16, 16, 1],
      conv(16, {strides: 2}),
      layers.leakyRelu({alpha: 0.2}),
      tf.layers.dropout({rate: 0.3}),
      conv(32, {strides: 2, ...bare}),
      batchNorm(),
      layers.leakyRelu({alpha: 0.2}),
      tf.layers.flatten(),
      dense(1, {activation: 'sigmoid'}),
    ),
    {...BINARY, optimizer: tf.train.adam(2e-4, 0.5)},
  ),
  'DCGAN generator': healthy(
    stack(
      [32],
      dense(4 * 4 * 32, bare),
      batchNorm(),
      layers.leakyRelu(),
      tf.layers.reshape({targetShape: [4, 4, 32]}),
      tf.layers.conv2dTranspose({filters: 16, kernelSize: 5, strides: 2, padding: 'same', ...bare}),
      batchNorm(),
      layers.leakyRelu(),
      tf.layers.conv2dTranspose({
        filters: 1,
        kernelSize: 5,
        strides: 2,
        padding: 'same',
        activation: 'tanh',
      }),
    ),
    {optimizer: tf.train.adam(2e-4, 0.5)},
  ),
  'LSTM classifier': healthy(
    stack(
      [20],
      tf.layers.embedding({inputDim: 100, outputDim: 16}),
      tf.layers.bidirectional({
        layer: tf.layers.lstm({units: 16, returnSequences: true}) as tf.RNN,
        mergeMode: 'concat',
      }),
      tf.layers.lstm({units: 16, dropout: 0.2, recurrentDropout: 0.2}),
      dense(1, {activation: 'sigmoid'}),
    ),
    {...BINARY, classes: 2},
  ),
  IRNN: healthy(
    stack(
      [24, 3],
      tf.layers.simpleRNN({units: 16, activation: 'relu', recurrentInitializer: 'identity'}),
      softmax(3),
    ),
    CLASSES,
  ),
  'channels first': healthy(
    stack(
      [3, 16, 16],
      conv(8, {dataFormat: 'channelsFirst'}),
      layers.prelu({sharedAxes: 'spatial', dataFormat: 'channelsFirst'}),
      tf.layers.flatten(),
      softmax(3),
    ),
    CLASSES,
  ),
  'GRU forecaster': healthy(stack([24, 3], tf.layers.gru({units: 32}), dense(1)), SQUARES),
  'sequence tagger': healthy(
    stack(
      [12, 8],
      tf.layers.gru({units: 16, returnSequences: true}),
      tf.layers.timeDistributed({layer: softmax(5)}),
    ),
    {...CLASSES, classes: 5},
  ),
  'U-Net': healthy(
    functional([32, 32, 1], input => {
      const pair = (x: Tensor, filters: number) =>
        through(x, conv(filters, {activation: 'relu'}), conv(filters, {activation: 'relu'}));
      const up = (filters: number) =>
        tf.layers.conv2dTranspose({filters, kernelSize: 2, strides: 2, padding: 'same'});
      const first = pair(input, 8);
      const second = pair(through(first, pool()), 16);
      const bottom = pair(through(second, pool()), 32);
      const join = (a: Tensor, b: Tensor) => tf.layers.concatenate().apply([a, b]) as Tensor;
      const third = pair(join(second, through(bottom, up(16))), 16);
      const last = pair(join(first, through(third, up(8))), 8);
      return through(last, conv(1, {kernelSize: 1, activation: 'sigmoid'}));
    }),
    BINARY,
  ),
  'transformer MLP blocks': healthy(
    functional([16, 32], input => {
      let x = input;
      for (let block = 0; block < 4; block++) {
        const inner = through(
          x,
          tf.layers.layerNormalization(),
          dense(128, {activation: 'gelu_new' as never}),
          dense(32),
          tf.layers.dropout({rate: 0.1}),
        );
        x = tf.layers.add().apply([x, inner]) as Tensor;
      }
      return through(
        x,
        tf.layers.layerNormalization(),
        tf.layers.globalAveragePooling1d({}),
        softmax(10),
      );
    }),
    {...CLASSES, optimizer: tf.train.adam(3e-4)},
  ),
  'gated MLP': healthy(
    stack([32], dense(64), layers.swiglu(), dense(64), layers.swiglu(), softmax(4)),
    CLASSES,
  ),
  'Kolmogorov-Arnold network': healthy(
    stack([4], layers.kan({units: 8}), layers.kan({units: 3}), layers.softmax()),
    CLASSES,
  ),
  'deep PReLU network': healthy(
    stack(
      [32],
      ...times(8, () => [dense(32, {kernelInitializer: 'heNormal'}), layers.prelu()]).flat(),
      softmax(4),
    ),
    CLASSES,
  ),
  'physics-informed tanh network': healthy(
    stack(
      [2],
      ...times(5, () => dense(20, {activation: 'tanh', kernelInitializer: 'glorotUniform'})),
      dense(1),
    ),
    SQUARES,
  ),
  'Q-network': healthy(stack([4], relu(64), relu(64), dense(2)), {
    loss: tf.losses.huberLoss,
    optimizer: tf.train.adam(5e-4),
  }),
  'two outputs': healthy(
    () => {
      const input = tf.input({shape: [20]});
      const hidden = relu(16).apply(input);
      const kind = dense(4, {name: 'kind', activation: 'softmax'}).apply(hidden);
      const size = dense(1, {name: 'size'}).apply(hidden);
      return tf.model({inputs: input, outputs: [kind, size] as Tensor[]});
    },
    {loss: {kind: 'categoricalCrossentropy', size: 'meanSquaredError'}, optimizer: 'adam'},
  ),
  'residual branches that start at 0': healthy(
    functional([16], input => {
      const inner = through(input, relu(32), dense(16, {kernelInitializer: 'zeros'}));
      return through(tf.layers.add().apply([input, inner]) as Tensor, act('relu'), softmax(3));
    }),
    {
      ...CLASSES,
      sample: {
        x: tf.randomNormal([4, 16], 0, 1, 'float32', 1),
        y: tf.oneHot(tf.tensor1d([0, 1, 2, 0], 'int32'), 3),
      },
    },
  ),
  'spatial transformer, whose localization starts at 0': healthy(
    functional([16, 16, 1], input => {
      const where = through(
        input,
        conv(8, {activation: 'relu'}),
        tf.layers.flatten(),
        relu(32),
        dense(6, {kernelInitializer: 'zeros'}),
      );
      const all = tf.layers.concatenate().apply([where, through(input, tf.layers.flatten())]);
      return through(all as Tensor, softmax(10));
    }),
    CLASSES,
  ),
  'highway layer, whose gate starts closed': healthy(
    functional([16], input => {
      const closed = tf.initializers.constant({value: -3});
      const gate = through(input, dense(16, {activation: 'sigmoid', biasInitializer: closed}));
      const gated = tf.layers.multiply().apply([through(input, relu(16)), gate]) as Tensor;
      return through(tf.layers.add().apply([gated, input]) as Tensor, softmax(3));
    }),
    CLASSES,
  ),
  'squeeze and excitation': healthy(
    functional([16, 16, 3], input => {
      const features = through(input, conv(16, {activation: 'relu'}));
      const gate = through(
        features,
        tf.layers.globalAveragePooling2d({}),
        relu(4),
        dense(16, {activation: 'sigmoid'}),
        tf.layers.reshape({targetShape: [1, 1, 16]}),
      );
      const scaled = tf.layers.multiply().apply([features, gate]) as Tensor;
      return through(scaled, tf.layers.globalAveragePooling2d({}), softmax(4));
    }),
    CLASSES,
  ),
  'policy network of cart-pole': healthy(stack([4], dense(128, {activation: 'elu'}), dense(1)), {
    optimizer: tf.train.adam(0.05),
  }),
  'Inception blocks': healthy(
    functional([32, 32, 3], input => {
      const branch = (x: Tensor, filters: number, kernelSize: number) =>
        through(x, conv(filters, {kernelSize, activation: 'relu'}));
      const block = (x: Tensor) =>
        tf.layers
          .concatenate()
          .apply([
            branch(x, 8, 1),
            branch(branch(x, 4, 1), 8, 3),
            branch(branch(x, 4, 1), 8, 5),
            branch(
              through(x, tf.layers.maxPooling2d({poolSize: 3, strides: 1, padding: 'same'})),
              8,
              1,
            ),
          ]) as Tensor;
      const last = block(block(branch(input, 16, 3)));
      return through(
        last,
        tf.layers.globalAveragePooling2d({}),
        tf.layers.dropout({rate: 0.4}),
        softmax(10),
      );
    }),
    {...CLASSES, classes: 10},
  ),
  'Xception entry flow': healthy(
    functional([64, 64, 3], input => {
      const separable = (filters: number) =>
        tf.layers.separableConv2d({filters, kernelSize: 3, padding: 'same', ...bare});
      const halved = () => tf.layers.maxPooling2d({poolSize: 3, strides: 2, padding: 'same'});
      let x = through(input, conv(16, {strides: 2, ...bare}), batchNorm(), act('relu'));
      for (const filters of [32, 64]) {
        const inner = through(
          x,
          act('relu'),
          separable(filters),
          batchNorm(),
          act('relu'),
          separable(filters),
          batchNorm(),
          halved(),
        );
        const short = through(x, conv(filters, {kernelSize: 1, strides: 2}));
        x = tf.layers.add().apply([inner, short]) as Tensor;
      }
      return through(x, tf.layers.globalAveragePooling2d({}), softmax(2));
    }),
    {...CLASSES, classes: 2},
  ),
  'WGAN critic': healthy(
    stack(
      [28, 28, 1],
      conv(16, {kernelSize: 5, strides: 2}),
      layers.leakyRelu({alpha: 0.2}),
      conv(32, {kernelSize: 5, strides: 2}),
      layers.leakyRelu({alpha: 0.2}),
      tf.layers.flatten(),
      dense(1),
    ),
    {loss: (_, scores) => tf.mean(scores), optimizer: tf.train.rmsprop(5e-5)},
  ),
  'attention over an LSTM': healthy(
    functional([12, 8], input => {
      const states = through(input, tf.layers.lstm({units: 16, returnSequences: true}));
      const scores = tf.layers.dot({axes: [2, 2]}).apply([states, states]) as Tensor;
      const context = tf.layers
        .dot({axes: [2, 1]})
        .apply([through(scores, act('softmax')), states]);
      return through(
        context as Tensor,
        tf.layers.timeDistributed({layer: dense(16, {activation: 'tanh'})}),
        tf.layers.timeDistributed({layer: softmax(5)}),
      );
    }),
    {...CLASSES, classes: 5},
  ),
  'sequence to sequence': healthy(
    stack(
      [5, 12],
      tf.layers.gru({units: 32, recurrentInitializer: 'glorotNormal'}),
      tf.layers.repeatVector({n: 3}),
      tf.layers.gru({units: 32, recurrentInitializer: 'glorotNormal', returnSequences: true}),
      tf.layers.timeDistributed({layer: dense(12)}),
      act('softmax'),
    ),
    CLASSES,
  ),
  'siamese network': healthy(
    () => {
      const shared = stack([20], relu(32), dense(16))();
      const [first, second] = [tf.input({shape: [20]}), tf.input({shape: [20]})];
      const pair = [first, second].map(input => shared.apply(input) as Tensor);
      const likeness = tf.layers.dot({axes: -1, normalize: true}).apply(pair) as Tensor;
      const output = through(likeness, dense(1, {activation: 'sigmoid'}));
      return tf.model({inputs: [first, second], outputs: output});
    },
    {...BINARY, classes: 2},
  ),
  'sentences by averaged embeddings': healthy(
    stack(
      [50],
      tf.layers.embedding({inputDim: 500, outputDim: 16}),
      tf.layers.globalAveragePooling1d({}),
      dense(1, {activation: 'sigmoid'}),
    ),
    {
      ...BINARY,
      sample: {
        x: tf.randomUniform([8, 50], 0, 500, 'int32', 1),
        y: tf.tensor2d([0, 1, 0, 1, 0, 1, 0, 1], [8, 1]),
      },
    },
  ),
  'pictures of 0 to 255, rescaled in the model': healthy(
    stack(
      [8, 8, 1],
      tf.layers.rescaling({scale: 1 / 255, offset: 0}),
      conv(8, {activation: 'relu'}),
      tf.layers.flatten(),
      softmax(3),
    ),
    {
      ...CLASSES,
      sample: {
        x: tf.randomUniform([6, 8, 8, 1], 0, 255, 'float32', 1),
        y: tf.oneHot(tf.tensor1d([0, 1, 2, 0, 1, 2], 'int32'), 3),
      },
    },
  ),
  'head on a frozen base, whose kernels were loaded': healthy(() => {
    const base = stack([64], ...times(12, () => relu(64, {kernelInitializer: 'glorotNormal'})))();
    base.trainable = false;
    // As the first layer of a Sequential tfjs would train it all the same.
    return functional([64], input => through(input, base, softmax(3)))();
  }, CLASSES),
  'segmentation, flattened': healthy(
    stack(
      [8, 8, 1],
      conv(8, {activation: 'relu'}),
      conv(1, {activation: 'sigmoid'}),
      tf.layers.flatten(),
    ),
    {...BINARY, classes: 2},
  ),
  'head on a frozen base': healthy(
    () => {
      const base = stack(
        [32, 32, 3],
        conv(8, {...bare, kernelInitializer: 'glorotNormal'}),
        batchNorm(),
        act('relu'),
        tf.layers.globalAveragePooling2d({}),
      )();
      base.trainable = false;
      const head = [tf.layers.dropout({rate: 0.2}), dense(1, {activation: 'sigmoid'})];
      return tf.sequential({layers: [base, ...head] as tf.layers.Layer[]});
    },
    {...BINARY, optimizer: tf.train.adam(1e-4), classes: 2},
  ),
  'logits for a loss on logits': healthy(stack([20], relu(16), dense(4)), {
    loss: tf.losses.softmaxCrossEntropy,
    classes: 4,
  }),
};
