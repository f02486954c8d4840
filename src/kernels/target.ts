import type {KernelBackend, Tensor, TensorInfo} from '@tensorflow/tfjs';
import type {Program} from './program.js';

/** The shapes of one call of a program. */
export interface ProgramShapes {
  /** The full shape, to which every input broadcasts (before an axis of coefficients). */
  readonly full: readonly number[];
  /** For each output that is reduced, the shape it is reduced to: 1, or absent, where gathered. */
  readonly reduced: readonly (readonly number[])[];
}

/** How many elements a tensor of this shape has. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Adds up the outputs of a program, which are all reduced, over several runs. */
export interface Accumulator {
  /**
   * Adds one run. What outputs are reduced to is the same in every run. The same object of shapes
   * means inputs of the same shapes.
   */
  add(inputs: readonly TensorInfo[], shapes: ProgramShapes): void;
  /** What an output has come to since the last reset; empty if nothing was added. */
  read(output: number): Float64Array;
  /** The sum of all of an output that is summed. */
  total(output: number): number;
  reset(): void;
  dispose(): void;
}

/** Whether two shapes are the same. */
export function isSameShape(a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) return false;
  for (let axis = 0; axis < a.length; axis++) if (a[axis] !== b[axis]) return false;
  return true;
}

/** A way to run programs: composed ops, or code generated for a backend. */
export interface KernelTarget {
  /** What `kernelTarget()` says. */
  readonly name: string;
  /** Whether it can serve this backend, here and now. */
  serves(backend: KernelBackend): boolean;
  /** @throws CannotExpress if the target has no code for the program. */
  check(program: Program): void;
  /**
   * Runs `program` on `inputs`, in its order. Returns its outputs, in its order.
   * @throws CannotExpress if the target has no code for the program, or the code is refused.
   */
  run(
    program: Program,
    inputs: readonly Tensor[],
    shapes: ProgramShapes,
    backend: KernelBackend,
  ): TensorInfo[];
  /**
   * Adds up a program's reductions, without a tensor for each run, where they can be read at once.
   * The accumulator's `add` throws as `run` does.
   */
  readonly accumulator?: (program: Program, backend: KernelBackend) => Accumulator;
  /** A further tensor of the same data, on backends where `tf.clone` copies it. */
  readonly share?: (tensor: TensorInfo, backend: KernelBackend) => TensorInfo;
  /**
   * Whether the gradient of a program takes less work where its outputs are at hand: it is then run
   * with them as further inputs, whose `value` tells what they are.
   */
  readonly usesOutputs?: (program: Program) => boolean;
}

/** A program that a target cannot run: composed ops then run it instead. */
export class CannotExpress extends Error {}
