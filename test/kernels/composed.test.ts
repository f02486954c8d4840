import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import {input, where} from '../../src/formula/index.js';
import type {Expression} from '../../src/formula/index.js';
import {activations} from '../../src/index.js';
import {HISTOGRAM_BINS} from '../../src/kernels/index.js';
import type {Program, ProgramOutput} from '../../src/kernels/index.js';
import {composedTarget} from '../../src/kernels/tfops.js';

const x = input('x');
const a = input('a');

function run(outputs: readonly ProgramOutput[], inputs: Record<string, tf.Tensor>, shapes: object) {
  const program: Program = {inputs: Object.keys(inputs).map(name => ({name})), outputs};
  return composedTarget.run(
    program,
    Object.values(inputs),
    {full: Object.values(inputs)[0].shape, reduced: [], ...shapes},
    tf.backend(),
  ) as tf.Tensor[];
}

describe.each(['cpu', 'wasm'])('composed ops on %s', backend => {
  beforeAll(() => tf.setBackend(backend));

  test.each(['sin', 'cos'] as const)('%s of large angles is no worse than the stock op', name => {
    const largest = 8191.9;
    const points = [largest, 8192, 8193, 1e4, 1e5, 2e5, 1e6, 4e6, 1e7, 1e8, 1e10, 1e20, 3e38]
      .flatMap(point => [point, -point])
      .map(Math.fround);
    const [ours] = run([{name: 'y', value: x[name]()}], {x: tf.tensor1d(points)}, {});
    const stock = tf[name](points).dataSync();
    ours.dataSync().forEach((value, index) => {
      const truth = Math[name](points[index]);
      const bound = Math.max(2e-6, Math.abs(stock[index] - truth));
      expect([points[index], Math.abs(value - truth) <= bound]).toEqual([points[index], true]);
    });
    const edges = [Infinity, -Infinity, NaN];
    const [none] = run([{name: 'y', value: x[name]()}], {x: tf.tensor1d(edges)}, {});
    expect([...none.dataSync()]).toEqual([NaN, NaN, NaN]);
  });

  test.each([[[0]], [[0, 3]], [[3, 0]], [[2, 0, 3]]])('of no elements, shape %j', full => {
    const inputs = {x: tf.zeros(full), a: tf.zeros(full)};
    const reduced = full.map(() => 1);
    const value: Expression = where(x.greater(0), x.mul(a), 1);
    const outputs: ProgramOutput[] = [
      {name: 'whole', value},
      {name: 'stacked', value: [value, x, a]},
      {name: 'sum', value, reduction: 'sum'},
      {name: 'min', value, reduction: 'min'},
      {name: 'max', value, reduction: 'max'},
      {name: 'bins', value, reduction: 'histogram'},
    ];
    const {numTensors} = tf.memory();
    const results = run(outputs, inputs, {full, reduced: outputs.map(() => reduced)});
    expect(tf.memory().numTensors).toBe(numTensors + outputs.length);
    expect(results.map(({shape}) => shape)).toEqual([
      full,
      [...full, 3],
      reduced,
      reduced,
      reduced,
      [...reduced, HISTOGRAM_BINS],
    ]);
    expect(results.slice(2, 5).map(result => result.dataSync()[0])).toEqual([
      0,
      Infinity,
      -Infinity,
    ]);
    expect(Math.max(...results[5].dataSync())).toBe(0);
  });

  test('every activation and its gradients keep the shape of no elements', () => {
    for (const activation of Object.values(activations)) {
      for (const shape of [[0], [0, 3], [2, 0, 3]]) {
        const apply = (x: tf.Tensor): tf.Tensor => activation(x);
        const first = (x: tf.Tensor): tf.Tensor => tf.grad(apply)(x);
        const shapes = [apply, first, tf.grad(first)].map(f => f(tf.zeros(shape)).shape);
        expect(shapes).toEqual([shape, shape, shape]);
      }
    }
  });
});
