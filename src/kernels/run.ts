import * as tf from '@tensorflow/tfjs';
import type {
  GradConfig,
  KernelBackend,
  NamedAttrMap,
  NamedTensorMap,
  Tensor,
  TensorInfo,
} from '@tensorflow/tfjs';
import {webglTarget} from './gpu/webgl.js';
import {webgpuTarget} from './gpu/webgpu.js';
import {gradientProgram, gradientWithOutputs, isDifferentiable, selectOutputs} from './program.js';
import type {Program} from './program.js';
import {isRecording, keepForGradient} from './saved.js';
import type {Gradients} from './saved.js';
import {CannotExpress} from './target.js';
import type {Accumulator, KernelTarget, ProgramShapes} from './target.js';
import {tensorflowTarget} from './tensorflow/target.js';
import {composedTarget} from './tfops.js';
import {wasmTarget} from './wasm/targets.js';

/** The targets that make code of their own, each for its backends. */
const TARGETS: readonly KernelTarget[] = [wasmTarget, tensorflowTarget, webglTarget, webgpuTarget];

/** One call of a program, as it travels through tfjs in a kernel's attributes. */
interface Call {
  readonly program: Program;
  readonly shapes: ProgramShapes;
  /** Inputs of which no gradient will be asked (it is still given where it is). */
  readonly constants: readonly string[];
  /** Of a gradient: the program that it is the gradient of, and what that one gave. */
  readonly known?: {readonly program: Program; readonly outputs: readonly Tensor[]};
}

/** The programs that a target has refused. */
const refused = new WeakMap<KernelTarget, WeakSet<Program>>();

/** The target that serves the current backend; with a program, the one that runs it. */
export function currentTarget(program?: Program): KernelTarget {
  const target = targetOf(tf.backend());
  if (!program || target === composedTarget) return target;
  try {
    if (refused.get(target)?.has(program)) return composedTarget;
    target.check(program);
    return target;
  } catch (error) {
    if (error instanceof CannotExpress) return composedTarget;
    throw error;
  }
}

/**
 * An accumulator for a program on the current backend; none where its results cannot be read at once,
 * or the target has no code for the program: then `runProgram` serves.
 */
export function accumulatorOf(program: Program): Accumulator | undefined {
  return currentTarget(program).accumulator?.(program, tf.backend());
}

const targets = new WeakMap<KernelBackend, KernelTarget>();

function targetOf(backend: KernelBackend): KernelTarget {
  let target = targets.get(backend);
  if (!target) {
    target = TARGETS.find(each => each.serves(backend)) ?? composedTarget;
    targets.set(backend, target);
  }
  return target;
}

/** Runs a program on the backend's target, or composed of stock ops where that refuses it. */
function run(
  kernelName: string,
  {program, shapes, known}: Call,
  inputs: readonly Tensor[],
  backend: KernelBackend,
): TensorInfo[] {
  const target = targetOf(backend);
  if (!refused.get(target)?.has(program)) {
    try {
      if (!known) return target.run(program, inputs, shapes, backend);
      const informed = gradientWithOutputs(program, known.program);
      return target.run(informed, [...inputs, ...known.outputs], shapes, backend);
    } catch (error) {
      if (!(error instanceof CannotExpress)) throw error;
      console.warn(
        `${kernelName}: the ${target.name} target cannot run it, stock ops do instead: ` +
          error.message,
      );
      if (!refused.has(target)) refused.set(target, new WeakSet());
      refused.get(target)!.add(program);
    }
  }
  return composedTarget.run(program, inputs, shapes, backend);
}

/**
 * Runs a program as the tfjs kernel `kernelName`, which is registered for the current backend, with
 * its gradient, on first use. `constants` names inputs of which no gradient is needed.
 */
export function runProgram(
  kernelName: string,
  program: Program,
  inputs: readonly Tensor[],
  shapes: ProgramShapes,
  constants: readonly string[] = [],
): Tensor[] {
  return runCall(kernelName, {program, shapes, constants}, inputs);
}

