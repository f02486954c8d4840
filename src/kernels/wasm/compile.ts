import {CannotExpress} from '../target.js';
import type {Program} from '../program.js';
import {Code, moduleBytes} from './encoder.js';
import {kernelBytes} from './kernel.js';
import type {OutputMode, Placement} from './kernel.js';

/** A compiled kernel; `kernelBytes` tells its parameters. */
export type Kernel = (...parameters: number[]) => void;

interface Compiled {
  readonly module: WebAssembly.Module;
  readonly kernels: WeakMap<WebAssembly.Memory, Kernel>;
}

const compiled = new WeakMap<Program, Map<string, Compiled>>();

/**
 * The kernel of a program for tensors that lie so, with its memory.
 * @throws CannotExpress if the environment refuses the code: too large, or forbidden.
 */
export function kernelOf(
  program: Program,
  inputs: ReadonlyMap<string, Placement>,
  outputs: readonly OutputMode[],
  memory: WebAssembly.Memory,
): Kernel {
  const isShared = Object.prototype.toString.call(memory.buffer) === '[object SharedArrayBuffer]';
  const known = compiled.get(program) ?? new Map<string, Compiled>();
  compiled.set(program, known);
  const places = [...inputs.values(), ...outputs.map(({placement}) => placement)];
  const key = [
    ...places.map(({rows, columns}) => Number(rows) + 2 * Number(columns)),
    ...outputs.map(({reduction}) => reduction),
    isShared,
  ].join();
  let entry = known.get(key);
  if (!entry) {
    const bytes = kernelBytes(program, inputs, outputs, isShared) as BufferSource;
    const module = unlessRefused(() => new WebAssembly.Module(bytes));
    entry = {module, kernels: new WeakMap()};
    known.set(key, entry);
  }
  let kernel = entry.kernels.get(memory);
  if (!kernel) {
    const {module} = entry;
    const {exports} = unlessRefused(() => new WebAssembly.Instance(module, {env: {memory}}));
    kernel = exports.run as Kernel;
    entry.kernels.set(memory, kernel);
  }
  return kernel;
}

function unlessRefused<T>(build: () => T): T {
  try {
    return build();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CannotExpress(`WebAssembly refused its code: ${reason}`, {cause: error});
  }
}

let supported: boolean | undefined;

/** Whether vector code can be compiled here: not without SIMD, nor where a policy forbids it. */
export function canCompile(): boolean {
  supported ??= compilesVectorCode();
  return supported;
}

function compilesVectorCode(): boolean {
  if (typeof WebAssembly === 'undefined') return false;
  const code = new Code(1);
  code.emit('local.get', 0);
  code.emit('local.get', 0);
  code.access('v128.load');
  code.emit('f32x4.sqrt');
  code.access('v128.store');
  try {
    return Boolean(new WebAssembly.Module(moduleBytes(code, 1, false) as BufferSource));
  } catch {
    return false;
  }
}
