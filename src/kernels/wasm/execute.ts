import type {TensorInfo} from '@tensorflow/tfjs';
import {HISTOGRAM_BINS} from '../histogram.js';
import {expressionsOf, joinOf, valuesOf} from '../program.js';
import type {Program, ProgramInput, Reduction} from '../program.js';
import {isSameShape, sizeOf} from '../target.js';
import type {ProgramShapes} from '../target.js';
import {kernelOf} from './compile.js';
import type {Kernel} from './compile.js';
import {neutralOf} from './kernel.js';
import type {OutputMode} from './kernel.js';
import {layoutOf, outerOffsets, rowsTogether} from './layout.js';
import type {Walk} from './layout.js';
import {splitProgram} from './prelude.js';

const FLOAT32_BYTES = 4;
const FLOAT64_BYTES = 8;

/** Where a backend keeps its tensors, and how kernels get at them. */
export interface Workspace {
  readonly memory: WebAssembly.Memory;
  /** How many elements of a tensor a kernel may be given at once. */
  readonly largestBlock: number;
  /**
   * The address of free bytes, aligned to 8, until `release`: all that is needed, at once. There are
   * then that many slots for `read` and `write`.
   */
  reserve(bytes: number, slots: number): number;
  release(): void;
  /** Bytes aligned to 8 that stay until they are freed, whatever is reserved meanwhile. */
  keep(bytes: number): KeptBytes;
  /** All elements of a tensor, to be read or written before the next reservation or output. */
  view(tensor: TensorInfo): Float32Array;
  /** A new tensor. */
  output(shape: readonly number[]): TensorInfo;
  dispose(tensor: TensorInfo): void;
  /** The address of a tensor, where kernels can reach it. */
  addressOf?(tensor: TensorInfo): number;
  /** The address of some elements of an input; `slot` numbers what is in use at the same time. */
  read(tensor: TensorInfo, slot: number, offset: number, count: number): number;
  /** The address at which to write some elements of an output. */
  write(tensor: TensorInfo, slot: number, offset: number, count: number): number;
  /** Called when elements of an output have been written. */
  written(tensor: TensorInfo, slot: number, offset: number, count: number): void;
}

/** Memory that is held from run to run. */
export interface KeptBytes {
  readonly address: number;
  free(): void;
}

/** One scalar input of a kernel: a tensor, or every n-th element of one. */
export interface InputPlan {
  readonly tensor: number;
  readonly coefficient: number;
  readonly coefficients: number;
  readonly walk: Walk;
  /** Elements in all. */
  readonly size: number;
}

/** One scalar output of a kernel. */
export interface OutputPlan {
  readonly tensor: number;
  readonly coefficient: number;
  readonly coefficients: number;
  readonly walk: Walk;
  readonly size: number;
  readonly reduction?: Reduction;
}

/** What is computed of the weights alone before a kernel runs. */
interface Prelude {
  readonly program: Program;
  /** Which tensors are the weights, and their shape. */
  readonly tensors: readonly number[];
  readonly shape: readonly number[];
  /** How to do without, where an inverse is not finite. */
  readonly without: () => Plan;
}

/** How a program runs on tensors of given shapes. */
export interface Plan {
  readonly prelude?: Prelude;
  readonly rows: number;
  readonly columns: number;
  /** How many rows are walked as one. */
  readonly together: number;
  readonly inputs: readonly InputPlan[];
  readonly outputs: readonly OutputPlan[];
  readonly outputShapes: readonly (readonly number[])[];
  readonly offsets: readonly (readonly number[])[];
  /** Elements in all; 0 where there is nothing to compute. */
  readonly size: number;
  /** Whether every tensor is read or written where it lies, from its start. */
  readonly isPlain: boolean;
  kernel(memory: WebAssembly.Memory): Kernel;
}

/** A plan and the shapes it was made for. */
interface KnownPlan {
  readonly plan: Plan;
  readonly shapes: readonly (readonly number[])[];
}

const plans = new WeakMap<Program, KnownPlan[]>();
const REMEMBERED_PLANS = 16;

function planOf(program: Program, tensors: readonly TensorInfo[], shapes: ProgramShapes): Plan {
  return rememberedPlan(plans, makePlan, program, tensors, shapes);
}

const gatheringPlans = new WeakMap<Program, KnownPlan[]>();