function runCall(kernelName: string, call: Call, inputs: readonly Tensor[]): Tensor[] {
  const {program} = call;
  registerKernel(kernelName, program);
  const named: Record<string, Tensor> = {};
  for (let index = 0; index < inputs.length; index++) {
    named[program.inputs[index].name] = inputs[index];
  }
  const result: Tensor | Tensor[] = tf
    .engine()
    .runKernel(kernelName, named as NamedTensorMap, call as unknown as NamedAttrMap);
  const outputs = Array.isArray(result) ? result : [result];
  if (isRecording()) {
    keepForGradient(outputs, inputs, targetOf(tf.backend()), program, (upstream, saved) =>
      gradientsOf(kernelName, call, upstream, saved),
    );
  }
  return outputs;
}

/** The backends for which each kernel has been registered, and whether with a gradient. */
const registered = new Map<string, Set<string>>();

function registerKernel(kernelName: string, program: Program): void {
  const backendName = tf.getBackend();
  const key = `${backendName} ${isDifferentiable(program)}`;
  const done = registered.get(kernelName);
  if (done?.has(key)) return;
  registered.set(kernelName, new Set(done).add(key));
  if (!tf.getKernel(kernelName, backendName)) {
    tf.registerKernel({
      kernelName,
      backendName,
      kernelFunc: ({inputs, attrs, backend}) => {
        const call = attrs as unknown as Call;
        const tensors = call.program.inputs.map(({name}) => inputs[name] as Tensor);
        return run(kernelName, call, tensors, backend as KernelBackend);
      },
    });
  }
  if (isDifferentiable(program) && !tf.getGradient(kernelName)) {
    tf.registerGradient(gradientOf(kernelName));
  }
}

/**
 * The gradient of a program is a program of its own, run as the kernel `…/Grad`. What it needs is
 * saved by `keepForGradient`, not by tfjs.
 */
function gradientOf(kernelName: string): GradConfig {
  return {
    kernelName,
    gradFunc: (upstream, saved, attrs) =>
      gradientsOf(kernelName, attrs as unknown as Call, [upstream].flat(), saved),
  };
}

/** The gradients of a call's inputs; outputs whose upstream is null are left out. */
function gradientsOf(
  kernelName: string,
  {program, shapes, constants}: Call,
  upstream: readonly (Tensor | null)[],
  saved: readonly Tensor[],
): Gradients {
  const used = program.outputs.filter((_, index) => upstream[index] !== null);
  const isWhole = used.length === program.outputs.length;
  const part = isWhole ? program : selectOutputs(program, namesOf(used));
  const gradient = gradientProgram(part);
  const inputs = saved.slice(0, program.inputs.length);
  const outputs = saved.slice(program.inputs.length);
  const known = outputs.length > 0 ? {program, outputs} : undefined;
  const tensors = [...upstream.filter(tensor => tensor !== null), ...inputs];
  const compute = (names: readonly string[]): Tensor[] => {
    const selected = selectOutputs(
      gradient,
      names.map(name => `d${name}`),
    );
    const reduced = names.map(name => shapeWithoutCoefficients(name, program, inputs));
    const call = {program: selected, shapes: {...shapes, reduced}, constants, known};
    return runCall(`${kernelName}/Grad`, call, tensors);
  };
  const names = namesOf(program.inputs);
  const wanted = names.filter(name => !constants.includes(name));
  const results = compute(wanted);
  return Object.fromEntries(
    names.map(name => [name, () => results[wanted.indexOf(name)] ?? compute([name])[0]]),
  );
}

const namesOf = (named: readonly {name: string}[]): string[] => named.map(({name}) => name);

function shapeWithoutCoefficients(
  name: string,
  {inputs}: Program,
  tensors: readonly Tensor[],
): number[] {
  const index = inputs.findIndex(input => input.name === name);
  const {shape} = tensors[index];
  return inputs[index].length === undefined ? shape : shape.slice(0, -1);
}
