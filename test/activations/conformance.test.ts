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

  test('a leaky ReLU of slope 0 is 0 at −Infinity, as ReLU is', () => {
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
