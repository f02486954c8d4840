import type {TensorInfo} from '@tensorflow/tfjs';
import {HISTOGRAM_BINS} from '../histogram.js';
import {joinOf} from '../program.js';
import type {Program, Reduction} from '../program.js';
import type {Accumulator, ProgramShapes} from '../target.js';
import type {Kernel} from './compile.js';
import {
  clearGathered,
  gatheredView,
  joinGathered,
  movedBy,
  placeInput,
  placesOf,
  pushGathered,
  pushInput,
} from './gathered.js';
import type {GatheredView, Places} from './gathered.js';
import {forEachBlock, gatheringPlanOf} from './plan.js';
import type {InputPlan, Plan} from './plan.js';
import type {KeptBytes, KeepingWorkspace} from './workspace.js';

/** One call of a kernel, with parameters that stay but for where some inputs lie. */
interface Call {
  readonly parameters: number[];
  readonly reads: readonly {
    readonly parameter: number;
    readonly tensor: number;
    readonly input: number;
    readonly element: number;
    readonly count: number;
  }[];
}

/** An input that is copied before a run, unless it lies there from the one before. */
interface Copied {
  readonly input: InputPlan;
  readonly address: number;
  /** The data that lies there. */
  placed?: object;
}

/** What runs of one plan have gathered in memory that is kept, and all that a further run needs. */
interface Gathered {
  readonly plan: Plan;
  readonly kernel: Kernel;
  readonly bytes: KeptBytes;
  readonly places: Places;
  readonly copied: readonly Copied[];
  readonly calls: readonly Call[];
  /** What was gathered of each output of the plan, while the memory lies in this buffer. */
  views: readonly GatheredView[];
  buffer?: ArrayBufferLike;
}

/** Adds up a program's reductions in float64, in the memory of its kernel, from run to run. */
export class WasmAccumulator implements Accumulator {
  /** What runs of other plans have come to. */
  private readonly totals = new Map<number, Float64Array>();
  private gathered: Gathered | undefined;
  private shapes: ProgramShapes | undefined;

  constructor(
    private readonly program: Program,
    private readonly workspace: KeepingWorkspace,
  ) {}

  add(tensors: readonly TensorInfo[], shapes: ProgramShapes): void {
    // Who gives the same shapes gives inputs of the same shapes.
    if (shapes !== this.shapes) {
      const plan = gatheringPlanOf(this.program, tensors, shapes);
      if (plan !== this.gathered?.plan) this.begin(plan);
      this.shapes = shapes;
    }
    const {plan, kernel, copied, calls} = this.gathered!;
    if (plan.size === 0) return;
    const {workspace} = this;
    workspace.reserve(0, plan.inputs.length);
    try {
      for (const each of copied) {
        const tensor = tensors[each.input.tensor];
        if (each.placed === tensor.dataId) continue;
        each.placed = tensor.dataId;
        const source = workspace.view(tensor);
        placeInput(plan, each.input, source, each.address, workspace.memory.buffer);
      }
      for (const {parameters, reads} of calls) {
        for (const {parameter, tensor, input, element, count} of reads) {
          parameters[parameter] = workspace.read(tensors[tensor], input, element, count);
        }
        kernel(...parameters);
      }
    } finally {
      workspace.release();
    }
  }

  read(output: number): Float64Array {
    const {gathered, totals} = this;
    const total = totals.get(output);
    if (!gathered) return total?.slice() ?? new Float64Array(0);
    const current = this.joined(gathered, output);
    if (!total) return current;
    const join = joinOf(this.reductionOf(output));
    return current.map((value, index) => join(value, total[index]));
  }

  total(output: number): number {
    const {gathered, totals} = this;
    let sum = 0;
    const addUp = (values: GatheredView): void => {
      for (const value of values) sum += value;
    };
    const total = totals.get(output);
    if (total) addUp(total);
    if (gathered) {
      const views = this.viewsOf(gathered);
      gathered.plan.outputs.forEach((each, index) => {
        if (each.tensor === output) addUp(views[index]);
      });
    }
    return sum;
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
    const needed = placesOf(plan, workspace);
    const bytes = workspace.keep(needed.bytes);
    const places = movedBy(bytes.address, needed);
    const copied = plan.inputs.flatMap((input, index): Copied[] => {
      const address = places.inputs[index];
      return address === undefined ? [] : [{input, address}];
    });
    clearGathered(plan, places, workspace.memory.buffer);
    const calls = callsOf(plan, workspace.largestBlock, places);
    this.gathered = {plan, kernel, bytes, places, copied, calls, views: []};
  }

  private viewsOf(gathered: Gathered): readonly GatheredView[] {
    const {buffer} = this.workspace.memory;
    if (buffer !== gathered.buffer) {
      const {plan, places} = gathered;
      gathered.views = plan.outputs.map((each, index) =>
        gatheredView(plan, each, places.addresses[index], buffer),
      );
      gathered.buffer = buffer;
    }
    return gathered.views;
  }

  private joined(gathered: Gathered, output: number): Float64Array {
    const {plan} = gathered;
    const views = this.viewsOf(gathered);
    const bins = this.reductionOf(output) === 'histogram' ? HISTOGRAM_BINS : 1;
    let values: Float64Array | undefined;
    for (let index = 0; index < plan.outputs.length; index++) {
      const each = plan.outputs[index];
      if (each.tensor !== output) continue;
      values ??= new Float64Array(each.size * each.coefficients * bins);
      joinGathered(plan, each, views[index], values);
    }
    return values!;
  }

  private reductionOf(output: number): Reduction {
    return this.program.outputs[output].reduction ?? 'sum';
  }
}

function callsOf(plan: Plan, largestBlock: number, places: Places): Call[] {
  const calls: Call[] = [];
  forEachBlock(plan, largestBlock, block => {
    const {rows, columns} = block;
    const parameters = [rows, columns];
    const reads: Call['reads'][number][] = [];
    plan.inputs.forEach(({tensor}, input) => {
      const parameter = parameters.length;
      pushInput(parameters, plan, input, places, block, element => {
        reads.push({parameter, tensor, input, element, count: rows * columns});
        return 0;
      });
    });
    plan.outputs.forEach((_, index) => pushGathered(parameters, plan, index, places, block));
    calls.push({parameters, reads});
  });
  return calls;
}
