import type {KernelBackend} from '@tensorflow/tfjs';
import {input} from '../../formula/index.js';
import type {Expression} from '../../formula/index.js';
import type {Program} from '../program.js';
import type {KernelTarget} from '../target.js';
import {WasmAccumulator} from './accumulator.js';
import {ArrayWorkspace, cpuArraysOf} from './arrays.js';
import {canCompile} from './compile.js';
import {execute} from './execute.js';
import {lower} from './lower.js';
import {recoveries} from './recover.js';
import {share} from './share.js';
import {wasmWorkspaceOf} from './wasm-backend.js';
import type {KeepingWorkspace} from './workspace.js';

const recovering = new WeakMap<Program, boolean>();

/** Whether the gradient can take an exponential from the outputs. */
export function usesOutputs(program: Program): boolean {
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

function makeWorkspace(backend: KernelBackend): KeepingWorkspace | undefined {
  const arrays = cpuArraysOf(backend);
  return wasmWorkspaceOf(backend) ?? (arrays && new ArrayWorkspace(backend, arrays));
}

const workspaces = new WeakMap<KernelBackend, KeepingWorkspace | undefined>();

function workspaceOf(backend: KernelBackend): KeepingWorkspace | undefined {
  if (!workspaces.has(backend)) workspaces.set(backend, makeWorkspace(backend));
  return workspaces.get(backend);
}

/** WebAssembly on the memory of tfjs's wasm backend, or for its cpu backend on a memory of its own. */
export const wasmTarget: KernelTarget = {
  name: 'wasm',
  serves: backend => canCompile() && workspaceOf(backend) !== undefined,
  check: lower,
  share,
  usesOutputs,
  run: (program, inputs, shapes, backend) =>
    execute(program, inputs, shapes, workspaceOf(backend)!),
  accumulator: (program, backend) => new WasmAccumulator(program, workspaceOf(backend)!),
};
