import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import {activations} from '../../src/index.js';
import {derivative, evaluate} from '../../src/formula/index.js';
import {ASPECTS, faultsOf, members} from '../helpers/conformance.js';

describe.each(['cpu', 'wasm'])('on %s', backend => {
  beforeAll(async () => {
    await tf.setBackend(backend);
  });

  describe.each(members.map(activation => [activation.name, activation] as const))(
    '%s',
    (_, activation) => {
      test.each(ASPECTS)('%s', async aspect => {
        expect(await faultsOf(activation, aspect)).toEqual([]);
      });
    },
  );

  test.each(members.filter(({name}) => !['sine', 'gcu', 'snake'].includes(name)))(
    '$name and its derivatives have their limits at ±Infinity',
    activation => {
      const f = (x: tf.Tensor): tf.Tensor => activation(x);
      const first = (x: tf.Tensor): tf.Tensor => tf.grad(f)(x);
      const orders = [f, first, (x: tf.Tensor) => tf.grad(first)(x)];
      const x = tf.tensor1d([-Infinity, Infinity]);
      const limits = orders.map(order => [...order(x).dataSync()]);
      expect(limits.flat()).not.toContain(NaN);
    },
  );

  test('a PReLU or leaky ReLU of slope 0 is 0 at −Infinity, as ReLU is', () => {
    expect(activations.prelu([-Infinity, NaN]).dataSync()).toEqual(new Float32Array([0, NaN]));
    expect(activations.leakyRelu.evaluate(-Infinity, {alpha: 0})).toBe(0);
    expect(activations.leakyRelu([-Infinity], {alpha: 0}).dataSync()[0]).toBe(0);
    expect(activations.leakyRelu([-Infinity]).dataSync()[0]).toBe(-Infinity);
  });

  test.each(['swish', 'mish', 'gelu', 'geluNew', 'hardSwish'] as const)(
    '%s and its derivatives go to 0 at −Infinity',
    name => {
      const slope = derivative(activations[name].formula, 'x');
      expect(activations[name].evaluate(-Infinity)).toBeCloseTo(0, 15);
      expect(Object.is(activations[name]([-Infinity]).dataSync()[0] + 0, 0)).toBe(true);
      const first = (x: tf.Tensor): tf.Tensor =>
        tf.grad(x => activations[name](x))(x, tf.ones([1]));
      expect(first(tf.tensor1d([-Infinity])).dataSync()[0] + 0).toBe(0);
      expect(
        tf
          .grad(first)(tf.tensor1d([-Infinity]), tf.ones([1]))
          .dataSync()[0] + 0,
      ).toBe(0);
      for (const order of [slope, derivative(slope, 'x')]) {
        expect(evaluate(order, {x: -Infinity})).toBeCloseTo(0, 15);
      }
    },
  );
});
