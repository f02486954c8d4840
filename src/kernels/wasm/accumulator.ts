import type {TensorInfo} from '@tensorflow/tfjs';
import {HISTOGRAM_BINS} from '../histogram.js';
import {joinOf} from '../program.js';
import type {Program, Reduction} from '../program.js';
import type {Accumulator, ProgramShapes} from '../target.js';
import {
  Execution,
  clearGathered,
  joinGathered,
  keptPlaces,
  movedBy,
  gatheringPlanOf,
} from './execute.js';
import type {KeptBytes, KeptPlaces, Plan, Workspace} from './execute.js';
import type {Kernel} from './compile.js';

/** What runs of one plan have gathered, where the kernel gathers it. */
interface Gathered {
  readonly plan: Plan;
  readonly kernel: Kernel;
  readonly bytes: KeptBytes;
  readonly places: KeptPlaces;
}

/** Adds up a program's reductions in float64, in the memory of its kernel, from run to run. */
export class WasmAccumulator implements Accumulator {
  /** What runs of other plans have come to. */
  private readonly totals = new Map<number, Float64Array>();
  private gathered: Gathered | undefined;
  private shapes: ProgramShapes | undefined;

  constructor(
    private readonly program: Program,
    private readonly workspace: Workspace,
  ) {}

  add(tensors: readonly TensorInfo[], shapes: ProgramShapes): void {
    // Who gives the same shapes gives inputs of the same shapes.
    if (shapes !== this.shapes) {
      const plan = gatheringPlanOf(this.program, tensors, shapes);
      if (plan !== this.gathered?.plan) this.begin(plan);
      this.shapes = shapes;
    }
    const {plan, kernel, places} = this.gathered!;
    if (plan.size === 0) return;
    new Execution(plan, this.workspace, tensors, [], places).run(kernel);
  }

  read(output: number): Float64Array {
    const {gathered, totals} = this;
    const total = totals.get(output);
    if (!gathered) return total ?? new Float64Array(0);
    const current = this.joined(gathered, output);
    if (!total) return current;
    const join = joinOf(this.reductionOf(output));
    return current.map((value, index) => join(value, total[index]));
  }

  reset(): void {
    this.totals.clear();
    const {gathered, workspace} = this;
    if (gathered) clearGathered(gathered.plan, gathered.places, workspace.memory.buffer);
  }

  dispose(): void {
    this.gathered?.bytes.free();
    this.gathered = undefined;
    this.shapes = undefined;
    this.totals.clear();
  }

  private begin(plan: Plan): void {
    const {program, workspace} = this;
    const kernel = plan.kernel(workspace.memory);
    if (this.gathered) {
      program.outputs.forEach((_, output) => this.totals.set(output, this.read(output)));
      this.gathered.bytes.free();
      this.gathered = undefined;
    }
    const own = keptPlaces(plan);
    const bytes = workspace.keep(own.bytes);
    const move = (address: number): number => address + bytes.address;
    const places = {...own, ...movedBy(bytes.address, own), inputs: own.inputs.map(move)};
    clearGathered(plan, places, workspace.memory.buffer);
    this.gathered = {plan, kernel, bytes, places};
  }

  private joined({plan, places}: Gathered, output: number): Float64Array {
    const {buffer} = this.workspace.memory;
    const bins = this.reductionOf(output) === 'histogram' ? HISTOGRAM_BINS : 1;
    const {size, coefficients} = plan.outputs.find(({tensor}) => tensor === output)!;
    const values = new Float64Array(size * coefficients * bins);
    plan.outputs.forEach((each, index) => {
      if (each.tensor !== output) return;
      joinGathered(plan, each, places.addresses[index], buffer, values);
    });
    return values;
  }

  private reductionOf(output: number): Reduction {
    return this.program.outputs[output].reduction ?? 'sum';
  }
}
