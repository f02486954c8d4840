import {HISTOGRAM_BINS} from '../histogram.js';
import {FLOAT32_BYTES} from '../float32.js';
import {joinOf} from '../program.js';
import type {Reduction} from '../program.js';
import {neutralOf} from './kernel.js';
import {elementOf, isInPlace, isWalked, repeatsOf} from './plan.js';
import type {Block, InputPlan, OutputPlan, Plan} from './plan.js';
import type {Workspace} from './workspace.js';

const FLOAT64_BYTES = 8;

/** Where all that a plan needs lies in bytes that are reserved or kept. */
export interface Places {
  /** Of each input that is copied; others are read where they lie. */
  readonly inputs: readonly (number | undefined)[];
  /** Of what is gathered of each output. */
  readonly addresses: readonly number[];
  /** Of the float32 results of a band of rows, where a kernel keeps such. */
  readonly partials: readonly number[];
  readonly bytes: number;
}

/** Places, from 0 on, for all that a plan needs in a workspace. */
export function placesOf(plan: Plan, {readsInPlace}: Workspace): Places {
  let end = 0;
  const take = (size: number): number => {
    const address = end;
    end += alignedTo8(size);
    return address;
  };
  const inputs = plan.inputs.map(input => {
    const isThere = isWalked(input) || (readsInPlace && isInPlace(plan, input));
    return isThere ? undefined : take(input.size * repeatsOf(plan, input) * FLOAT32_BYTES);
  });
  const outputs = plan.outputs.map(output => {
    const {reduction, size} = output;
    if (reduction === undefined) return {address: 0, partial: 0};
    const address = take(size * repeatsOf(plan, output) * bytesOf(reduction));
    const needed = plan.columns * plan.together * FLOAT32_BYTES;
    return {address, partial: hasPartials(output) ? take(needed) : 0};
  });
  return {
    inputs,
    addresses: outputs.map(({address}) => address),
    partials: outputs.map(({partial}) => partial),
    bytes: end,
  };
}

/** Places that were told from 0 on, where they begin at `start`. */
export function movedBy(start: number, places: Places): Places {
  const move = (address: number): number => address + start;
  return {
    inputs: places.inputs.map(address => (address === undefined ? undefined : move(address))),
    addresses: places.addresses.map(move),
    partials: places.partials.map(move),
    bytes: places.bytes,
  };
}

/** Copies an input, repeated as its plan says. */
export function placeInput(
  plan: Plan,
  input: InputPlan,
  source: Float32Array,
  address: number,
  buffer: ArrayBufferLike,
): void {
  const {coefficient, coefficients, size} = input;
  const repeats = repeatsOf(plan, input);
  const target = new Float32Array(buffer, address, size * repeats);
  if (coefficients === 1 && (repeats === 1 || size === plan.columns)) {
    for (let start = 0; start < target.length; start += size) target.set(source, start);
    return;
  }
  const period = repeats === 1 ? size : plan.columns;
  for (let element = 0; element < size; element++) {
    const value = source[element * coefficients + coefficient];
    const start = Math.floor(element / period) * period * repeats + (element % period);
    for (let repeat = 0; repeat < repeats; repeat++) target[start + repeat * period] = value;
  }
}

/** The parameters of a kernel for an input; `read` tells where an element lies that is not copied. */
export function pushInput(
  parameters: number[],
  plan: Plan,
  index: number,
  {inputs}: Places,
  block: Block,
  read: (element: number) => number,
): void {
  const input = plan.inputs[index];
  const {walk, tensor} = input;
  const element = elementOf(plan, input, block, block.offsets[tensor] * repeatsOf(plan, input));
  const address = inputs[index];
  parameters.push(
    address === undefined ? read(element) : address + element * FLOAT32_BYTES,
    (walk.columns ? block.columns : walk.rowStride) * FLOAT32_BYTES,
  );
}

/** The parameters of a kernel for an output that is gathered. */
export function pushGathered(
  parameters: number[],
  plan: Plan,
  index: number,
  {addresses, partials}: Places,
  block: Block,
): void {
  const output = plan.outputs[index];
  const {walk, tensor, reduction} = output;
  const bytes = bytesOf(reduction!);
  const offset = block.offsets[plan.tensors + tensor] * repeatsOf(plan, output);
  parameters.push(
    addresses[index] + elementOf(plan, output, block, offset) * bytes,
    (walk.columns ? block.columns : walk.rowStride) * bytes,
    partials[index] + block.column * FLOAT32_BYTES,
  );
}

/** Sets what is gathered to what it starts from. */
export function clearGathered(
  plan: Plan,
  {addresses, partials}: Places,
  buffer: ArrayBufferLike,
): void {
  plan.outputs.forEach((output, index) => {
    const {reduction} = output;
    if (reduction === undefined) return;
    const neutral = neutralOf(reduction);
    gatheredView(plan, output, addresses[index], buffer).fill(neutral);
    if (hasPartials(output)) {
      const columns = plan.columns * plan.together;
      new Float32Array(buffer, partials[index], columns).fill(neutral);
    }
  });
}

/** What was gathered of one output, with its repeats. */
export function gatheredView(
  plan: Plan,
  output: OutputPlan,
  address: number,
  buffer: ArrayBufferLike,
): GatheredView {
  const length = output.size * repeatsOf(plan, output);
  return output.reduction === 'histogram'
    ? new Int32Array(buffer, address, length * HISTOGRAM_BINS)
    : new Float64Array(buffer, address, length);
}

export type GatheredView = Int32Array | Float64Array;

/** Joins the repeats of what was gathered of one output, and writes it among its coefficients. */
export function joinGathered(
  plan: Plan,
  output: OutputPlan,
  source: GatheredView,
  target: Float32Array | Float64Array,
): void {
  const {coefficient, coefficients, size, reduction} = output;
  const repeats = repeatsOf(plan, output);
  const bins = reduction === 'histogram' ? HISTOGRAM_BINS : 1;
  if (repeats === 1 && coefficients === 1) {
    target.set(source);
    return;
  }
  const period = repeats === 1 ? size : plan.columns;
  if (reduction === 'sum' && period === size && coefficients === 1) {
    target.set(source.subarray(0, size));
    for (let start = size; start < source.length; start += size) {
      for (let element = 0; element < size; element++) target[element] += source[start + element];
    }
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

function alignedTo8(bytes: number): number {
  return Math.ceil(bytes / FLOAT64_BYTES) * FLOAT64_BYTES;
}

/** Whether a kernel keeps float32 results of a band of rows, before it widens them. */
function hasPartials({reduction, walk}: OutputPlan): boolean {
  return reduction !== undefined && reduction !== 'histogram' && walk.columns && !walk.rows;
}

function bytesOf(reduction: Reduction): number {
  return reduction === 'histogram' ? HISTOGRAM_BINS * FLOAT32_BYTES : FLOAT64_BYTES;
}
