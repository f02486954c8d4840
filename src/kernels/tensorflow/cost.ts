import type {TensorInfo} from '@tensorflow/tfjs';
import {COMPARISONS} from '../../formula/index.js';
import type {Program} from '../program.js';
import {sizeOf} from '../target.js';
import type {ProgramShapes} from '../target.js';
import {orderOf} from '../wasm/lanes.js';
import {lower} from '../wasm/lower.js';
import {OPS, planOf} from './plan.js';

/** Nanoseconds that ops take for an element; those not listed take `OTHER_OP`. */
const TIMES: Readonly<Record<string, number>> = {
  LeakyRelu: 0.1,
  SelectV2: 0.25,
  Tanh: 0.25,
  Erf: 0.35,
  Exp: 0.45,
  Sigmoid: 0.45,
  Log: 0.5,
  Cos: 0.65,
  Sin: 0.65,
  Log1p: 0.8,
  Erfc: 1.1,
  Expm1: 1.3,
  Pow: 15,
};
const OTHER_OP = 0.2;

/** Nanoseconds for each call. */
const CALL = 15_000;
const CALL_OF_OP = 8_000;
const CALL_OF_COMPARISON = 58_000;
const OPS_THAT_COMPARE = new Set(COMPARISONS.map(name => OPS[name]));

/** Nanoseconds that a kernel takes for each call, and for an element: to copy it in, for an instruction. */
const CALL_OF_KERNEL = 20_000;
const CALL_TO_COPY = 18_000;
const COPY = 0.6;
const INSTRUCTION = 0.036;

/**
 * Whether ops of TensorFlow run a program of large tensors sooner than a kernel into whose memory
 * these are copied. Estimated from what both took on two cores; with more cores ops gain.
 */
export function opsAreFaster(
  program: Program,
  inputs: readonly TensorInfo[],
  {full}: ProgramShapes,
): boolean {
  const size = sizeOf(full);
  const times = planOf(program).steps.map(
    ({op}) =>
      (OPS_THAT_COMPARE.has(op) ? CALL_OF_COMPARISON : CALL_OF_OP) + (TIMES[op] ?? OTHER_OP) * size,
  );
  const timeOfOps = CALL + sum(times);
  const copies = inputs.map(({shape}) => CALL_TO_COPY + COPY * sizeOf(shape));
  const timeOfKernel = CALL_OF_KERNEL + sum(copies) + instructionsOf(program) * INSTRUCTION * size;
  return timeOfOps < timeOfKernel;
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

const counts = new WeakMap<Program, number>();

/** How many instructions a kernel has for four elements. */
function instructionsOf(program: Program): number {
  let count = counts.get(program);
  if (count === undefined) {
    const {fast, guards} = lower(program);
    const order = orderOf([...fast.flat(), ...guards]);
    count = order.filter(({operands}) => operands.length > 0).length;
    counts.set(program, count);
  }
  return count;
}
