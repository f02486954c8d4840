import * as tf from '@tensorflow/tfjs';
import type {Tensor} from '@tensorflow/tfjs';
import {CannotExpress, accumulatorOf, joinOf, runProgram} from '../kernels/index.js';
import type {Accumulator, Program, ProgramShapes} from '../kernels/index.js';
import {untaped} from './passes.js';
import {canReadNow, inOne, partsOf} from './readings.js';
import type {Reading} from './readings.js';

/** The kernel that gathers statistics, where it is one of tfjs's. */
export const STATISTICS_KERNEL = 'Activation/Statistics';

/**
 * The outputs of a program, all reduced, added up in float64 over several runs: in the memory of the
 * kernel where the backend allows, else here, from one tensor for each run that is read later.
 */
export class Gathering {
  private accumulator: Accumulator | undefined;
  private totals: Float64Array[] = [];

  constructor(readonly program: Program) {
    this.accumulator = canReadNow() ? accumulatorOf(program) : undefined;
  }

  /**
   * Adds a run; returns what is to be read before it counts, if anything is. What outputs are reduced
   * to is the same in every run.
   */
  add(inputs: readonly Tensor[], shapes: ProgramShapes): Reading | undefined {
    if (this.accumulator) {
      try {
        this.accumulator.add(inputs, shapes);
        return undefined;
      } catch (error) {
        if (!(error instanceof CannotExpress)) throw error;
        this.accumulator.dispose();
        this.accumulator = undefined;
      }
    }
    let sizes: number[] = [];
    const tensor = untaped(() =>
      tf.tidy(() => {
        const outputs = runProgram(STATISTICS_KERNEL, this.program, inputs, shapes);
        sizes = outputs.map(({size}) => size);
        return tf.keep(inOne(outputs));
      }),
    );
    return {tensor, accept: values => this.addUp(values, sizes)};
  }

  private addUp(values: Float32Array, sizes: readonly number[]): void {
    partsOf(values, sizes).forEach((part, output) => {
      const join = joinOf(this.program.outputs[output].reduction!);
      const own = Float64Array.from(part);
      const total = this.totals[output];
      this.totals[output] = total ? own.map((value, index) => join(value, total[index])) : own;
    });
  }

  /** A copy of what an output has come to since the last reset; empty if nothing has. */
  read(output: number): Float64Array {
    return this.accumulator?.read(output) ?? this.totals[output]?.slice() ?? new Float64Array(0);
  }

  /** The sum of an output that is summed, over all that it is not reduced to. */
  total(output: number): number {
    return this.accumulator?.total(output) ?? sumOf(this.totals[output]);
  }

  reset(): void {
    this.accumulator?.reset();
    this.totals = [];
  }

  /** Frees the memory of the kernel; what was added up can still be read. */
  dispose(): void {
    const {accumulator, program} = this;
    if (!accumulator) return;
    this.totals = program.outputs.map((_, output) => accumulator.read(output));
    accumulator.dispose();
    this.accumulator = undefined;
  }
}

function sumOf(values: Float64Array | undefined): number {
  let sum = 0;
  if (values) for (const value of values) sum += value;
  return sum;
}
