import type {KernelBackend} from '@tensorflow/tfjs';
import {COMPARISONS, input, nodesOf} from '../../formula/index.js';
import type {Expression} from '../../formula/index.js';
import {valuesOf} from '../program.js';
import type {Program} from '../program.js';
import {isSameShape, sizeOf} from '../target.js';
import type {KernelTarget, ProgramShapes} from '../target.js';
import {composedTarget} from '../tfops.js';
import {WasmAccumulator} from './accumulator.js';
import {ArrayWorkspace, cpuArraysOf} from './arrays.js';
import {canCompile} from './compile.js';
import {execute} from './execute.js';
import {lower} from './lower.js';
import {nativeArraysOf, nativeMemoryOf} from './native.js';
import {recoveries} from './recover.js';
import {share} from './share.js';
import {wasmWorkspaceOf} from './wasm-backend.js';
import type {KeepingWorkspace, Workspace} from './workspace.js';

const recovering = new WeakMap<Program, boolean>();

/** Whether the gradient can take an exponential from the outputs. */
function usesOutputs(program: Program): boolean {
  let known = recovering.get(program);
  if (known === undefined) {
    const {outputs} = program;
    known =
      outputs.every(({value, reduction}) => !Array.isArray(value) && reduction === undefined) &&
      outputs.some(({name, value}) => recoveries(value as Expression, input(name)).length > 0);
    recovering.set(program, known);
  }
  return known;
}

/** How kernels get at the tensors of a backend. */
interface Workspaces {
  readonly ofAny: KeepingWorkspace;
  /** For programs of more than so many elements. */
  readonly ofLarge?: Workspace;
}

/** Up to so many elements, JavaScript reads a tensor of native TensorFlow sooner than an op copies it. */
const LARGEST_ARRAY = 16384;

/** What native ops cost: those of one instruction 1, all others 2. */
const CHEAP = new Set<string>([
  ...['add', 'sub', 'mul', 'minimum', 'maximum', 'neg', 'abs', 'square', 'where'],
  ...COMPARISONS,
]);

/** Up to this cost they take less time than to copy tensors in and out of a kernel's memory. */
const LARGEST_COST = 3;

const costs = new WeakMap<Program, number>();

function costOf(program: Program): number {
  let cost = costs.get(program);
  if (cost === undefined) {
    const nodes = new Set(program.outputs.flatMap(valuesOf).flatMap(nodesOf));
    const ops = [...nodes].filter(({operands}) => operands.length > 0);
    cost = ops.reduce((sum, {operation}) => sum + (CHEAP.has(operation) ? 1 : 2), 0);
    costs.set(program, cost);
  }
  return cost;
}

/** Whether native ops compute a program sooner than a kernel. */
function isCheap(program: Program, {full, reduced}: ProgramShapes): boolean {
  const isWhole = program.outputs.every(
    ({reduction}, index) => reduction === undefined || isSameShape(reduced[index], full),
  );
  return isWhole && costOf(program) <= LARGEST_COST;
}

function makeWorkspaces(backend: KernelBackend): Workspaces | undefined {
  const shared = wasmWorkspaceOf(backend);
  if (shared) return {ofAny: shared};
  const arrays = cpuArraysOf(backend) ?? nativeArraysOf(backend);
  return arrays && {ofAny: new ArrayWorkspace(backend, arrays), ofLarge: nativeMemoryOf(backend)};
}

const made = new WeakMap<KernelBackend, Workspaces | undefined>();

function workspacesOf(backend: KernelBackend): Workspaces | undefined {
  if (!made.has(backend)) made.set(backend, makeWorkspaces(backend));
  return made.get(backend);
}

/**
 * WebAssembly on the memory of tfjs's wasm backend, or for its cpu backend and native TensorFlow on a
 * memory of its own.
 */
export const wasmTarget: KernelTarget = {
  name: 'wasm',
  serves: backend => canCompile() && workspacesOf(backend) !== undefined,
  check: lower,
  share,
  usesOutputs,
  run: (program, inputs, shapes, backend) => {
    const {ofAny, ofLarge} = workspacesOf(backend)!;
    if (!ofLarge || sizeOf(shapes.full) <= LARGEST_ARRAY) {
      return execute(program, inputs, shapes, ofAny);
    }
    if (isCheap(program, shapes)) return composedTarget.run(program, inputs, shapes, backend);
    return execute(program, inputs, shapes, ofLarge);
  },
  accumulator: (program, backend) => new WasmAccumulator(program, workspacesOf(backend)!.ofAny),
};