/** A plan that gathers every output, without a prelude. */
export function gatheringPlanOf(
  program: Program,
  tensors: readonly TensorInfo[],
  shapes: ProgramShapes,
): Plan {
  return rememberedPlan(gatheringPlans, makeGatheringPlan, program, tensors, shapes);
}

function rememberedPlan(
  plans: WeakMap<Program, KnownPlan[]>,
  make: (
    program: Program,
    tensorShapes: readonly (readonly number[])[],
    shapes: ProgramShapes,
  ) => Plan,
  program: Program,
  tensors: readonly TensorInfo[],
  shapes: ProgramShapes,
): Plan {
  let known = plans.get(program);
  if (!known) plans.set(program, (known = []));
  for (const {plan, shapes: earlier} of known) {
    if (areTheSame(earlier, tensors, shapes)) return plan;
  }
  const inputShapes = tensors.map(({shape}) => [...shape]);
  const plan = make(program, inputShapes, shapes);
  const all = [...[shapes.full, ...shapes.reduced].map(shape => [...shape]), ...inputShapes];
  known.unshift({plan, shapes: all});
  known.length = Math.min(known.length, REMEMBERED_PLANS);
  return plan;
}

function areTheSame(
  earlier: readonly (readonly number[])[],
  tensors: readonly TensorInfo[],
  {full, reduced}: ProgramShapes,
): boolean {
  const first = 1 + reduced.length;
  if (earlier.length !== first + tensors.length || !isSameShape(earlier[0], full)) return false;
  for (let index = 0; index < reduced.length; index++) {
    if (!isSameShape(earlier[1 + index], reduced[index])) return false;
  }
  for (let index = 0; index < tensors.length; index++) {
    if (!isSameShape(earlier[first + index], tensors[index].shape)) return false;
  }
  return true;
}

/** Fewer elements than these are not worth a prelude, nor so few for each weight. */
const LARGE = 8192;
const OFTEN = 16;

/** Makes a plan, with a prelude where each weight is used often. */
function makePlan(
  program: Program,
  tensorShapes: readonly (readonly number[])[],
  shapes: ProgramShapes,
): Plan {
  const size = sizeOf(shapes.full);
  const isWeight = ({length, value}: ProgramInput, shape: readonly number[]): boolean =>
    length === undefined && !value && sizeOf(shape) * OFTEN <= size;
  const weights = program.inputs.flatMap((each, index) =>
    isWeight(each, tensorShapes[index]) ? [index] : [],
  );
  const [first, ...others] = weights.map(index => tensorShapes[index]);
  if (size < LARGE || !first || !others.every(shape => isSameShape(shape, first))) {
    return makePlainPlan(program, tensorShapes, shapes);
  }
  const split = splitProgram(
    program,
    weights.map(index => program.inputs[index].name),
  );
  if (!split) return makePlainPlan(program, tensorShapes, shapes);
  const derived = split.prelude.outputs.map(() => first);
  let without: Plan | undefined;
  return {
    ...makePlainPlan(split.main, [...tensorShapes, ...derived], shapes),
    prelude: {
      program: split.prelude,
      tensors: weights,
      shape: first,
      without: () => (without ??= makePlainPlan(program, tensorShapes, shapes)),
    },
  };
}

function makeGatheringPlan(
  program: Program,
  tensorShapes: readonly (readonly number[])[],
  shapes: ProgramShapes,
): Plan {
  return makePlainPlan(program, tensorShapes, shapes, true);
}

