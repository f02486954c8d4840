import * as tf from '@tensorflow/tfjs';
import {layers} from '../../src/index.js';

type Make = () => tf.layers.Layer;

/** Every layer that mixes units, what it is applied to, and whether in training. */
const LAYERS: Readonly<Record<string, [make: Make, shape: number[], training?: boolean]>> = {
  softmax: [() => layers.softmax(), [3, 8]],
  'softmax over two axes': [() => layers.softmax({axis: [1, 2]}), [2, 3, 4]],
  logSoftmax: [() => layers.logSoftmax(), [3, 8]],
  sparsemax: [() => layers.sparsemax(), [3, 8]],
  glu: [() => layers.glu(), [3, 8]],
  reglu: [() => layers.reglu(), [3, 8]],
  geglu: [() => layers.geglu(), [3, 8]],
  swiglu: [() => layers.swiglu(), [3, 8]],
  maxout: [() => layers.maxout({numUnits: 4}), [3, 8]],
  crelu: [() => layers.crelu(), [3, 8]],
  rrelu: [() => layers.rrelu({seed: 1}), [3, 8]],
  probAct: [() => layers.probAct({seed: 1}), [3, 8]],
  eelu: [() => layers.eelu({seed: 1}), [3, 8]],
  metaAcon: [() => layers.metaAcon(), [2, 4, 4, 3]],
  dynamicRelu: [() => layers.dynamicRelu(), [2, 4, 4, 8]],
  frelu: [() => layers.frelu(), [2, 4, 4, 3]],
  'frelu in training': [() => layers.frelu(), [2, 4, 4, 3], true],
  kan: [() => layers.kan({units: 3}), [5, 4]],
};

const spread = (shape: readonly number[], seed: number): tf.Tensor => {
  const size = shape.reduce((product, each) => product * each, 1);
  const values = Array.from({length: size}, (_, index) => 2 * Math.sin(seed + index * 1.37));
  return tf.tensor(values, [...shape]);
};

/** Outputs, gradient by the input, and the gradients by the weights, always the same. */
function run(make: Make, shape: readonly number[], training: boolean): tf.Tensor[] {
  const layer = make();
  layer.build([...shape]);
  const initial = layer.getWeights();
  layer.setWeights(
    initial.map((weight, index) => tf.add(0.6, tf.div(spread(weight.shape, index), 5))),
  );
  const x = spread(shape, 0);
  const apply = (input: tf.Tensor): tf.Tensor => layer.apply(input, {training}) as tf.Tensor;
  const y = apply(x);
  const loss = (input: tf.Tensor): tf.Scalar => tf.sum(tf.mul(apply(input), spread(y.shape, 5)));
  const gradient = tf.grad(loss)(x);
  const variables = layer.trainableWeights.map(weight => weight.read() as tf.Variable);
  const byWeights =
    variables.length > 0 ? Object.values(tf.variableGrads(() => loss(x), variables).grads) : [];
  const results = [y, gradient, ...byWeights].map(tensor => tf.clone(tensor));
  for (const weight of layer.weights) weight.dispose();
  return results;
}

/** What each of these layers gives, as tensors. */
export const MIXING_CASES = new Map(
  Object.entries(LAYERS).map(([name, [make, shape, training = false]]) => [
    name,
    () => run(make, shape, training),
  ]),
);
