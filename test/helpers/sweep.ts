import * as tf from '@tensorflow/tfjs';
import {OPERATIONS, apply, compare, input, where} from '../../src/formula/index.js';
import type {Comparison, Expression, Operation} from '../../src/formula/index.js';
import {runProgram} from '../../src/kernels/index.js';
import {readAll} from './conformance.js';

const x = input('x');
const a = input('a');

const SWEEP = [
  0,
  -0,
  1e-38,
  1,
  -1,
  Infinity,
  -Infinity,
  NaN,
  3e38,
  -3e38,
  ...Array.from({length: 400}, (_, index) => 10 ** (index / 10 - 35)),
  ...Array.from({length: 400}, (_, index) => -(10 ** (index / 10 - 35))),
  ...Array.from({length: 1200}, (_, index) => (index - 600) * 0.1234567),
];

/** The second operands that every point meets. */
const OTHERS = [
  -2.5,
  -1,
  0,
  -0,
  0.5,
  1,
  2,
  3,
  1e-30,
  -1e-30,
  1e30,
  -1e30,
  Infinity,
  -Infinity,
  NaN,
];

/** Beyond this the argument itself is too coarse for a sine to mean anything. */
const LARGEST_ANGLE = 100_000;

/** One node, and the operands that it is to be tried on. */
export interface Sweep {
  readonly expression: Expression;
  readonly points: readonly number[];
  readonly others: readonly number[];
}

/** `round` is how the backend stores a number. */
export function sweepOf(
  name: Operation | Comparison,
  round: (value: number) => number = Math.fround,
): Sweep {
  const points = SWEEP.map(round);
  const others = OTHERS.map(round);
  if (!(name in OPERATIONS)) {
    return {expression: where(compare(name as Comparison, [x, a]), 1, 0), points, others};
  }
  const operation = name as Operation;
  if (OPERATIONS[operation] === 2) return {expression: apply(operation, [x, a]), points, others};
  const isAngle = operation === 'sin' || operation === 'cos';
  const isInRange = (point: number): boolean =>
    !isAngle || !(Math.abs(point) > LARGEST_ANGLE) || !Number.isFinite(point);
  return {expression: apply(operation, [x]), points: points.filter(isInRange), others: [0]};
}

/** What the current backend makes of a sweep: a row for each second operand. */
export function measureSweep({expression, points, others}: Sweep): Promise<number[][]> {
  const rows = tf.tidy(() =>
    others.map(other => {
      const tensors = [tf.tensor1d([...points]), tf.fill([points.length], other)];
      const inputs = [{name: 'x'}, {name: 'a'}];
      const program = {inputs, outputs: [{name: 'y', value: expression}]};
      const shapes = {full: [points.length], reduced: []};
      return runProgram('Activation/Test', program, tensors, shapes)[0];
    }),
  );
  return readAll(rows);
}