/** Unless asked to, it does not gather what is reduced to the full shape. */
function makePlainPlan(
  program: Program,
  tensorShapes: readonly (readonly number[])[],
  {full, reduced}: ProgramShapes,
  gathersAll = false,
): Plan {
  const inputShapes = program.inputs.map(({length}, index) =>
    length === undefined ? tensorShapes[index] : tensorShapes[index].slice(0, -1),
  );
  const outerShapes = program.outputs.map(({reduction}, index) =>
    reduction === undefined ? full : reduced[index],
  );
  const layout = layoutOf(full, [...inputShapes, ...outerShapes]);
  const inputs = program.inputs.flatMap(({length = 1}, tensor) =>
    Array.from({length}, (_, coefficient) => ({
      tensor,
      coefficient,
      coefficients: length,
      walk: layout.walks[tensor],
      size: sizeOf(inputShapes[tensor]),
    })),
  );
  const modes = program.outputs.map(({value, reduction}, tensor): OutputMode => {
    const isGathered =
      gathersAll ||
      Array.isArray(value) ||
      reduction === 'histogram' ||
      sizeOf(outerShapes[tensor]) !== sizeOf(full);
    return {
      placement: layout.walks[program.inputs.length + tensor],
      reduction: isGathered ? (reduction ?? 'sum') : undefined,
    };
  });
  const outputs = program.outputs.flatMap((output, tensor) =>
    valuesOf(output).map((_, coefficient, {length}) => ({
      tensor,
      coefficient,
      coefficients: length,
      walk: layout.walks[program.inputs.length + tensor],
      size: sizeOf(outerShapes[tensor]),
      reduction: modes[tensor].reduction,
    })),
  );
  const outputShapes = program.outputs.map(({value, reduction}, index) => {
    if (reduction === 'histogram') return [...outerShapes[index], HISTOGRAM_BINS];
    return Array.isArray(value) ? [...outerShapes[index], value.length] : outerShapes[index];
  });
  const names = program.inputs.flatMap(expressionsOf).map(({name}) => name);
  const placements = new Map(inputs.map(({walk}, index) => [names[index], walk]));
  const kernels = new WeakMap<WebAssembly.Memory, Kernel>();
  const offsets = outerOffsets(layout);
  return {
    size: sizeOf(full),
    isPlain:
      offsets.length === 1 &&
      inputs.every(isWalked) &&
      outputs.every(({reduction}) => reduction === undefined),
    rows: layout.rows,
    columns: layout.columns,
    together: rowsTogether(layout),
    inputs,
    outputs,
    outputShapes,
    offsets,
    kernel(memory) {
      let kernel = kernels.get(memory);
      if (!kernel) {
        kernel = kernelOf(program, placements, modes, memory);
        kernels.set(memory, kernel);
      }
      return kernel;
    },
  };
}

/** Whether a kernel reads an input where it lies. */
function isWalked({walk, coefficients}: InputPlan): boolean {
  return walk.inOrder && coefficients === 1;
}

/** Runs a program's kernel. Returns its outputs, which the workspace made. */
export function execute(
  program: Program,
  tensors: readonly TensorInfo[],
  shapes: ProgramShapes,
  workspace: Workspace,
): TensorInfo[] {
  const plan = planOf(program, tensors, shapes);
  if (!plan.prelude) return follow(plan, tensors, workspace);
  const {program: prelude, tensors: weights, shape, without} = plan.prelude;
  const derived = execute(
    prelude,
    weights.map(index => tensors[index]),
    {full: shape, reduced: []},
    workspace,
  );
  try {
    return derived.every(tensor => areFinite(workspace.view(tensor)))
      ? follow(plan, [...tensors, ...derived], workspace)
      : follow(without(), tensors, workspace);
  } finally {
    for (const tensor of derived) workspace.dispose(tensor);
  }
}

function areFinite(values: Float32Array): boolean {
  for (let index = 0; index < values.length; index++) {
    if (!Number.isFinite(values[index])) return false;
  }
  return true;
}

function follow(plan: Plan, tensors: readonly TensorInfo[], workspace: Workspace): TensorInfo[] {
  const kernel = plan.kernel(workspace.memory);
  const results = plan.outputShapes.map(shape => workspace.output(shape));
  if (plan.size === 0) {
    plan.outputs.forEach(({tensor, reduction}) => {
      if (reduction) workspace.view(results[tensor]).fill(neutralOf(reduction));
    });
  } else if (plan.isPlain && plan.size <= workspace.largestBlock) {
    runPlainly(plan, kernel, workspace, tensors, results);
  } else {
    new Execution(plan, workspace, tensors, results).run(kernel);
  }
  return results;
}

