import * as tf from '@tensorflow/tfjs';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import '../../src/index.js';
import {activations, constraints, defineActivation, layers} from '../../src/index.js';
import type {Expression} from '../../src/index.js';
import {exportKeras, importKerasWeights} from '../../src/keras/index.js';
import {GRUResetAfter, GRUResetAfterCell} from '../../src/layers/gru-reset-after.js';
import {Normalization} from '../../src/layers/normalization.js';
import {describeWithPython, runPython} from '../helpers/python.js';

interface Result {
  readonly outputs: readonly number[];
  readonly loss: number;
  readonly unmoved: readonly string[];
  readonly trainable: number;
  readonly trained: readonly number[];
  readonly reloads: boolean;
}

type Maker = (args?: object) => tf.layers.Layer;

const makers = layers as unknown as Readonly<Record<string, Maker>>;

/** Arguments where a layer needs them, or where other than the defaults say more. */
const ARGUMENTS: Readonly<Record<string, object>> = {
  maxout: {numUnits: 3},
  kan: {units: 4},
  metaAcon: {reduction: 2},
  dynamicRelu: {reduction: 1, kernelInitializer: tf.initializers.glorotUniform({seed: 3})},
  srelu: {tRightInitializer: 1.5},
};

const FEATURES = 6;

/** All layers on the same input, side by side, and a dense one. */
function branches(make: readonly (() => tf.layers.Layer)[]): tf.LayersModel {
  const input = tf.input({shape: [FEATURES]});
  const all = [() => tf.layers.dense({units: 1}), ...make];
  const outputs = all.map(each => each().apply(input) as tf.SymbolicTensor);
  const output = tf.layers.concatenate().apply(outputs) as tf.SymbolicTensor;
  return tf.model({inputs: input, outputs: output});
}

/** Numbers of every size that inputs have. */
function numbers(shape: readonly number[]): tf.Tensor {
  const size = shape.reduce((product, each) => product * each, 1);
  const values = Array.from({length: size}, (_, index) => 6 * Math.sin(index * 1.7) ** 3);
  return tf.tensor(values, [...shape]);
}

/** Weights that no initializer gives, so that every one of them counts. */
function perturb(model: tf.LayersModel): void {
  tf.tidy(() => {
    const weights = model.getWeights().map((weight, index) => {
      const noise = tf.randomUniform(weight.shape, 0.01, 0.06, 'float32', index + 1);
      return tf.add(weight, noise).cast(weight.dtype);
    });
    model.setWeights(weights);
  });
}

function flat(output: tf.SymbolicTensor): tf.SymbolicTensor {
  return output.rank > 2 ? (tf.layers.flatten().apply(output) as tf.SymbolicTensor) : output;
}

/** Branches of layers on images. */
function images(): tf.LayersModel {
  const input = tf.input({shape: [6, 6, 4]});
  // Without luck, all units of a small network would be dead.
  const kernelInitializer = tf.initializers.glorotUniform({seed: 3});
  const convolved = tf.layers
    .conv2d({
      filters: 4,
      kernelSize: 3,
      padding: 'same',
      kernelInitializer,
      activation: 'smish' as 'relu',
    })
    .apply(input);
  const outputs = [
    layers.frelu(),
    layers.metaAcon({reduction: 2}),
    layers.dynamicRelu({kernelInitializer, reduction: 1}),
    layers.dynamicRelu({kernelInitializer, reduction: 1, perChannel: false, pieces: 3}),
    layers.pelu({sharedAxes: [1]}),
    layers.rational({sharedAxes: 'spatial'}),
    layers.dyt(),
    layers.sparsemax({axis: 1}),
    layers.softmax({axis: [1, 2]}),
    layers.swiglu({axis: 2}),
    layers.crelu({axis: -1}),
    layers.prelu({sharedAxes: [1, 2]}),
    tf.layers.depthwiseConv2d({kernelSize: 3, activation: 'mish'}),
    tf.layers.separableConv2d({
      filters: 3,
      kernelSize: 3,
      depthMultiplier: 2,
      activation: 'serf' as 'relu',
    }),
    tf.layers.conv2dTranspose({filters: 3, kernelSize: 3, strides: 2}),
    tf.layers.batchNormalization(),
    tf.layers.layerNormalization(),
    new Normalization(),
    new Normalization({axis: [1, 3], mean: [1, 2, 3, 4], variance: [1, 4, 9, 2], invert: true}),
    tf.layers.maxPooling2d({}),
    tf.layers.averagePooling2d({}),
    tf.layers.zeroPadding2d(),
    tf.layers.cropping2D({
      cropping: [
        [1, 1],
        [1, 0],
      ],
    }),
    tf.layers.upSampling2d({}),
    tf.layers.permute({dims: [3, 1, 2]}),
    tf.layers.dropout({rate: 0.5}),
    tf.layers.globalMaxPooling2d({}),
    tf.layers.globalAveragePooling2d({}),
  ].map(layer => {
    return flat(layer.apply(convolved) as tf.SymbolicTensor);
  });
  const output = tf.layers.concatenate().apply(outputs) as tf.SymbolicTensor;
  return tf.model({inputs: input, outputs: output});
}

