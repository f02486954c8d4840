import type {TensorInfo} from '@tensorflow/tfjs';
import {FLOAT32_BYTES} from '../float32.js';
import type {Program} from '../program.js';
import type {ProgramShapes} from '../target.js';
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
import type {Places} from './gathered.js';
import {neutralOf} from './kernel.js';
import {elementOf, forEachBlock, planOf} from './plan.js';
import type {Block, Plan} from './plan.js';
import type {Workspace} from './workspace.js';

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
  try {
    fill(results, kernel, plan, tensors, workspace);
  } catch (error) {
    for (const result of results) workspace.dispose(result);
    throw error;
  }
  return results;
}

function fill(
  results: readonly TensorInfo[],
  kernel: Kernel,
  plan: Plan,
  tensors: readonly TensorInfo[],
  workspace: Workspace,
): void {
  if (plan.size === 0) {
    plan.outputs.forEach(({tensor, reduction}) => {
      if (reduction) workspace.view(results[tensor]).fill(neutralOf(reduction));
    });
    return;
  }
  try {
    if (plan.isPlain && plan.size <= workspace.largestBlock) {
      runPlainly(plan, kernel, workspace, tensors, results);
    } else {
      new Execution(plan, workspace, tensors, results).run(kernel);
    }
  } finally {
    workspace.release();
  }
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
}

/** One run of a kernel, in as many calls as it takes. */
class Execution {
  constructor(
    private readonly plan: Plan,
    private readonly workspace: Workspace,
    private readonly tensors: readonly TensorInfo[],
    private readonly results: readonly TensorInfo[],
  ) {}

  run(kernel: Kernel): void {
    const {plan, workspace} = this;
    const {inputs, outputs} = plan;
    const needed = placesOf(plan, workspace);
    const start = workspace.reserve(needed.bytes, inputs.length + outputs.length);
    const places = movedBy(start, needed);
    this.placeInputs(places);
    clearGathered(plan, places, workspace.memory.buffer);
    forEachBlock(plan, workspace.largestBlock, block => this.runBlock(kernel, places, block));
    this.gather(places);
  }

  private placeInputs({inputs}: Places): void {
    const {plan, workspace, tensors} = this;
    plan.inputs.forEach((input, index) => {
      const address = inputs[index];
      if (address === undefined) return;
      const source = workspace.view(tensors[input.tensor]);
      placeInput(plan, input, source, address, workspace.memory.buffer);
    });
  }

  private runBlock(kernel: Kernel, places: Places, block: Block): void {
    const {workspace, plan, tensors, results} = this;
    const {inputs, outputs} = plan;
    const {offsets, rows, columns} = block;
    const parameters = [rows, columns];
    const count = rows * columns;
    inputs.forEach(({tensor}, index) => {
      pushInput(parameters, plan, index, places, block, element =>
        workspace.read(tensors[tensor], index, element, count),
      );
    });
    outputs.forEach((output, index) => {
      if (output.reduction !== undefined) {
        pushGathered(parameters, plan, index, places, block);
        return;
      }
      const element = elementOf(plan, output, block, offsets[plan.tensors + output.tensor]);
      const slot = inputs.length + index;
      parameters.push(workspace.write(results[output.tensor], slot, element, count));
      parameters.push(columns * FLOAT32_BYTES, 0);
    });
    kernel(...parameters);
    outputs.forEach((output, index) => {
      if (output.reduction !== undefined) return;
      const element = elementOf(plan, output, block, offsets[plan.tensors + output.tensor]);
      workspace.written(results[output.tensor], inputs.length + index, element, count);
    });
  }

  /** Writes what was gathered to the outputs. */
  private gather({addresses}: Places): void {
    const {plan, workspace, results} = this;
    const {buffer} = workspace.memory;
    plan.outputs.forEach((output, index) => {
      if (output.reduction === undefined) return;
      const target = workspace.view(results[output.tensor]);
      joinGathered(plan, output, gatheredView(plan, output, addresses[index], buffer), target);
    });
  }
}