/** Runs a kernel once, on tensors that it reads and writes where they lie. */
function runPlainly(
  {rows, columns, size, inputs, outputs}: Plan,
  kernel: Kernel,
  workspace: Workspace,
  tensors: readonly TensorInfo[],
  results: readonly TensorInfo[],
): void {
  const rowBytes = columns * FLOAT32_BYTES;
  const parameters = [rows, columns];
  workspace.reserve(0, inputs.length + outputs.length);
  for (let slot = 0; slot < inputs.length; slot++) {
    const tensor = tensors[inputs[slot].tensor];
    parameters.push(workspace.read(tensor, slot, 0, size), rowBytes);
  }
  for (let index = 0; index < outputs.length; index++) {
    const result = results[outputs[index].tensor];
    parameters.push(workspace.write(result, inputs.length + index, 0, size), rowBytes, 0);
  }
  kernel(...parameters);
  for (let index = 0; index < outputs.length; index++) {
    workspace.written(results[outputs[index].tensor], inputs.length + index, 0, size);
  }
  workspace.release();
}

/** Where the outputs of a plan are gathered, relative to the start of what is reserved or kept. */
export interface GatheringPlaces {
  readonly addresses: readonly number[];
  /** Of the float32 results of a band of rows, where a kernel keeps such. */
  readonly partials: readonly number[];
  readonly bytes: number;
}

/** What stays from run to run: what is gathered, and shared inputs that may come again. */
export interface KeptPlaces extends GatheringPlaces {
  readonly inputs: readonly number[];
  /** The data that lies at each place of an input. */
  readonly placed: (object | undefined)[];
}

/** Bytes for an input that is neither walked nor read where it lies. */
function inputBytes(plan: Plan, input: InputPlan): number {
  return alignedTo8(input.size * repeatsOf(plan, input) * FLOAT32_BYTES);
}

/** Places, from 0 on, for all that can stay from run to run. */
export function keptPlaces(plan: Plan): KeptPlaces {
  let end = 0;
  const inputs = plan.inputs.map(input => {
    const address = end;
    if (!isWalked(input)) end += inputBytes(plan, input);
    return address;
  });
  const gathered = gatheringPlaces(plan, end);
  return {...gathered, bytes: end + gathered.bytes, inputs, placed: []};
}

/** Places, from byte `start` on, for all that a plan gathers. */
export function gatheringPlaces(plan: Plan, start = 0): GatheringPlaces {
  let end = start;
  const take = (size: number): number => {
    const address = end;
    end += alignedTo8(size);
    return address;
  };
  const places = plan.outputs.map(output => {
    const {reduction, size} = output;
    if (reduction === undefined) return {address: 0, partial: 0};
    const address = take(size * repeatsOf(plan, output) * bytesOf(reduction));
    const needed = plan.columns * plan.together * FLOAT32_BYTES;
    return {address, partial: hasPartials(output) ? take(needed) : 0};
  });
  return {
    addresses: places.map(({address}) => address),
    partials: places.map(({partial}) => partial),
    bytes: end - start,
  };
}

/** Sets what is gathered to what it starts from. */
export function clearGathered(
  plan: Plan,
  {addresses, partials}: GatheringPlaces,
  buffer: ArrayBufferLike,
): void {
  plan.outputs.forEach((output, index) => {
    const {reduction, size} = output;
    if (reduction === undefined) return;
    const length = size * repeatsOf(plan, output);
    const neutral = neutralOf(reduction);
    if (reduction === 'histogram') {
      new Int32Array(buffer, addresses[index], length * HISTOGRAM_BINS).fill(0);
    } else {
      new Float64Array(buffer, addresses[index], length).fill(neutral);
    }
    if (hasPartials(output)) {
      const columns = plan.columns * plan.together;
      new Float32Array(buffer, partials[index], columns).fill(neutral);
    }
  });
}

/** Joins the repeats of what was gathered of one output, and writes it among its coefficients. */
export function joinGathered(
  plan: Plan,
  output: OutputPlan,
  address: number,
  buffer: ArrayBufferLike,
  target: Float32Array | Float64Array,
): void {
  const {coefficient, coefficients, size, reduction} = output;
  const repeats = repeatsOf(plan, output);
  const bins = reduction === 'histogram' ? HISTOGRAM_BINS : 1;
  const source =
    reduction === 'histogram'
      ? new Int32Array(buffer, address, size * repeats * bins)
      : new Float64Array(buffer, address, size * repeats);
  if (repeats === 1 && coefficients === 1) {
    target.set(source);
    return;
  }
  const period = repeats === 1 ? size : plan.columns;
  if (reduction === 'sum' && period === size && coefficients === 1) {
    target.set(source.subarray(0, size));
    for (let index = size; index < source.length; index++) target[index % size] += source[index];
    return;
  }
  const join = joinOf(reduction!);
  for (let element = 0; element < size; element++) {
    const start = Math.floor(element / period) * period * repeats + (element % period);
    for (let bin = 0; bin < bins; bin++) {
      let joined = source[start * bins + bin];
      for (let repeat = 1; repeat < repeats; repeat++) {
        joined = join(joined, source[(start + repeat * period) * bins + bin]);
      }
      target[(element * coefficients + coefficient) * bins + bin] = joined;
    }
  }
}

