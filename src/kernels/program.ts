import {constant, derivative, input} from '../formula/index.js';
import type {Expression} from '../formula/index.js';

/** What a kernel reads: a tensor of the full shape, or one that broadcasts to it. */
export interface ProgramInput {
  readonly name: string;
  /** Set where the tensor has a last axis of this many coefficients: `p[0]`, `p[1]`, … */
  readonly length?: number;
  /** Set where the tensor holds what this expression of other inputs would give. */
  readonly value?: Expression;
}

/** How an output is gathered over the axes that its shape lacks. */
export type Reduction = 'sum' | 'min' | 'max' | 'histogram';

const add = (a: number, b: number): number => a + b;
const JOIN: Readonly<Record<Reduction, (a: number, b: number) => number>> = {
  sum: add,
  histogram: add,
  min: Math.min,
  max: Math.max,
};

/** How two results of a reduction are joined. */
export function joinOf(reduction: Reduction): (a: number, b: number) => number {
  return JOIN[reduction];
}

/** What a kernel computes for each element. */
export interface ProgramOutput {
  readonly name: string;
  /** One expression, or several, which are stacked on a last axis. */
  readonly value: Expression | readonly Expression[];
  /** Without it, the output keeps the full shape. */
  readonly reduction?: Reduction;
}

/**
 * The work of one kernel: from elementwise inputs to several outputs, in one pass.
 *
 * An activation, its gradient of any order, and the monitor's statistics are all programs; a kernel
 * target (composed ops, WebAssembly, a shader) turns any of them into code.
 */
export interface Program {
  readonly inputs: readonly ProgramInput[];
  readonly outputs: readonly ProgramOutput[];
}

/** The expressions that stand for an input: one, or one for each coefficient. */
export function expressionsOf({name, length}: ProgramInput): Expression[] {
  if (length === undefined) return [input(name)];
  return Array.from({length}, (_, index) => input(`${name}[${index}]`));
}

/** The expressions of an output: one, or all that are stacked. */
export function valuesOf({value}: ProgramOutput): readonly Expression[] {
  return Array.isArray(value) ? value : [value as Expression];
}

/** Whether a program can be differentiated: minima, maxima and histograms cannot. */
export function isDifferentiable({outputs}: Program): boolean {
  return outputs.every(({reduction}) => reduction === undefined || reduction === 'sum');
}

const gradients = new WeakMap<Program, Program>();

/**
 * The program that carries the gradients of a program's outputs back to its inputs.
 *
 * Its inputs are one gradient for each output, in order, then the inputs themselves; its outputs are
 * the gradients of all inputs, each summed to its input's shape. Being a program, it has a gradient
 * too: that makes every order right.
 */
export function gradientProgram(program: Program): Program {
  let gradient = gradients.get(program);
  if (!gradient) {
    gradient = differentiate(program);
    gradients.set(program, gradient);
  }
  return gradient;
}

function differentiate(program: Program): Program {
  const upstream = program.outputs.map((output): ProgramInput => {
    const name = upstreamName(output.name, program);
    return Array.isArray(output.value) ? {name, length: output.value.length} : {name};
  });
  const terms = program.outputs.flatMap((output, index) =>
    valuesOf(output).map((value, position) => ({
      gradient: expressionsOf(upstream[index])[position],
      value,
    })),
  );
  // Of several outputs some may have no upstream: 0, also where the slope is infinite or NaN.
  const scale = (slope: Expression, gradient: Expression): Expression =>
    program.outputs.length > 1 ? slope.multiplyNoNan(gradient) : gradient.mul(slope);
  const outputs = program.inputs.map((programInput): ProgramOutput => {
    const values = expressionsOf(programInput).map(variable => {
      const parts = terms
        .map(({gradient, value}) => ({gradient, slope: derivative(value, variable.name)}))
        .filter(({slope}) => slope !== constant(0))
        .map(({gradient, slope}) => (slope === constant(1) ? gradient : scale(slope, gradient)));
      return parts.length > 0 ? parts.reduce((sum, part) => sum.add(part)) : constant(0);
    });
    return {
      name: `d${programInput.name}`,
      value: programInput.length === undefined ? values[0] : values,
      reduction: 'sum',
    };
  });
  return {inputs: [...upstream, ...program.inputs], outputs};
}

/** `dy` for an output `y`; primed where the program has an input of that name already. */
function upstreamName(output: string, {inputs}: Program): string {
  let name = `d${output}`;
  while (inputs.some(taken => taken.name === name)) name += "'";
  return name;
}

const selections = new WeakMap<Program, Map<string, Program>>();

/** The program with only the outputs called `names`. */
export function selectOutputs(program: Program, names: readonly string[]): Program {
  const known = selections.get(program) ?? new Map<string, Program>();
  selections.set(program, known);
  const key = names.join();
  const selected = known.get(key) ?? {
    inputs: program.inputs,
    outputs: program.outputs.filter(({name}) => names.includes(name)),
  };
  known.set(key, selected);
  return selected;
}

const informed = new WeakMap<Program, Program>();

/**
 * The gradient of a program with a further input for each of the program's outputs: what they were,
 * from which some derivatives follow with less work.
 */
export function gradientWithOutputs(gradient: Program, {outputs}: Program): Program {
  let known = informed.get(gradient);
  if (!known) {
    const values = outputs.map(({name, value}) => ({
      name: `/${name}`,
      value: value as Expression,
    }));
    known = {inputs: [...gradient.inputs, ...values], outputs: gradient.outputs};
    informed.set(gradient, known);
  }
  return known;
}