/** Layers that work on sequences, some within others. */
function sequences(): tf.LayersModel {
  const input = tf.input({shape: [5, 3]});
  const cells = [tf.layers.lstmCell({units: 3}), tf.layers.gruCell({units: 2})];
  // As Keras makes them.
  const gruCell = new GRUResetAfterCell({units: 2, recurrentActivation: 'sigmoid'});
  const outputs = [
    tf.layers.lstm({units: 3}),
    tf.layers.gru({units: 3, returnSequences: true, recurrentActivation: 'sigmoid'}),
    tf.layers.simpleRNN({units: 3, activation: 'isru' as 'relu'}),
    tf.layers.bidirectional({layer: tf.layers.gru({units: 2}) as tf.RNN}),
    tf.layers.timeDistributed({layer: tf.layers.dense({units: 2, activation: 'logish' as 'relu'})}),
    tf.layers.timeDistributed({layer: layers.pelu()}),
    tf.layers.rnn({cell: cells}),
    tf.layers.rnn({cell: tf.layers.lstmCell({units: 2})}),
    new GRUResetAfter({units: 3, returnSequences: true}),
    tf.layers.rnn({cell: gruCell}),
    tf.layers.conv1d({filters: 2, kernelSize: 3, padding: 'same'}),
    tf.sequential({
      layers: [
        tf.layers.dense({units: 4, inputShape: [5, 3], activation: 'gelu'}),
        layers.snake(),
        tf.sequential({layers: [tf.layers.dense({units: 2, inputShape: [5, 4]}), layers.tlu()]}),
      ],
    }),
  ];
  const all = outputs.map(layer => flat(layer.apply(input) as tf.SymbolicTensor));
  const output = tf.layers.concatenate().apply(all) as tf.SymbolicTensor;
  return tf.model({inputs: input, outputs: output});
}

function frozen(layer: tf.layers.Layer): tf.layers.Layer {
  layer.trainable = false;
  return layer;
}

/** Models within models and within wrappers, and some that are called twice. */
function nested(): tf.LayersModel {
  const input = tf.input({shape: [5, 3]});
  const functional = (shape: number[]): tf.LayersModel => {
    const inner = tf.input({shape});
    const dense = tf.layers.dense({units: 3}).apply(inner);
    return tf.model({inputs: inner, outputs: layers.snake().apply(dense) as tf.SymbolicTensor});
  };
  const twice = functional([5, 3]);
  const normalized = tf.sequential({
    layers: [
      tf.layers.batchNormalization({inputShape: [3]}),
      tf.layers.dense({units: 3}),
      layers.pelu(),
      tf.layers.dense({units: 3}),
    ],
  });
  const within = [
    tf.sequential({layers: [functional([5, 3]), tf.layers.dense({units: 2})] as tf.layers.Layer[]}),
    tf.layers.timeDistributed({layer: functional([3])}),
    tf.layers.timeDistributed({layer: normalized}),
    tf.layers.timeDistributed({layer: layers.crelu()}),
    frozen(functional([5, 3])),
    frozen(tf.sequential({layers: [tf.layers.dense({units: 2, inputShape: [5, 3]})]})),
    tf.layers.bidirectional({layer: tf.layers.gru({units: 2, trainable: false}) as tf.RNN}),
    frozen(tf.layers.timeDistributed({layer: functional([3])})),
    frozen(tf.layers.rnn({cell: tf.layers.lstmCell({units: 2})})),
    tf.layers.spatialDropout1d({rate: 0.2}),
    tf.layers.thresholdedReLU({theta: 0.3}),
  ].map(layer => layer.apply(input) as tf.SymbolicTensor);
  const outputs = [twice.apply(twice.apply(input)) as tf.SymbolicTensor, ...within].map(output =>
    flat(layers.tlu().apply(output) as tf.SymbolicTensor),
  );
  const output = tf.layers.concatenate().apply(outputs) as tf.SymbolicTensor;
  return tf.model({inputs: input, outputs: output});
}

/** Names that mean something to Python, or to the module that is generated. */
function named(): tf.LayersModel {
  const formula = ({x}: {x: Expression}): Expression => x.tanh();
  const fixed = ['list', 'super', 'range', 'json', 'keras', 'lambda'].map(name =>
    defineActivation({name, className: name === 'lambda' ? 'None' : `Own${name}`, formula}),
  );
  const learned = defineActivation({
    name: 'learned',
    weights: {
      ops: {initializer: 'ones'},
      erfc: {initializer: 'ones'},
      lambda: {initializer: 'ones', constraint: constraints.maxValue(2)},
    },
    formula: ({x, ops, erfc, lambda}) => x.mul(ops).tanh().add(x.mul(lambda).erfc()).mul(erfc),
  });
  const model = branches([...fixed, learned].map(activation => () => activation.layer()));
  const byName = fixed.map(({name}) => tf.layers.dense({units: 2, activation: name as 'relu'}));
  const outputs = [model, ...byName].map(
    layer => layer.apply(model.inputs[0]) as tf.SymbolicTensor,
  );
  return tf.model({
    inputs: model.inputs,
    outputs: tf.layers.concatenate().apply(outputs) as tf.SymbolicTensor,
  });
}

