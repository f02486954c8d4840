import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import fc from 'fast-check';
import {input, where} from '../../../src/formula/index.js';
import type {Program, ProgramOutput} from '../../../src/kernels/program.js';
import type {ProgramShapes} from '../../../src/kernels/target.js';
import {composedTarget} from '../../../src/kernels/tfops.js';
import {wasmTarget} from '../../../src/kernels/wasm/targets.js';

const [x, a, c0, c1] = ['x', 'a', 'c[0]', 'c[1]'].map(input);

/** Several outputs of every kind, of a full tensor, a weight and a vector of coefficients. */
const OUTPUTS: readonly ProgramOutput[] = [
  {name: 'whole', value: where(x.greater(0), x.mul(a), x.sub(c0))},
  {name: 'sum', value: x.mul(a).add(c1), reduction: 'sum'},
  {name: 'min', value: x.sub(a), reduction: 'min'},
  {name: 'max', value: x.mul(c0), reduction: 'max'},
  {name: 'stacked', value: [x, x.square(), x.mul(a)], reduction: 'sum'},
  {name: 'bins', value: x.mul(4), reduction: 'histogram'},
];
const PROGRAM: Program = {
  inputs: [{name: 'x'}, {name: 'a'}, {name: 'c', length: 2}],
  outputs: OUTPUTS,
};

/** A shape that broadcasts to another: some of its axes are 1, some leading ones are missing. */
const broadcastTo = (full: readonly number[]) =>
  fc
    .tuple(fc.array(fc.boolean(), {minLength: full.length, maxLength: full.length}), fc.nat())
    .map(([shared, drop]) => {
      const shape = full.map((size, axis) => (shared[axis] ? 1 : size));
      const leading = shape.findIndex(size => size !== 1);
      const removable = leading < 0 ? shape.length : leading;
      return shape.slice(removable > 0 ? drop % (removable + 1) : 0);
    });

const calls = fc
  .array(
    fc.oneof({weight: 4, arbitrary: fc.integer({min: 1, max: 7})}, fc.constantFrom(16, 33, 70)),
    {
      maxLength: 4,
    },
  )
  .filter(full => full.reduce((size, each) => size * each, 1) <= 1200)
  .chain(full => {
    const shape = broadcastTo(full);
    return fc.record({
      full: fc.constant(full),
      x: fc.oneof({weight: 3, arbitrary: fc.constant(full)}, shape),
      a: shape,
      c: shape,
      reduced: fc.tuple(shape, shape, shape, shape, shape, shape),
      seed: fc.integer({min: 1, max: 1000}),
    });
  });

function valuesOf(
  target: typeof wasmTarget,
  program: Program,
  inputs: tf.Tensor[],
  shapes: ProgramShapes,
): {shape: number[]; values: Float32Array}[] {
  return tf.tidy(() => {
    const infos = target.run(program, inputs, shapes, tf.backend());
    return infos.map(info => {
      const tensor =
        info instanceof tf.Tensor ? info : tf.engine().makeTensorFromTensorInfo(info, tf.backend());
      return {shape: tensor.shape, values: tensor.dataSync<'float32'>().slice()};
    });
  });
}

describe.each(['cpu', 'wasm'])('on %s', backend => {
  beforeAll(async () => {
    await tf.setBackend(backend);
  });

  test('any broadcast and any reduction gives what stock ops give', () => {
    fc.assert(
      fc.property(calls, ({full, x, a, c, reduced, seed}) => {
        const inputs = [x, a, [...c, 2]].map((shape, index) =>
          tf.randomNormal(shape, 0, 1, 'float32', seed + index),
        );
        const shapes = {full, reduced: [[], ...reduced.slice(1)]};
        const [actual, expected] = [wasmTarget, composedTarget].map(target =>
          valuesOf(target, PROGRAM, inputs, shapes),
        );
        actual.forEach((output, index) => {
          expect(output.shape).toEqual(expected[index].shape);
          const scale = Math.max(1, ...expected[index].values.map(Math.abs));
          output.values.forEach((value, element) => {
            const off = Math.abs(value - expected[index].values[element]);
            if (!(off <= 2e-5 * scale)) {
              throw new Error(
                `${OUTPUTS[index].name}[${element}]: ${value}, not ${expected[index].values[element]}`,
              );
            }
          });
        });
        tf.dispose(inputs);
      }),
      {numRuns: 60},
    );
  });

  test.each([0, 1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 31, 63, 64, 65, 4095, 4096, 4097, 10_001])(
    'a tensor of %i elements, whole',
    size => {
      const program: Program = {
        inputs: [{name: 'x'}],
        outputs: [{name: 'y', value: x.mul(3).add(1)}],
      };
      const values = Float32Array.from({length: size}, (_, index) => index % 977);
      const shapes = {full: [size], reduced: [[]]};
      const [{values: actual}] = valuesOf(wasmTarget, program, [tf.tensor1d(values)], shapes);
      expect(actual).toEqual(values.map(value => value * 3 + 1));
    },
  );

  test.each([[[0, 3]], [[2, 0]], [[0]]])('an empty tensor of shape [%s]', shape => {
    const program: Program = {
      inputs: [{name: 'x'}],
      outputs: [
        {name: 'whole', value: x},
        {name: 'sum', value: x, reduction: 'sum'},
        {name: 'min', value: x, reduction: 'min'},
      ],
    };
    const reduced = [[], [1], [1]];
    const inputs = [tf.zeros(shape)];
    const [whole, sum, min] = valuesOf(wasmTarget, program, inputs, {full: shape, reduced});
    expect(whole.shape).toEqual(shape);
    expect([...sum.values, ...min.values]).toEqual([0, Infinity]);
  });

  test('sums of 10⁷ equal values are right to 1e−6, along rows, columns and all', () => {
    const value = 0.1;
    const program: Program = {
      inputs: [{name: 'x'}],
      outputs: [{name: 'sum', value: x, reduction: 'sum'}],
    };
    const count = 10_000_000;
    for (const [full, reduced] of [
      [[count], []],
      [[count / 8, 8], [8]],
      [
        [8, count / 8],
        [8, 1],
      ],
      [[count / 1000, 1000], [1000]],
    ]) {
      const inputs = [tf.fill(full, value)];
      const [{values}] = valuesOf(wasmTarget, program, inputs, {full, reduced: [reduced]});
      const expected = (Math.fround(value) * count) / values.length;
      values.forEach(sum => expect(Math.abs(sum / expected - 1)).toBeLessThan(1e-6));
      tf.dispose(inputs);
    }
  });

  test('works on after the memory has grown', () => {
    const program: Program = {
      inputs: [{name: 'x'}],
      outputs: [{name: 'y', value: x.neg()}],
    };
    const large = [2048, 4096];
    const run = (shape: number[]): number =>
      valuesOf(wasmTarget, program, [tf.ones(shape)], {
        full: shape,
        reduced: [[]],
      })[0].values.reduce((sum, value) => sum + value, 0);
    const kept = tf.ones([5]);
    expect(run([5])).toBe(-5);
    expect(run(large)).toBe(-(large[0] * large[1]));
    expect(run([5])).toBe(-5);
    expect([...kept.dataSync()]).toEqual([1, 1, 1, 1, 1]);
  });
});
