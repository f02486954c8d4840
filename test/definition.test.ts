import * as tf from '@tensorflow/tfjs';
import {activations, defineActivation, where} from '../src/index.js';

beforeAll(() => tf.setBackend('cpu'));

test('a formula of ten lines becomes op, gradient, layer and name', () => {
  const ramp = defineActivation({
    name: 'ramp',
    options: {top: 2},
    formula: ({x, top}) => where(x.lessEqual(0), 0, x).minimum(top),
  });
  expect([...ramp([-1, 1, 3]).dataSync()]).toEqual([0, 1, 2]);
  expect([...ramp([-1, 1, 3], {top: 1.5}).dataSync()]).toEqual([0, 1, 1.5]);
  const gradient = tf.grad(x => ramp(x))(tf.tensor1d([-1, 1, 3]));
  expect([...gradient.dataSync()]).toEqual([0, 1, 0]);
  const dense = tf.layers.dense({units: 2, inputShape: [1], activation: 'ramp' as never});
  expect(() => dense.apply(tf.ones([1, 1]))).not.toThrow();
  expect(ramp.evaluate(1)).toBe(1);
  expect(ramp.className).toBe('Ramp');
});

test('the same definition again is the first; another under its name or class is refused', () => {
  const define = (factor: number, name = 'twice', className = 'Twice') =>
    defineActivation({name, className, formula: ({x}) => x.mul(factor)});
  const first = define(2);
  expect(define(2)).toBe(first);
  expect(() => define(3)).toThrow(/twice: the name 'twice' is taken/);
  expect(() => define(3, 'thrice')).toThrow(/class name 'Twice' is taken/);
  expect(() => define(3, 'relu', 'MyRelu')).toThrow(/the name 'relu' is taken/);
  expect(() => define(3, 'fine', 'Dense')).toThrow(/class name 'Dense' is taken/);
});

test.each([
  [
    {name: 'bad', formula: ({x, c}: never) => (x as never as {mul(o: unknown): never}).mul(c)},
    /bad: in the formula: unknown input 'c'; declared: x/,
  ],
  [
    {name: 'bad', weights: {a: {initializer: 'ones'}}, formula: ({x}: {x: never}) => x},
    /never uses a/,
  ],
  [{name: 'bad', formula: () => 3}, /must return an expression, got 3/],
  [
    {name: 'bad', formula: ({x}: {x: {mul(n: number): never}}) => x.mul(NaN)},
    /finite number, got NaN/,
  ],
  [{name: 'Bad_name', formula: ({x}: {x: never}) => x}, /'Bad_name' would not survive saving/],
  [
    {name: 'bad', weights: {name: {initializer: 'ones'}}, formula: ({x}: {x: never}) => x},
    /'name' means something else/,
  ],
])('a definition that cannot work is refused: %#', (definition, message) => {
  expect(() => defineActivation(definition as never)).toThrow(message);
});

test.each([
  [
    () => activations.mish([1], {alpha: 1} as never),
    /mish: unknown parameter 'alpha'; accepted: none/,
  ],
  [
    () => activations.elu([1], {alpha: Infinity}),
    /elu: alpha must be a finite number, got Infinity/,
  ],
  [
    () => activations.elu(['a'] as never),
    /elu: x must be a float32, int32 or bool tensor, got one of type string/,
  ],
  [() => activations.elu(tf.complex([1], [1])), /got one of type complex64/],
  [
    () => activations.pelu([[1, 2]], {a: [1, 2, 3]}),
    /a of shape \[3\] does not broadcast to x of shape \[1,2\]/,
  ],
  [
    () => activations.rational([1], {numerator: [1, 2]}),
    /numerator needs a last axis of 6 coefficients, got shape \[2\]/,
  ],
])('a bad call of an op is refused and leaks nothing: %s', (call, message) => {
  tf.tidy(() => {
    const {numTensors} = tf.memory();
    expect(call).toThrow(message);
    expect(tf.memory().numTensors - numTensors).toBeLessThanOrEqual(3);
  });
});

test('a refused call of tensors that exist already leaks none', () => {
  const [x, a] = [tf.ones([1, 2]), tf.ones([3])];
  const {numTensors} = tf.memory();
  expect(() => activations.pelu(x, {a})).toThrow(/does not broadcast/);
  expect(() => activations.pelu(x, {b: a})).toThrow(/does not broadcast/);
  expect(() => activations.elu(x, {alpha: NaN})).toThrow(/finite/);
  expect(tf.memory().numTensors).toBe(numTensors);
});

test('int32 and bool are cast', () => {
  expect([...activations.relu(tf.tensor1d([-1, 2], 'int32')).dataSync()]).toEqual([0, 2]);
  expect([...activations.relu(tf.tensor1d([true, false], 'bool')).dataSync()]).toEqual([1, 0]);
});

test.each([
  ['relu', Math.SQRT2],
  ['selu', 1],
  ['gelu', 1.534],
  ['tanh', 1.593],
  ['mish', 1.487],
] as const)('the gain of %s is %d', (name, gain) => {
  expect(activations[name].gain()).toBeCloseTo(gain, 2);
});
