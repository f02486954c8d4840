import * as tf from '@tensorflow/tfjs';
import {activations, layers} from '../../src/index.js';

beforeAll(() => tf.setBackend('cpu'));

const inputShape = [3];
const input = tf.ones([2, 3]);
const strings = tf.tensor2d([['a', 'b', 'c']]);
const complex = tf.complex([[1, 2]], [[1, 2]]);
const seven = tf.ones([7]);
const identity = tf.initializers.identity({});

/** Calls what must throw, and sees that it leaves no tensor behind. */
function expectRefused(call: () => unknown, message: RegExp): void {
  const {numTensors} = tf.memory();
  expect(call).toThrow(message);
  expect(tf.memory().numTensors).toBe(numTensors);
}

test.each([
  [strings, /PELU 'p': the input must be a float32, int32 or bool tensor, got one of type string/],
  [complex, /got one of type complex64/],
  [tf.input({shape: [3], dtype: 'string'}), /got one of type string/],
  [[input, input], /PELU 'p': takes one input, got 2/],
  [[], /takes one input, got 0/],
  [[1, 2, 3], /takes one input, got 3/],
  [undefined, /the input must be a tensor, got undefined/],
])('a layer refuses an input before it has weights: %#', (bad, message) => {
  const layer = layers.pelu({name: 'p'});
  expectRefused(() => layer.apply(bad as never), message);
  expect(layer.built).toBe(false);
  expect(layer.weights).toEqual([]);
});

test('a layer without weights refuses a second input too', () => {
  expectRefused(() => layers.mish({name: 'm'}).apply([input, input]), /Mish 'm': takes one input/);
});

