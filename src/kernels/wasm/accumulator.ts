import type {TensorInfo} from '@tensorflow/tfjs';
import {HISTOGRAM_BINS} from '../histogram.js';
import {joinOf} from '../program.js';
import type {Program, Reduction} from '../program.js';
import type {Accumulator, ProgramShapes} from '../target.js';
import type {Kernel} from './compile.js';
import {
  clearGathered,
  gatheredView,
  gatheringPlaces,
  inputBytes,
  joinGathered,
  movedBy,
  placeInput,
  pushGathered,
} from './gathered.js';
import type {GatheredView, GatheringPlaces} from './gathered.js';
import {elementOf, forEachBlock, gatheringPlanOf, isInPlace, isWalked, repeatsOf} from './plan.js';
import type {InputPlan, Plan} from './plan.js';
import type {KeptBytes, Workspace} from './workspace.js';

const FLOAT32_BYTES = 4;

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
  readonly places: GatheringPlaces;
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
    private readonly workspace: Workspace,
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
    const isThere = (input: InputPlan): boolean =>
      isWalked(input) || (workspace.addressOf !== undefined && isInPlace(plan, input));
    let end = 0;
    const placed = plan.inputs
      .filter(input => !isThere(input))
      .map(input => {
        const address = end;
        end += inputBytes(plan, input);
        return {input, address};
      });
    const own = gatheringPlaces(plan, end);
    const bytes = workspace.keep(end + own.bytes);
    const places = movedBy(bytes.address, own);
    const copied = placed.map(({input, address}) => ({input, address: address + bytes.address}));
    clearGathered(plan, places, workspace.memory.buffer);
    const calls = callsOf(plan, workspace.largestBlock, places, copied);
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

function callsOf(
  plan: Plan,
  largestBlock: number,
  places: GatheringPlaces,
  copied: readonly Copied[],
): Call[] {
  const calls: Call[] = [];
  forEachBlock(plan, largestBlock, block => {
    const {offsets, rows, columns} = block;
    const parameters = [rows, columns];
    const reads: Call['reads'][number][] = [];
    plan.inputs.forEach((input, index) => {
      const {walk, tensor} = input;
      const own = copied.find(each => each.input === input);
      const element = elementOf(plan, input, block, offsets[tensor] * repeatsOf(plan, input));
      if (!own) {
        reads.push({
          parameter: parameters.length,
          tensor,
          input: index,
          element,
          count: rows * columns,
        });
      }
      const rowStep = walk.columns ? columns : walk.rowStride;
      parameters.push((own?.address ?? 0) + element * FLOAT32_BYTES, rowStep * FLOAT32_BYTES);
    });
    plan.outputs.forEach((_, index) => pushGathered(parameters, plan, index, places, block));
    calls.push({parameters, reads});
  });
  return calls;
}
