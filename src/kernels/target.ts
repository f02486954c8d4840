import type {Tensor} from '@tensorflow/tfjs';
import type {Program} from './program.js';

/** The shapes of one call of a program. */
export interface ProgramShapes {
  /** The full shape, to which every input broadcasts (before an axis of coefficients). */
  readonly full: readonly number[];
  /** For each output that is reduced, the shape it is reduced to: 1, or absent, where gathered. */
  readonly reduced: readonly (readonly number[])[];
}

/** A way to run programs: composed ops, or code generated for a backend. */
export interface KernelTarget {
  readonly name: string;
  /** Runs `program` on `inputs`, in its order. Returns its outputs, in its order. */
  run(program: Program, inputs: readonly Tensor[], shapes: ProgramShapes): Tensor[];
}
