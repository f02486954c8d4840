import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import '../../src/index.js';

/** What stock tfjs computes for its strings, from its own ops. */
const STOCK: Record<string, (x: tf.Tensor) => tf.Tensor> = {
  linear: x => x,
  relu: x => tf.relu(x),
  relu6: x => tf.relu6(x),
  elu: x => tf.elu(x),
  selu: x => tf.selu(x),
  sigmoid: x => tf.sigmoid(x),
  hardSigmoid: x => tf.clipByValue(x.mul(0.2).add(0.5), 0, 1),
  softplus: x => tf.softplus(x),
  softsign: x => x.div(x.abs().add(1)),
  tanh: x => tf.tanh(x),
  softmax: x => tf.softmax(x),
  logSoftmax: x => tf.logSoftmax(x),
  swish: x => x.mul(tf.sigmoid(x)),
  mish: x => x.mul(tf.tanh(tf.softplus(x))),
  gelu: x => x.mul(0.5).mul(tf.erf(x.div(Math.SQRT2)).add(1)),
  gelu_new: x =>
    x.mul(0.5).mul(tf.tanh(x.add(x.pow(3).mul(0.044715)).mul(Math.sqrt(2 / Math.PI))).add(1)),
};

describe.each(['cpu', 'wasm'])('on %s', backend => {
  beforeAll(() => tf.setBackend(backend));

  test.each(Object.keys(STOCK))("the string '%s' keeps the values of stock tfjs", activation => {
    const x = tf.tensor2d([[-4, -2.5, -1, -0.3, 0, 0.2, 1, 2.2, 3, 7]]);
    const layer = tf.layers.activation({activation: activation as never});
    const [actual, expected] = [layer.apply(x) as tf.Tensor, STOCK[activation](x)].map(tensor =>
      tensor.dataSync(),
    );
    actual.forEach((value, index) => expect(value).toBeCloseTo(expected[index], 5));
  });
});
