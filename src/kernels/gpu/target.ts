import type {KernelBackend, Tensor, TensorInfo} from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import {inputsOf} from '../../formula/index.js';
import type {Expression} from '../../formula/index.js';
import {histogramIndicators} from '../histogram.js';
import {expressionsOf, valuesOf} from '../program.js';
import type {Program, ProgramOutput, Reduction} from '../program.js';
import {CannotExpress, sizeOf} from '../target.js';
import type {KernelTarget, ProgramShapes} from '../target.js';
import {identityOf} from './statements.js';

/** An input that a pass reads. */
export interface PassInput {
  /** Its place among the program's inputs: it is called `x3`, or `x3_2` for its coefficient 2. */
  readonly position: number;
  /** Without an axis of coefficients. */
  readonly shape: readonly number[];
  /** How many coefficients it has, and which are read. */
  readonly coefficients?: {readonly length: number; readonly read: readonly number[]};
  readonly tensor: TensorInfo;
}

/** Values that one pass computes from what it reads. */
export interface Pass {
  readonly values: readonly Expression[];
  readonly inputs: readonly PassInput[];
  /** The name of an input's value. */
  readonly names: (input: Expression) => string;
}

/** Sums, minima or maxima over chunks of the gathered axes, on the device. */
export interface PartialResult {
  readonly tensor: TensorInfo;
  readonly chunks: number;
  /** How many elements each value is gathered to. */
  readonly elements: number;
  /** How many values there are. */
  readonly values: number;
}

/** Values of a partial that, in this order, go into an output. */
export interface Part {
  readonly partial: PartialResult;
  readonly from: number;
  readonly count: number;
}

/** One run of a program. */
export interface Call {
  readonly program: Program;
  readonly tensors: readonly TensorInfo[];
  readonly shapes: ProgramShapes;
  readonly backend: KernelBackend;
}

/** What a backend adds to what all shaders have in common. */
export interface Device {
  readonly name: string;
  /** How many tensors and values one pass can have. */
  readonly inputsPerPass: number;
  readonly valuesPerPass: number;
  serves(backend: KernelBackend): boolean;
  /**
   * Runs `work`, whose errors it explains.
   * @throws if the device is lost, CannotExpress if it refuses the program's shaders.
   */
  guard<T>(call: Call, work: () => T): T;
  /** A tensor as all passes can read it; a new one is disposed of after the last. */
  prepare(tensor: Tensor, backend: KernelBackend): TensorInfo;
  /** Computes the only value of a pass for every element. */
  map(pass: Pass, call: Call): TensorInfo;
  /** Computes the values of a pass and gathers each in chunks. */
  gather(
    pass: Pass,
    reductions: readonly Reduction[],
    reduced: readonly number[],
    call: Call,
  ): PartialResult;
  /** Gathers the chunks of the parts, and stacks them on a last axis. */
  finish(
    parts: readonly Part[],
    reduction: Reduction,
    shape: readonly number[],
    call: Call,
  ): TensorInfo;
  dispose(tensor: TensorInfo, backend: KernelBackend): void;
}

/** A kernel target that runs programs as shaders: a pass for each output, two where it is gathered. */
export function shaderTarget(device: Device): KernelTarget {
  return {
    name: device.name,
    serves: backend => device.serves(backend),
    check: program => check(program, device),
    run: (program, tensors, shapes, backend) => {
      if (sizeOf(shapes.full) === 0) {
        return program.outputs.map((_, index) => ofNothing(program, shapes, index));
      }
      check(program, device);
      return device.guard({program, tensors, shapes, backend}, () => {
        const prepared = tensors.map(tensor => device.prepare(tensor, backend));
        try {
          return run({program, tensors: prepared, shapes, backend}, device);
        } finally {
          const isNew = (tensor: TensorInfo, index: number): boolean => tensor !== tensors[index];
          for (const tensor of prepared.filter(isNew)) device.dispose(tensor, backend);
        }
      });
    },
  };
}

function check(program: Program, device: Device): void {
  for (const output of program.outputs) {
    for (const value of expandedValues(output)) {
      const needed = readBy(program, [value]).size;
      if (needed > device.inputsPerPass) {
        throw new CannotExpress(
          `${output.name} reads ${needed} tensors, a shader at most ${device.inputsPerPass}`,
        );
      }
    }
  }
}

/** The expressions of an output, a histogram's bins among them. */
function expandedValues(output: ProgramOutput): readonly Expression[] {
  const values = valuesOf(output);
  return output.reduction === 'histogram' ? values.flatMap(histogramIndicators) : values;
}

function isStacked(output: ProgramOutput): boolean {
  return output.reduction === 'histogram' || Array.isArray(output.value);
}