/** How often a tensor that is the same in every row is repeated. */
function repeatsOf({together}: Plan, {walk}: InputPlan | OutputPlan): number {
  return walk.columns && !walk.rows ? together : 1;
}

function alignedTo8(bytes: number): number {
  return Math.ceil(bytes / FLOAT64_BYTES) * FLOAT64_BYTES;
}

/** One run of a kernel, in as many calls as it takes. */
export class Execution {
  /** The addresses of what stays in place: shared inputs, and what is gathered. */
  private readonly addresses: number[] = [];
  private partials: readonly number[] = [];

  /** With `kept`, what is gathered is added to what lies there, and stays there. */
  constructor(
    private readonly plan: Plan,
    private readonly workspace: Workspace,
    private readonly tensors: readonly TensorInfo[],
    private readonly results: readonly TensorInfo[],
    private readonly kept?: KeptPlaces,
  ) {}

  run(kernel: Kernel): void {
    const {kept, plan, workspace} = this;
    const places = this.reserve();
    try {
      this.placeInputs();
      if (!kept) clearGathered(plan, places, workspace.memory.buffer);
      for (const offsets of plan.offsets) this.walk(kernel, offsets);
      if (!kept) this.gather();
    } finally {
      workspace.release();
    }
  }

  private repeats(stream: InputPlan | OutputPlan): number {
    return repeatsOf(this.plan, stream);
  }

  /** Whether a shared input is read where it lies. */
  private isInPlace(input: InputPlan): boolean {
    const isReachable = this.workspace.addressOf !== undefined;
    return isReachable && input.coefficients === 1 && this.repeats(input) === 1;
  }

  /** Reserves places for shared inputs and, unless it is kept, for what is gathered. */
  private reserve(): GatheringPlaces {
    const {plan, kept, tensors} = this;
    const {inputs, outputs} = plan;
    let bytes = 0;
    const offsets = inputs.map(input => {
      if (kept || isWalked(input) || this.isInPlace(input)) return 0;
      const offset = bytes;
      bytes += inputBytes(plan, input);
      return offset;
    });
    const own = kept ? undefined : gatheringPlaces(plan, bytes);
    bytes += own?.bytes ?? 0;
    const start = this.workspace.reserve(bytes, inputs.length + outputs.length);
    const places = kept ?? movedBy(start, own!);
    inputs.forEach((input, index) => {
      const isThere = !isWalked(input) && this.isInPlace(input);
      const own = kept ? kept.inputs[index] : start + offsets[index];
      this.addresses.push(isThere ? this.workspace.addressOf!(tensors[input.tensor]) : own);
    });
    this.addresses.push(...places.addresses);
    this.partials = places.partials;
    return places;
  }

  /** Copies the shared inputs to their places. */
  private placeInputs(): void {
    const {kept, plan} = this;
    const {inputs, columns} = plan;
    const {buffer} = this.workspace.memory;
    inputs.forEach((input, index) => {
      if (isWalked(input) || this.isInPlace(input)) return;
      const {tensor, coefficient, coefficients, size} = input;
      const {dataId} = this.tensors[tensor];
      if (kept?.placed[index] === dataId) return;
      if (kept) kept.placed[index] = dataId;
      const repeats = this.repeats(input);
      const target = new Float32Array(buffer, this.addresses[index], size * repeats);
      const source = this.workspace.view(this.tensors[tensor]);
      if (repeats === 1 && coefficients === 1) {
        target.set(source);
        return;
      }
      const period = repeats === 1 ? size : columns;
      for (let element = 0; element < size; element++) {
        const value = source[element * coefficients + coefficient];
        const start = Math.floor(element / period) * period * repeats + (element % period);
        for (let repeat = 0; repeat < repeats; repeat++) target[start + repeat * period] = value;
      }
    });
  }

