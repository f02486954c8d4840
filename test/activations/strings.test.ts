import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import {activations} from '../../src/index.js';

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

/** The names of the elementwise activations in other systems, and whose values they have here. */
const NAMES: Record<string, Record<string, keyof typeof activations>> = {
  'Keras 3': {
    relu: 'relu',
    leaky_relu: 'leakyRelu',
    relu6: 'relu6',
    celu: 'celu',
    elu: 'elu',
    selu: 'selu',
    softplus: 'softplus',
    softsign: 'softsign',
    squareplus: 'squareplus',
    soft_shrink: 'softShrink',
    sparse_plus: 'sparsePlus',
    silu: 'swish',
    swish: 'swish',
    gelu: 'gelu',
    tanh: 'tanh',
    tanh_shrink: 'tanhShrink',
    sigmoid: 'sigmoid',
    sparse_sigmoid: 'sparseSigmoid',
    exponential: 'exponential',
    hard_silu: 'hardSwish',
    hard_swish: 'hardSwish',
    hard_tanh: 'hardTanh',
    hard_shrink: 'hardShrink',
    linear: 'linear',
    mish: 'mish',
    log_sigmoid: 'logSigmoid',
    threshold: 'threshold',
  },
  PyTorch: {
    hardtanh: 'hardTanh',
    hardswish: 'hardSwish',
    hardsigmoid: 'hardSigmoid3',
    hardshrink: 'hardShrink',
    softshrink: 'softShrink',
    tanhshrink: 'tanhShrink',
    logsigmoid: 'logSigmoid',
    leaky_relu: 'leakyRelu',
    silu: 'swish',
    identity: 'linear',
  },
  JAX: {
    soft_sign: 'softsign',
    identity: 'linear',
    sparse_plus: 'sparsePlus',
    sparse_sigmoid: 'sparseSigmoid',
    log_sigmoid: 'logSigmoid',
    hard_tanh: 'hardTanh',
  },
};

const named = Object.entries(NAMES).flatMap(([system, names]) =>
  Object.entries(names).map(([name, activation]) => [system, name, activation] as const),
);

test.each(named)("%s's '%s' is %s", async (_, name, activation) => {
  await tf.setBackend('cpu');
  const x = tf.tensor2d([[-4, -2.5, -1, -0.3, 0, 0.2, 1, 2.2, 3, 7]]);
  const layer = tf.layers.activation({activation: name as never});
  expect([...(layer.apply(x) as tf.Tensor).dataSync()]).toEqual([
    ...activations[activation](x).dataSync(),
  ]);
});

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