function shapeOf(program: Program, shapes: ProgramShapes, index: number): readonly number[] {
  return program.outputs[index].reduction ? shapes.reduced[index] : shapes.full;
}

/** An output where there is no element to compute it from. */
function ofNothing(program: Program, shapes: ProgramShapes, index: number): TensorInfo {
  const output = program.outputs[index];
  const shape = [...shapeOf(program, shapes, index)];
  if (isStacked(output)) shape.push(expandedValues(output).length);
  return tf.fill(shape, output.reduction ? identityOf(output.reduction) : 0);
}

/** For each input that the values read, by its place, the coefficients read. */
function readBy(program: Program, values: readonly Expression[]): Map<number, number[]> {
  const names = new Set(values.flatMap(value => [...inputsOf(value)]));
  const read = new Map<number, number[]>();
  program.inputs.forEach((input, position) => {
    const own = expressionsOf(input).flatMap(({name}, index) => (names.has(name) ? [index] : []));
    if (own.length > 0) read.set(position, own);
  });
  return read;
}

function passOf(
  program: Program,
  values: readonly Expression[],
  tensors: readonly TensorInfo[],
): Pass {
  const names = new Map<string, string>();
  const inputs = [...readBy(program, values)].map(([position, read]): PassInput => {
    const input = program.inputs[position];
    const tensor = tensors[position];
    if (input.length === undefined) {
      names.set(input.name, `x${position}`);
      return {position, shape: tensor.shape, tensor};
    }
    const expressions = expressionsOf(input);
    for (const index of read) names.set(expressions[index].name, `x${position}_${index}`);
    const coefficients = {length: input.length, read};
    return {position, shape: tensor.shape.slice(0, -1), coefficients, tensor};
  });
  return {values, inputs, names: ({name}) => names.get(name)!};
}

interface Gathered {
  readonly index: number;
  readonly value: Expression;
  readonly reduction: Reduction;
}

function run(call: Call, device: Device): TensorInfo[] {
  const {program, tensors, shapes} = call;
  const outputs: TensorInfo[] = [];
  const groups = new Map<string, Gathered[]>();
  program.outputs.forEach((output, index) => {
    const shape = shapeOf(program, shapes, index);
    if (!isStacked(output) && sizeOf(shape) === sizeOf(shapes.full)) {
      const pass = passOf(program, valuesOf(output), tensors);
      outputs[index] = {...device.map(pass, call), shape: [...shape]};
      return;
    }
    const reduction = output.reduction ?? 'sum';
    const gathered = expandedValues(output).map(value => ({index, value, reduction}));
    groups.set(shape.join(), [...(groups.get(shape.join()) ?? []), ...gathered]);
  });
  for (const group of groups.values()) gatherGroup(group, outputs, call, device);
  return outputs;
}

/** Computes all outputs that are gathered to one shape, in as few passes as they fit. */
function gatherGroup(
  group: readonly Gathered[],
  outputs: TensorInfo[],
  call: Call,
  device: Device,
): void {
  const {program, tensors, shapes, backend} = call;
  const reduced = shapeOf(program, shapes, group[0].index);
  const batches = batchesOf(program, group, device);
  const partials = batches.map(batch => {
    const values = batch.map(({value}) => value);
    const reductions = batch.map(({reduction}) => reduction);
    return device.gather(passOf(program, values, tensors), reductions, reduced, call);
  });
  for (const index of new Set(group.map(each => each.index))) {
    const output = program.outputs[index];
    const parts = batches.flatMap((batch, position): Part[] => {
      const count = batch.filter(each => each.index === index).length;
      const from = batch.findIndex(each => each.index === index);
      return count > 0 ? [{partial: partials[position], from, count}] : [];
    });
    const shape = [...reduced];
    if (isStacked(output)) shape.push(expandedValues(output).length);
    outputs[index] = device.finish(parts, output.reduction ?? 'sum', shape, call);
  }
  for (const {tensor} of partials) device.dispose(tensor, backend);
}

function batchesOf(program: Program, group: readonly Gathered[], device: Device): Gathered[][] {
  const batches: Gathered[][] = [];
  for (const each of group) {
    const last = batches[batches.length - 1] ?? [];
    const values = [...last, each].map(({value}) => value);
    const fits =
      last.length > 0 &&
      values.length <= device.valuesPerPass &&
      readBy(program, values).size <= device.inputsPerPass;
    if (fits) last.push(each);
    else batches.push([each]);
  }
  return batches;
}

/** How many terms are added up before they are added to the others, lest a long sum drift. */
export const BLOCK = 32;

/** Into how many chunks to split this many elements: as many as each chunk then holds. */
export function chunksOf(gathered: number): number {
  return Math.ceil(Math.sqrt(gathered));
}
