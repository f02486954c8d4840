import type {TensorInfo} from '@tensorflow/tfjs';
import {HISTOGRAM_BINS} from '../histogram.js';
import {expressionsOf, valuesOf} from '../program.js';
import type {Program, ProgramInput, Reduction} from '../program.js';
import {isSameShape, sizeOf} from '../target.js';
import type {ProgramShapes} from '../target.js';
import {kernelOf} from './compile.js';
import type {Kernel} from './compile.js';
import type {OutputMode} from './kernel.js';
import {layoutOf, outerOffsets, rowsTogether} from './layout.js';
import type {Walk} from './layout.js';
import {splitProgram} from './prelude.js';

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
  /** How many tensors it reads. */
  readonly tensors: number;
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

/** How a program runs on tensors of these shapes. */
export function planOf(
  program: Program,
  tensors: readonly TensorInfo[],
  shapes: ProgramShapes,
): Plan {
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
    tensors: program.inputs.length,
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

/** Whether a kernel reads an input where it lies, from element to element. */
export function isWalked({walk, coefficients}: InputPlan): boolean {
  return walk.inOrder && coefficients === 1;
}

/** How often a tensor that is the same in every row is repeated. */
export function repeatsOf({together}: Plan, {walk}: InputPlan | OutputPlan): number {
  return walk.columns && !walk.rows ? together : 1;
}

/** Whether an input that is not walked is read where it lies, if kernels can reach it there. */
export function isInPlace(plan: Plan, input: InputPlan): boolean {
  return input.coefficients === 1 && repeatsOf(plan, input) === 1;
}

/** What one call of a kernel walks: rows that are as many columns wide as those walked together. */
export interface Block {
  /** Of each tensor, where an outer step begins. */
  readonly offsets: readonly number[];
  readonly row: number;
  readonly column: number;
  readonly rows: number;
  readonly columns: number;
}

/** Visits each outer step: full groups of rows, then the rows that are left. */
export function forEachBlock(
  {rows, columns, together, offsets: steps}: Plan,
  largestBlock: number,
  visit: (block: Block) => void,
): void {
  const groups = Math.floor(rows / together);
  const left = rows % together;
  for (const offsets of steps) {
    forEachPart(offsets, 0, groups, columns * together, largestBlock, visit);
    if (left > 0) forEachPart(offsets, groups, 1, columns * left, largestBlock, visit);
  }
}

function forEachPart(
  offsets: readonly number[],
  firstRow: number,
  rows: number,
  columns: number,
  largestBlock: number,
  visit: (block: Block) => void,
): void {
  const blockColumns = Math.min(columns, largestBlock);
  const blockRows = Math.max(1, Math.floor(largestBlock / columns));
  for (let row = 0; row < rows; row += blockRows) {
    for (let column = 0; column < columns; column += blockColumns) {
      visit({
        offsets,
        row: firstRow + row,
        column,
        rows: Math.min(blockRows, rows - row),
        columns: Math.min(blockColumns, columns - column),
      });
    }
  }
}

/** The first element of a block in a tensor, of which an outer step begins at `offset`. */
export function elementOf(
  {together}: Plan,
  {walk}: InputPlan | OutputPlan,
  {row, column}: Block,
  offset: number,
): number {
  return offset + row * walk.rowStride * together + (walk.columns ? column : 0);
}
