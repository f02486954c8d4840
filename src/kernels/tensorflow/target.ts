import type {KernelBackend, TensorInfo} from '@tensorflow/tfjs';
import {valuesOf} from '../program.js';
import type {Program} from '../program.js';
import {sizeOf} from '../target.js';
import type {KernelTarget, ProgramShapes} from '../target.js';
import {WasmAccumulator} from '../wasm/accumulator.js';
import {ArrayWorkspace} from '../wasm/arrays.js';
import {canCompile} from '../wasm/compile.js';
import {execute} from '../wasm/execute.js';
import {lower} from '../wasm/lower.js';
import {share} from '../wasm/share.js';
import {usesOutputs} from '../wasm/targets.js';
import {NativeArrays} from './arrays.js';
import {isNativeBackend} from './backend.js';
import type {NativeBackend} from './backend.js';
import {opsAreFaster} from './cost.js';
import {NativeMemory} from './memory.js';
import {canRunByOps, runByOps} from './ops.js';

/** Up to so many elements, JavaScript reads a tensor of native TensorFlow sooner than an op copies it. */
const LARGEST_ARRAY = 16384;

/** How kernels get at the tensors of native TensorFlow. */
interface Workspaces {
  readonly ofSmall: ArrayWorkspace;
  /** None where TensorFlow's tensors lie elsewhere, on a GPU. */
  readonly ofLarge: NativeMemory | undefined;
}

const made = new WeakMap<KernelBackend, Workspaces>();

function workspacesOf(backend: NativeBackend): Workspaces {
  let workspaces = made.get(backend);
  if (!workspaces) {
    const memory = new NativeMemory(backend);
    workspaces = {
      ofSmall: new ArrayWorkspace(backend, new NativeArrays(backend)),
      ofLarge: memory.isShared() ? memory : undefined,
    };
    made.set(backend, workspaces);
  }
  return workspaces;
}

/** The shapes of all that a kernel reads and writes. */
function shapesOf(
  {outputs}: Program,
  inputs: readonly TensorInfo[],
  {full, reduced}: ProgramShapes,
): (readonly number[])[] {
  const written = outputs.flatMap((output, index) =>
    valuesOf(output).map(() => (output.reduction ? reduced[index] : full)),
  );
  return [...inputs.map(({shape}) => shape), ...written];
}

/** Native TensorFlow: kernels of WebAssembly, into which tensors are copied, or its own ops. */
export const tensorflowTarget: KernelTarget = {
  name: 'tensorflow',
  serves: backend => canCompile() && isNativeBackend(backend),
  check: lower,
  share,
  usesOutputs,
  run: (program, inputs, shapes, backend) => {
    const native = backend as NativeBackend;
    const {ofSmall, ofLarge} = workspacesOf(native);
    if (sizeOf(shapes.full) <= LARGEST_ARRAY) return execute(program, inputs, shapes, ofSmall);
    const memory = ofLarge?.holds(shapesOf(program, inputs, shapes)) ? ofLarge : undefined;
    // Without such memory JavaScript reads the tensors: the slowest way.
    const isByOps =
      canRunByOps(program, shapes) && (!memory || opsAreFaster(program, inputs, shapes));
    return isByOps
      ? runByOps(program, inputs, shapes, native)
      : execute(program, inputs, shapes, memory ?? ofSmall);
  },
  accumulator: (program, backend) =>
    new WasmAccumulator(program, workspacesOf(backend as NativeBackend).ofSmall),
};