test.each([
  [
    () => layers.rational({denominatorInitializer: [1, 2], name: 'r'}),
    /Rational 'r': denominatorInitializer must be 4 finite numbers, got \[1, 2\]/,
  ],
  [
    () => layers.rational({numeratorInitializer: [1, 2, 3, 4, 5, NaN]}),
    /numeratorInitializer must be 6 finite numbers/,
  ],
  [
    () => layers.pelu({aInitializer: [1, 2] as never}),
    /PELU: aInitializer must be one number or an initializer, .* got \[1, 2\]/,
  ],
  [() => layers.sine({w0: 0}), /^Sine: w0 must be a finite number other than 0, got 0$/],
  [() => layers.pelu({aInitializer: NaN}), /PELU: aInitializer must be a finite number, got NaN/],
  [
    () => layers.pelu({bInitializer: 'onez'}),
    /PELU: bInitializer must be an initializer \(by name: .*Zeros.*\), got 'onez'$/,
  ],
  [
    () => layers.pelu({bRegularizer: 'l3'}),
    /PELU: bRegularizer must be a regularizer \(by name: L1, L2, L1L2; an instance; or .*got 'l3'$/,
  ],
  [() => layers.pelu({bRegularizer: 3 as never}), /bRegularizer must be a regularizer .*got 3$/],
  [
    () => layers.pelu({bRegularizer: tf.constraints.nonNeg() as never}),
    /bRegularizer must be a regularizer .*got an instance of NonNeg$/,
  ],
  [
    () => layers.pelu({bConstraint: 'zeros'}),
    /bConstraint must be a constraint \(by name: .*MinValue.*got 'zeros'$/,
  ],
  [() => layers.pelu({bConstraint: {} as never}), /bConstraint must be a constraint .*got \{\}$/],
  [
    () =>
      layers.pelu({bConstraint: {className: 'MinMaxValue', config: {minValue: 2, maxValue: 1}}}),
    /bConstraint .*minValue 2 is larger than maxValue 1/,
  ],
  [() => layers.elu(null as never), /ELU: the arguments must be an object, got null/],
  [() => layers.elu('q' as never), /ELU: the arguments must be an object, got 'q'/],
  [() => layers.elu({trainable: 'no' as never}), /ELU: trainable must be true or false, got 'no'/],
  [() => layers.elu({name: 3 as never}), /name must be a string, got 3/],
  [() => layers.elu({dtype: 'int32'}), /dtype must be 'float32', .*got 'int32'/],
  [() => layers.pelu({dtype: 'mixed_float16' as never}), /dtype must be 'float32'.*mixed_float16/],
  [
    () => layers.pelu({bInitializer: identity, name: 'p'}).apply(input),
    /PELU 'p': bInitializer Identity cannot fill a weight of shape \[3\]: .*square/,
  ],
  [
    () => layers.prelu({weights: [seven], name: 'w'}).apply(input),
    /PReLU 'w': weights\[0\], alpha, must be a tensor of shape \[3\], got shape \[7\]/,
  ],
  [
    () => layers.prelu({weights: [seven, seven], name: 'w'}).apply(input),
    /PReLU 'w': weights must be 1 tensors \(alpha\), got 2/,
  ],
  [
    () => layers.pelu().apply(tf.input({shape: [4, null]})),
    /size of axis 2 is unknown in \[null,4,null\].*share it: sharedAxes: \[1, 2\]/,
  ],
])('a layer refuses an argument and leaks nothing: %s', expectRefused);

test('setWeights names the layer and the weight that does not fit', () => {
  const layer = layers.pelu({inputShape, name: 'p'});
  layer.build([null, 3]);
  const fitting = tf.ones([3]);
  expectRefused(
    () => layer.setWeights([fitting, seven]),
    /PELU 'p': weights\[1\], b, must be a tensor of shape \[3\], got shape \[7\]/,
  );
  expectRefused(() => layer.setWeights([fitting]), /must be 2 tensors \(a, b\), got 1/);
});

test('numbers and arrays are initializers, and null an option not given', () => {
  const pelu = layers.pelu({aInitializer: 2});
  pelu.build([null, 3]);
  expect([...pelu.getWeights()[0].dataSync()]).toEqual([2, 2, 2]);
  const rational = layers.rational({denominatorInitializer: [1, 2, 3, 4]});
  rational.build([null, 3]);
  expect([...rational.getWeights()[1].dataSync()]).toEqual([1, 2, 3, 4]);
  expect(layers.leakyReLU({alpha: null as never}).getConfig().alpha).toBe(0.3);
});

test.each([
  [
    {className: 'L1', config: {l1: 0.25}},
    {l1: 0.25, l2: 0},
  ],
  [
    {className: 'L2', config: {l2: 0.5}},
    {l1: 0, l2: 0.5},
  ],
  ['l1', {l1: 0.01, l2: 0}],
  ['L2', {l1: 0, l2: 0.01}],
  [
    {className: 'L1L2', config: {l1: 0.25, l2: 0.5}},
    {l1: 0.25, l2: 0.5},
  ],
] as const)('the regularizer that Keras saves as %j is understood', (regularizer, config) => {
  const layer = layers.prelu({alphaRegularizer: regularizer as never});
  const {className, config: saved} = layer.getConfig()
    .alphaRegularizer as tf.serialization.ConfigDict;
  expect([className, saved]).toEqual(['L1L2', config]);
});

test.each([
  'mixed_float16',
  'mixedFloat16',
  'float16',
  {className: 'Policy', config: {name: 'mixed_bfloat16'}},
])('a configuration computed in %j loads as float32', dtype => {
  const {layerClass} = activations.prelu;
  const layer = layerClass.fromConfig(
    layerClass as never,
    {
      name: 'k',
      batchInputShape: [null, 3],
      dtype,
    } as never,
  );
  expect((layer as tf.layers.Layer).dtype).toBe('float32');
});

test.each([
  [
    () => (activations.relu as (x?: unknown) => unknown)(),
    /^relu: x must be a tensor, a number.*got undefined/,
  ],
  [() => activations.relu(null as never), /^relu: x must be a tensor.*got null/],
  [() => activations.relu({} as never), /^relu: x must be a tensor.*got \{\}/],
  [() => activations.relu(new Float64Array(1) as never), /^relu: x .*an instance of Float64Array/],
  [() => activations.relu(strings), /^relu: x must be a float32.*got one of type string/],
  [() => activations.pelu([1], {a: {} as never}), /^pelu: a must be a tensor.*got \{\}/],
  [() => activations.pelu([1], {a: 'q'}), /^pelu: a must be a float32.*got one of type string/],
  [() => activations.pelu([1], null as never), /^pelu: the parameters must be an object, got null/],
  [() => activations.pelu.evaluate('2' as never), /^pelu: x must be a number, got '2'/],
  [() => activations.pelu.evaluate(1, {a: 'z' as never}), /^pelu: a must be a number, got 'z'/],
  [() => activations.pelu.evaluate(1, {a: [1]}), /^pelu: a must be a number, got \[1\]/],
  [
    () => activations.pelu.evaluate(1, 3 as never),
    /^pelu: the parameters must be an object, got 3/,
  ],
  [
    () => activations.rational.evaluate(1, {numerator: [1]}),
    /^rational: numerator must be 6 numbers, got \[1\]/,
  ],
])('an op refuses what is no number and leaks nothing: %s', expectRefused);