  /** Walks one outer step: full groups of rows, then the rows that are left. */
  private walk(kernel: Kernel, offsets: readonly number[]): void {
    const {rows, columns, together} = this.plan;
    const groups = Math.floor(rows / together);
    this.walkBlocks(kernel, offsets, 0, groups, columns * together);
    const left = rows % together;
    if (left > 0) this.walkBlocks(kernel, offsets, groups, 1, columns * left);
  }

  private walkBlocks(
    kernel: Kernel,
    offsets: readonly number[],
    firstRow: number,
    rows: number,
    columns: number,
  ): void {
    const {largestBlock} = this.workspace;
    const blockColumns = Math.min(columns, largestBlock);
    const blockRows = Math.max(1, Math.floor(largestBlock / columns));
    for (let row = 0; row < rows; row += blockRows) {
      for (let column = 0; column < columns; column += blockColumns) {
        this.runBlock(
          kernel,
          offsets,
          firstRow + row,
          column,
          Math.min(blockRows, rows - row),
          Math.min(blockColumns, columns - column),
        );
      }
    }
  }

  private runBlock(
    kernel: Kernel,
    offsets: readonly number[],
    row: number,
    column: number,
    rows: number,
    columns: number,
  ): void {
    const {workspace, plan} = this;
    const {inputs, outputs} = plan;
    const parameters = [rows, columns];
    const count = rows * columns;
    const elementOf = ({walk}: InputPlan | OutputPlan, offset: number): number =>
      offset + row * walk.rowStride * plan.together + (walk.columns ? column : 0);
    const residentOf = (stream: InputPlan | OutputPlan, offset: number): number =>
      elementOf(stream, offset * this.repeats(stream));
    inputs.forEach((input, index) => {
      const {walk, tensor} = input;
      const offset = offsets[tensor];
      const address = isWalked(input)
        ? workspace.read(this.tensors[tensor], index, elementOf(input, offset), count)
        : this.addresses[index] + residentOf(input, offset) * FLOAT32_BYTES;
      parameters.push(address, (walk.columns ? columns : walk.rowStride) * FLOAT32_BYTES);
    });
    outputs.forEach((output, index) => {
      const {walk, tensor, reduction} = output;
      const offset = offsets[this.tensors.length + tensor];
      if (reduction === undefined) {
        const slot = inputs.length + index;
        const element = elementOf(output, offset);
        parameters.push(workspace.write(this.results[tensor], slot, element, count));
        parameters.push(columns * FLOAT32_BYTES, 0);
        return;
      }
      const bytes = bytesOf(reduction);
      parameters.push(
        this.addresses[inputs.length + index] + residentOf(output, offset) * bytes,
        (walk.columns ? columns : walk.rowStride) * bytes,
        this.partials[index] + column * FLOAT32_BYTES,
      );
    });
    kernel(...parameters);
    outputs.forEach((output, index) => {
      if (output.reduction !== undefined) return;
      const element = elementOf(output, offsets[this.tensors.length + output.tensor]);
      workspace.written(this.results[output.tensor], inputs.length + index, element, count);
    });
  }

  /** Writes what was gathered to the outputs. */
  private gather(): void {
    const {plan, workspace, addresses} = this;
    const {buffer} = workspace.memory;
    plan.outputs.forEach((output, index) => {
      if (output.reduction === undefined) return;
      const address = addresses[plan.inputs.length + index];
      const target = workspace.view(this.results[output.tensor]);
      joinGathered(plan, output, address, buffer, target);
    });
  }
}

/** Places that were told from 0 on, where they begin at `start`. */
export function movedBy(start: number, places: GatheringPlaces): GatheringPlaces {
  const move = (address: number): number => address + start;
  return {
    addresses: places.addresses.map(move),
    partials: places.partials.map(move),
    bytes: places.bytes,
  };
}

/** Whether a kernel keeps float32 results of a band of rows, before it widens them. */
function hasPartials({reduction, walk}: OutputPlan): boolean {
  return reduction !== undefined && reduction !== 'histogram' && walk.columns && !walk.rows;
}

function bytesOf(reduction: Reduction): number {
  return reduction === 'histogram' ? HISTOGRAM_BINS * FLOAT32_BYTES : FLOAT64_BYTES;
}
