import type {TensorInfo} from '@tensorflow/tfjs';
import type {Program, ProgramOutput} from '../program.js';
import {isSameShape, sizeOf} from '../target.js';
import type {ProgramShapes} from '../target.js';
import {trackTensor} from './backend.js';
import type {Attribute, NativeBackend} from './backend.js';
import {planOf} from './plan.js';
import type {Step} from './plan.js';
import {withScope} from './scope.js';
import type {Scope} from './scope.js';

/**
 * Whether ops can run a program: not where it gathers. TensorFlow adds in float32, and a sum of a
 * million rows is off by a percent; histograms would take an op for each bin.
 */
export function canRunByOps({outputs}: Program, {full, reduced}: ProgramShapes): boolean {
  const size = sizeOf(full);
  return outputs.every(
    ({reduction}, index) =>
      !reduction || (reduction !== 'histogram' && sizeOf(reduced[index]) === size),
  );
}

/**
 * Runs a program by ops of TensorFlow, one for each node of its formulas: their threads share the work,
 * and nothing is copied. Only where `canRunByOps`.
 */
export function runByOps(
  program: Program,
  inputs: readonly TensorInfo[],
  shapes: ProgramShapes,
  backend: NativeBackend,
): TensorInfo[] {
  const plan = planOf(program);
  return withScope(backend, scope => {
    const run = new Run(shapes, backend, scope);
    program.inputs.forEach(({length}, index) => run.addInput(inputs[index], length));
    plan.constants.forEach(value => run.addConstant(value));
    plan.steps.forEach(step => run.addStep(step));
    const made = program.outputs.map((output, index) =>
      run.output(output, index, plan.outputs[index]),
    );
    return made.map(({id, shape}) => trackTensor(backend, shape, scope.keep(id)).info);
  });
}

/** A tensor of TensorFlow: an input, which is not of the scope, or one that is. */
interface Value {
  readonly id: number;
  readonly isFull: boolean;
}

class Run {
  private readonly values: Value[] = [];

  constructor(
    private readonly shapes: ProgramShapes,
    private readonly backend: NativeBackend,
    private readonly scope: Scope,
  ) {}

  addInput(tensor: TensorInfo, length: number | undefined): void {
    const [id] = this.backend.getInputTensorIds([tensor]);
    if (length === undefined) {
      this.values.push({id, isFull: isSameShape(tensor.shape, this.shapes.full)});
      return;
    }
    const attributes = [this.integer('num', length), this.integer('axis', -1)];
    const isFull = isSameShape(tensor.shape.slice(0, -1), this.shapes.full);
    const parts = this.scope.executeAll('Unpack', [id], attributes, length);
    this.values.push(...parts.map(part => ({id: part, isFull})));
  }

  addConstant(value: number): void {
    const id = this.scope.create([], Float32Array.of(value));
    this.values.push({id, isFull: this.shapes.full.length === 0});
  }

  addStep({op, alpha, operands, lastUses}: Step): void {
    if (op === 'SigmoidGrad') operands.forEach(number => this.spread(number));
    const read = operands.map(number => this.values[number]);
    // SelectV2, which can broadcast, takes three times as long.
    const name = op === 'SelectV2' && read.every(({isFull}) => isFull) ? 'Select' : op;
    const {TF_ATTR_FLOAT: type} = this.backend.binding;
    const attributes = alpha === undefined ? [] : [{name: 'alpha', type, value: alpha}];
    const ids = read.map(({id}) => id);
    this.values.push({
      id: this.scope.execute(name, ids, attributes),
      isFull: read.some(({isFull}) => isFull),
    });
    for (const number of lastUses) this.scope.delete(this.values[number].id);
  }

  /** A tensor of its own for an output. */
  output(
    {reduction, value}: ProgramOutput,
    index: number,
    parts: readonly number[],
  ): {readonly id: number; readonly shape: readonly number[]} {
    const outer = reduction ? this.shapes.reduced[index] : this.shapes.full;
    const ids = parts.map(number => this.spread(number));
    if (!Array.isArray(value)) {
      return {id: this.scope.inShape(outer, 'Reshape', ids[0]), shape: outer};
    }
    const shape = [...outer, ids.length];
    const {TF_ATTR_TYPE, TF_FLOAT} = this.backend.binding;
    const type = {name: 'T', type: TF_ATTR_TYPE, value: TF_FLOAT};
    const attributes = [type, this.integer('N', ids.length), this.integer('axis', -1)];
    const stacked = this.scope.execute('Pack', ids, attributes);
    return {id: this.scope.inShape(shape, 'Reshape', stacked), shape};
  }

  /** Gives a value the full shape. */
  private spread(number: number): number {
    const {id, isFull} = this.values[number];
    if (isFull) return id;
    const whole = this.scope.inShape(this.shapes.full, 'BroadcastTo', id);
    this.scope.delete(id);
    this.values[number] = {id: whole, isFull: true};
    return whole;
  }

  private integer(name: string, value: number): Attribute {
    return {name, type: this.backend.binding.TF_ATTR_INT, value};
  }
}
