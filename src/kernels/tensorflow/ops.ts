import type {TensorInfo} from '@tensorflow/tfjs';
import type {Program, ProgramOutput, Reduction} from '../program.js';
import {axesGathered, isSameShape} from '../target.js';
import type {ProgramShapes} from '../target.js';
import {trackTensor} from './backend.js';
import type {Attribute, NativeBackend} from './backend.js';
import {planOf} from './plan.js';
import type {Step} from './plan.js';

/**
 * Runs a program by ops of TensorFlow, one for each node of its formulas: their threads share the work,
 * and nothing is copied.
 * @throws CannotExpress for histograms.
 */
export function runByOps(
  program: Program,
  inputs: readonly TensorInfo[],
  shapes: ProgramShapes,
  backend: NativeBackend,
): TensorInfo[] {
  const plan = planOf(program);
  const run = new Run(shapes, backend);
  try {
    program.inputs.forEach(({length}, index) => run.addInput(inputs[index], length));
    plan.constants.forEach(value => run.addConstant(value));
    plan.steps.forEach(step => run.addStep(step));
    return program.outputs.map((output, index) => run.output(output, index, plan.outputs[index]));
  } finally {
    run.release();
  }
}

const REDUCE: Record<Exclude<Reduction, 'histogram'>, string> = {
  sum: 'Sum',
  min: 'Min',
  max: 'Max',
};

/** A tensor of TensorFlow; those of the inputs are not ours to delete. */
interface Value {
  readonly id: number;
  readonly isFull: boolean;
  readonly isOwn: boolean;
}

class Run {
  private readonly values: (Value | undefined)[] = [];

  constructor(
    private readonly shapes: ProgramShapes,
    private readonly backend: NativeBackend,
  ) {}

  addInput(tensor: TensorInfo, length: number | undefined): void {
    const [id] = this.backend.getInputTensorIds([tensor]);
    if (length === undefined) {
      this.values.push({id, isFull: isSameShape(tensor.shape, this.shapes.full), isOwn: false});
      return;
    }
    const attributes = [this.integer('num', length), this.integer('axis', -1)];
    const parts = this.backend.binding.executeOp('Unpack', attributes, [id], length);
    const isFull = isSameShape(tensor.shape.slice(0, -1), this.shapes.full);
    this.values.push(...parts.map(part => ({id: part.id, isFull, isOwn: true})));
  }

  addConstant(value: number): void {
    const {binding} = this.backend;
    const id = binding.createTensor([], binding.TF_FLOAT, Float32Array.of(value));
    this.values.push({id, isFull: this.shapes.full.length === 0, isOwn: true});
  }

  addStep({op, alpha, operands, lastUses}: Step): void {
    if (op === 'SigmoidGrad') operands.forEach(number => this.spread(number));
    const read = operands.map(number => this.values[number]!);
    // SelectV2, which can broadcast, takes three times as long.
    const name = op === 'SelectV2' && read.every(({isFull}) => isFull) ? 'Select' : op;
    const {TF_ATTR_FLOAT: type} = this.backend.binding;
    const attributes = alpha === undefined ? [] : [{name: 'alpha', type, value: alpha}];
    const ids = read.map(({id}) => id);
    this.values.push({
      id: this.execute(name, attributes, ids),
      isFull: read.some(({isFull}) => isFull),
      isOwn: true,
    });
    for (const number of lastUses) this.drop(number);
  }

  output({reduction, value}: ProgramOutput, index: number, parts: readonly number[]): TensorInfo {
    const shape = [...(reduction ? this.shapes.reduced[index] : this.shapes.full)];
    const made = parts.map(number => this.gathered(number, shape, reduction));
    if (!Array.isArray(value)) return trackTensor(this.backend, shape, made[0]).info;
    const {TF_ATTR_TYPE, TF_FLOAT} = this.backend.binding;
    const type = {name: 'T', type: TF_ATTR_TYPE, value: TF_FLOAT};
    const attributes = [type, this.integer('N', made.length), this.integer('axis', -1)];
    const stacked = this.execute('Pack', attributes, made);
    for (const id of made) this.backend.binding.deleteTensor(id);
    return trackTensor(this.backend, [...shape, made.length], stacked).info;
  }

  release(): void {
    this.values.forEach((_, number) => this.drop(number));
  }

  /** A tensor of its own of a value, gathered to `shape`. */
  private gathered(number: number, shape: number[], reduction?: Reduction): number {
    this.spread(number);
    const {id} = this.values[number]!;
    const axes = axesGathered(this.shapes.full, shape);
    if (!reduction || axes.length === 0) return this.withIntegers('Reshape', [], id, shape);
    const {TF_ATTR_BOOL: type} = this.backend.binding;
    const keep = {name: 'keep_dims', type, value: false};
    const name = REDUCE[reduction as keyof typeof REDUCE];
    const reduced = this.withIntegers(name, [keep], id, axes);
    const result = this.withIntegers('Reshape', [], reduced, shape);
    this.backend.binding.deleteTensor(reduced);
    return result;
  }

  /** Gives a value the full shape. */
  private spread(number: number): void {
    const {id, isFull} = this.values[number]!;
    if (isFull) return;
    const whole = this.withIntegers('BroadcastTo', [], id, this.shapes.full);
    this.drop(number);
    this.values[number] = {id: whole, isFull: true, isOwn: true};
  }

  private drop(number: number): void {
    const value = this.values[number];
    if (value?.isOwn) this.backend.binding.deleteTensor(value.id);
    this.values[number] = undefined;
  }

  private execute(name: string, attributes: readonly Attribute[], ids: readonly number[]): number {
    return this.backend.binding.executeOp(name, attributes, ids, 1)[0].id;
  }

  /** Runs an op whose second input is a list of integers, such as a shape. */
  private withIntegers(
    name: string,
    attributes: readonly Attribute[],
    id: number,
    integers: readonly number[],
  ): number {
    const {binding} = this.backend;
    const values = Int32Array.from(integers);
    const list = binding.createTensor([values.length], binding.TF_INT32, values);
    try {
      return this.execute(name, attributes, [id, list]);
    } finally {
      binding.deleteTensor(list);
    }
  }

  private integer(name: string, value: number): Attribute {
    return {name, type: this.backend.binding.TF_ATTR_INT, value};
  }
}