/** Integers, which activations take as floats. */
function integers(): tf.LayersModel {
  const input = tf.input({shape: [FEATURES], dtype: 'int32'});
  return tf.model({inputs: input, outputs: layers.pelu().apply(input) as tf.SymbolicTensor});
}

/** Every fixed activation by its name. */
function strings(): tf.LayersModel {
  const names = Object.values(activations)
    .filter(({weights}) => Object.keys(weights).length === 0)
    .map(({name}) => name);
  return branches(
    [...names, 'softmax', 'logSoftmax', 'sparsemax'].map(
      activation => () => tf.layers.activation({activation: activation as 'relu'}),
    ),
  );
}

/** Options of their own. */
function options(): tf.LayersModel {
  return branches([
    () => layers.elu({alpha: 0.5}),
    () => layers.elu(),
    () => layers.relu({maxValue: 1, negativeSlope: 0.1, threshold: 0.5}),
    () => layers.leakyRelu({alpha: 0.05}),
    () => layers.softmax(),
    () => layers.celu({alpha: 2}),
    () => layers.celu({alpha: 0.5}),
    () => layers.celu({alpha: 2}),
    () => layers.gelu({approximate: true}),
    () => layers.squareplus({b: 0}),
    () => layers.threshold({threshold: -0.5, value: -2}),
    () =>
      layers.pelu({
        aInitializer: 'ones',
        bRegularizer: 'l2',
        aConstraint: tf.constraints.minMaxNorm({minValue: 0.5, maxValue: 3}),
      }),
  ]);
}

const MODELS: Readonly<Record<string, {model: () => tf.LayersModel; shape: readonly number[]}>> = {
  layers: {
    model: () => {
      const names = Object.keys(makers).filter(name => !['frelu', 'reLU'].includes(name));
      return branches(names.map(name => () => makers[name](ARGUMENTS[name])));
    },
    shape: [12, FEATURES],
  },
  strings: {model: strings, shape: [12, FEATURES]},
  options: {model: options, shape: [12, FEATURES]},
  images: {model: images, shape: [4, 6, 6, 4]},
  sequences: {model: sequences, shape: [7, 5, 3]},
  nested: {model: nested, shape: [7, 5, 3]},
  named: {model: named, shape: [12, FEATURES]},
  integers: {model: integers, shape: [12, FEATURES]},
};

function expectNear(what: string, actual: readonly number[], expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length);
  const isNear = (value: number, index: number): boolean =>
    Math.abs(actual[index] - value) <= 1e-5 * Math.max(1, Math.abs(value));
  const wrong = expected.flatMap((value, index) =>
    isNear(value, index) ? [] : [{index, value, actual: actual[index]}],
  );
  expect({what, wrong: wrong.slice(0, 10)}).toEqual({what, wrong: []});
}

describeWithPython('what Keras makes of an exported model', () => {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'keras-'));
  afterAll(() => fs.rmSync(root, {recursive: true}));

  test.each(['tensorflow', 'jax'])(
    'outputs, training and the way back, on %s',
    async backend => {
      const names = Object.keys(MODELS);
      const folders = names.map(name => path.join(root, backend, name));
      const models = names.map(name => MODELS[name].model());
      for (const [index, model] of models.entries()) {
        perturb(model);
        const {shape} = MODELS[names[index]];
        fs.mkdirSync(folders[index], {recursive: true});
        for (const [file, bytes] of Object.entries(await exportKeras(model))) {
          fs.writeFileSync(path.join(folders[index], file), bytes);
        }
        fs.writeFileSync(
          path.join(folders[index], 'job.json'),
          JSON.stringify({input: numbers(shape).arraySync(), resave: names[index] === 'options'}),
        );
      }
      expect(runPython(path.join(__dirname, 'train.py'), backend, ...folders)).toBe(backend);
      for (const [index, model] of models.entries()) {
        const {outputs, loss, unmoved, trainable, trained, reloads} = JSON.parse(
          fs.readFileSync(path.join(folders[index], 'result.json'), 'utf8'),
        ) as Result;
        const run = (): number[] => {
          const output = model.predict(numbers(MODELS[names[index]].shape)) as tf.Tensor;
          return [...output.dataSync()];
        };
        expectNear(`${names[index]}, as exported`, outputs, run());
        // What a MetaACON adds before its second normalization, that takes away.
        const still = unmoved.filter(weight => !weight.endsWith('norm1_beta'));
        expect({name: names[index], still, reloads}).toEqual({
          name: names[index],
          still: [],
          reloads: true,
        });
        expect(trainable).toBe(model.trainableWeights.length);
        expect(Number.isFinite(loss)).toBe(true);
        importKerasWeights(
          model,
          fs.readFileSync(path.join(folders[index], 'weights.safetensors')),
        );
        expectNear(`${names[index]}, trained in Keras`, trained, run());
      }
    },
    550_000,
  );
});
