import * as tf from '@tensorflow/tfjs';
import {createActivation} from '../src/definition.js';
import {activations, defineActivation, where} from '../src/index.js';
import type {Expression} from '../src/index.js';

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

test('definitions whose rules for kernels differ are different', () => {
  const define = (kernelScale?: () => number) =>
    defineActivation({name: 'scaled', kernelScale, formula: ({x}) => x.mul(2)});
  const first = define(() => 1);
  expect(define(() => 1)).toBe(first);
  expect(() => define(() => 2)).toThrow(/scaled: the name 'scaled' is taken/);
  expect(() => define()).toThrow(/scaled: the name 'scaled' is taken/);
  const wrong = createActivation({name: 'wrong', kernelScale: () => -1, formula: ({x}) => x.abs()});
  expect(() => wrong.initializer).toThrow(/wrong: kernelScale must give a positive number, got -1/);
});

test('definitions that differ at another option value than the default are different', () => {
  const define = (factor: number) =>
    defineActivation({
      name: 'branching',
      options: {k: 1, soft: false, limit: {default: null, minimum: 0}},
      formula: ({x, k, limit}) => (k === 5 || limit === 6 ? x.mul(factor) : x.mul(k)),
    });
  const first = define(3);
  expect(define(3)).toBe(first);
  expect(() => define(4)).toThrow(/branching: the name 'branching' is taken/);
});

test('a formula that prints as gigabytes is defined, and defined again, in no time', () => {
  const define = () =>
    defineActivation({
      name: 'nested',
      formula: ({x}) => {
        let y = x;
        for (let depth = 0; depth < 200; depth++) y = y.mul(y.add(1));
        return y;
      },
    });
  expect(define()).toBe(define());
  expect(String(define().formula).length).toBeLessThan(20_000);
}, 5_000);

const identity = ({x}: {x: unknown}): unknown => x;

/** A definition with this weight, used if it is a vector of two and if it is none. */
const weighted = (p: unknown): object => ({
  name: 'bad',
  weights: {p},
  formula: ({x, p}: {x: Expression; p: Expression | Expression[]}) => {
    const [first, second] = [p].flat();
    return x.mul(first).add(second ?? 0);
  },
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
  [{name: 'bad', note: 3, formula: identity}, /bad: note must be text, got 3/],
  [
    {name: 'bad', kernelScale: 2, formula: identity},
    /bad: kernelScale must be a function such as .*, got 2/,
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
  [undefined, /^defineActivation: the definition must be an object, got undefined/],
  [{formula: identity}, /^defineActivation: name must be a camelCase name .*got undefined/],
  [{name: '', formula: identity}, /^defineActivation: name must be .*got ''/],
  [{name: 'bad'}, /^bad: formula must be a function .*got undefined/],
  [{name: 'bad', wieghts: {}, formula: identity}, /^bad: unknown field 'wieghts'; accepted: name,/],
  [
    {name: 'bad', className: 'bad', formula: identity},
    /^bad: className must be PascalCase .*'bad'/,
  ],
  [{name: 'bad', aliases: 'worse', formula: identity}, /^bad: aliases must be an array .*'worse'/],
  [{name: 'bad', options: 3, formula: identity}, /^bad: options must be an object, got 3/],
  [
    {name: 'bad', options: {a: NaN}, formula: identity},
    /^bad: options\.a must have a finite .*NaN/,
  ],
  [{name: 'bad', options: {a: Infinity}, formula: identity}, /options\.a must have .*got Infinity/],
  [{name: 'bad', options: {a: 'hi'}, formula: identity}, /^bad: options\.a must have .*got 'hi'/],
  [
    {name: 'bad', options: {a: {default: 1, minimum: 2}}, formula: identity},
    /^bad: options\.a must be a finite number of at least 2, got 1/,
  ],
  [
    {name: 'bad', options: {a: {default: 1, maximum: 2}}, formula: identity},
    /^bad: unknown field in options\.a 'maximum'; accepted: default, minimum, except/,
  ],
  [
    {name: 'bad', options: {a: 1}, layerOptions: {b: 2}, formula: identity},
    /^bad: unknown option in layerOptions 'b'; accepted: a/,
  ],
  [
    {name: 'bad', options: {a: 1}, layerOptions: {a: 'q'}, formula: identity},
    /^bad: layerOptions\.a must be a finite number, got 'q'/,
  ],
  [
    {name: 'bad', options: {a: 1}, optionAliases: {b: 'c'}, formula: identity},
    /^bad: unknown option in optionAliases\.b 'c'; accepted: a/,
  ],
  [
    {name: 'bad', options: {a: 1}, weights: {a: {initializer: 'ones'}}, formula: identity},
    /^bad: 'a' is an option, weight or alias twice/,
  ],
  [weighted(null), /^bad: weights\.p must be an object, got null/],
  [weighted({}), /^bad: weights\.p\.initializer must be an initializer .*got undefined/],
  [weighted({initializer: NaN}), /^bad: weights\.p\.initializer must be a finite number, got NaN/],
  [weighted({initializer: 'onez'}), /^bad: weights\.p\.initializer must be .*got 'onez'/],
  [weighted({initializer: [1, 2]}), /^bad: weights\.p\.initializer must be one number/],
  [
    weighted({initializer: 'ones', constraint: 'positive'}),
    /^bad: weights\.p\.constraint must be a constraint .*got 'positive'/,
  ],
  [
    weighted({initializer: 'ones', regularizer: 'l3'}),
    /^bad: weights\.p\.regularizer must be a regularizer .*got 'l3'/,
  ],
  [weighted({initializer: 'ones', size: 3}), /^bad: unknown field in weights\.p 'size'/],
  ...[-1, 0, 1.5, '3', NaN].map(
    length =>
      [
        weighted({initializer: 'ones', length}),
        /^bad: weights\.p\.length must be a whole number of at least 1, got /,
      ] as const,
  ),
  [
    weighted({initializer: [1, 2, 3], length: 2}),
    /^bad: weights\.p\.initializer must be 2 finite numbers, got \[1, 2, 3\]/,
  ],
  [
    {...weighted({initializer: 'ones'}), sharedAxes: 'foo'},
    /^bad: sharedAxes must be an axis number.*got 'foo'/,
  ],
] as [unknown, RegExp][])('a definition that cannot work is refused: %#', (definition, message) => {
  expect(() => defineActivation(definition as never)).toThrow(message);
});

const anInput = tf.ones([1, 2]);
const three = tf.ones([3]);
const strings = tf.tensor1d(['a']);
const complex = tf.complex([1], [1]);

test.each([
  [
    () => activations.mish(anInput, {alpha: 1} as never),
    /mish: unknown parameter 'alpha'; accepted: none/,
  ],
  [
    () => activations.elu(anInput, {alpha: Infinity}),
    /elu: alpha must be a finite number, got Infinity/,
  ],
  [
    () => activations.elu(strings),
    /elu: x must be a float32, int32 or bool tensor, got one of type string/,
  ],
  [() => activations.elu(complex), /got one of type complex64/],
  [
    () => activations.pelu(anInput, {a: three}),
    /a of shape \[3\] does not broadcast to x of shape \[1,2\]/,
  ],
  [
    () => activations.rational(anInput, {numerator: three}),
    /numerator needs a last axis of 6 coefficients, got shape \[3\]/,
  ],
])('a bad call of an op is refused and leaks nothing: %s', (call, message) => {
  const {numTensors} = tf.memory();
  expect(call).toThrow(message);
  expect(tf.memory().numTensors).toBe(numTensors);
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
