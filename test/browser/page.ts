import * as tf from '@tensorflow/tfjs';
import {setWasmPaths} from '@tensorflow/tfjs-backend-wasm';
import '@tensorflow/tfjs-backend-webgpu';
import {defineActivation, kernelTarget} from '../../src/index.js';
import type {Comparison, Expression, Operation} from '../../src/formula/index.js';
import {CASES, trainingLosses} from '../helpers/cases.js';
import {measure, members, readAll, weightsOf} from '../helpers/conformance.js';
import type {Aspect} from '../helpers/conformance.js';
import {roundToHalf} from '../helpers/quality.js';
import {revivedRun} from '../helpers/revived-run.js';
import {measureSweep, sweepOf} from '../helpers/sweep.js';
import {watchedConvolution} from '../helpers/watched-convolution.js';

let round = Math.fround;

/** What the backends of both GPU interfaces have, as far as these tests touch it. */
interface GpuBackend {
  runWebGLProgram?: (...parameters: unknown[]) => unknown;
  runWebGPUProgram?: (...parameters: unknown[]) => unknown;
  gpgpu: {gl: WebGL2RenderingContext};
  device: {
    destroy(): void;
    lost: Promise<unknown>;
    createShaderModule(descriptor: {code: string}): unknown;
  };
}

const backend = (): GpuBackend => tf.backend() as unknown as GpuBackend;

/** How many passes `work` launches. */
async function launchesOf(work: () => tf.Tensor | tf.Tensor[]): Promise<number> {
  const name = backend().runWebGLProgram ? 'runWebGLProgram' : 'runWebGPUProgram';
  const run = backend()[name]!;
  let launches = 0;
  backend()[name] = (...parameters) => {
    launches++;
    return run.apply(backend(), parameters);
  };
  const results = work();
  backend()[name] = run;
  await readAll([results].flat());
  return launches;
}

/** What Node asks of a page that runs this script. */
const suites = {
  /**
   * Chooses the backend, under flags of tfjs. Says which kernel target serves it, and what it stores for Infinity: half
   * floats of SwiftShader have NaN.
   */
  async start(
    name: string,
    flags: Record<string, number | boolean> = {},
  ): Promise<{target: string; infinity: number}> {
    tf.env().setFlags({WEBGL_CPU_FORWARD: false, WEBGPU_CPU_FORWARD: false, ...flags});
    setWasmPaths('/wasm/');
    if (!(await tf.setBackend(name))) throw new Error(`no backend ${name} here`);
    const [[infinity]] = await readAll([tf.neg([-Infinity])]);
    if (flags.WEBGL_FORCE_F16_TEXTURES) round = value => roundToHalf(value, infinity);
    return {target: kernelTarget(), infinity};
  },

  /** Whether the wasm backend's memory is shared by threads. */
  hasThreads(): boolean {
    const {wasm} = tf.backend() as unknown as {
      wasm: {asm?: {memory?: WebAssembly.Memory}; wasmMemory?: WebAssembly.Memory};
    };
    const {buffer} = (wasm.asm?.memory ?? wasm.wasmMemory)!;
    return Object.prototype.toString.call(buffer) === '[object SharedArrayBuffer]';
  },

  conformance(name: string, aspect: Aspect): Promise<number[][]> {
    return measure(
      members.find(member => member.name === name)!,
      aspect,
      round,
    );
  },

  sweep: (name: Operation | Comparison): Promise<number[][]> => measureSweep(sweepOf(name, round)),

  async case(name: string): Promise<{shapes: number[][]; rows: number[][]; leaked: number}> {
    const before = tf.memory();
    const tensors = tf.tidy(() => CASES.get(name)!());
    const shapes = tensors.map(({shape}) => shape);
    const rows = await readAll(tensors);
    const after = tf.memory();
    const leaked =
      after.numTensors - before.numTensors + after.numDataBuffers - before.numDataBuffers;
    return {shapes, rows, leaked};
  },

  trainingLosses,

  revivedRun,

  watchedConvolution,

  /** Passes of a warm forward and of a warm step, and the kernels that a profile shows. */
  async launches(name: string): Promise<{forward: number; step: number; kernels: string[]}> {
    const activation = members.find(member => member.name === name)!;
    const x = tf.randomNormal([8, 16]);
    const starting = weightsOf(activation);
    const names = Object.keys(starting);
    const tensors = Object.values(starting).map(value => tf.tensor(value));
    const run = (x: tf.Tensor, ...tensors: tf.Tensor[]): tf.Tensor =>
      activation(
        x,
        Object.fromEntries(names.map((name, index) => [name, tensors[index]])) as object,
      );
    const upstream = tf.randomNormal([8, 16]);
    const step = (): tf.Tensor[] =>
      tf.grads((...all) => run(all[0], ...all.slice(1)))([x, ...tensors], upstream);
    await readAll([run(x, ...tensors), ...step()]);
    const forward = await launchesOf(() => run(x, ...tensors));
    const whole = await launchesOf(step);
    const {kernelNames} = await tf.profile(() => run(x, ...tensors));
    return {forward, step: whole, kernels: kernelNames};
  },

  /** An activation of more weights than a shader can read, on 1 to 4. */
  async manyWeights(): Promise<{target: string; rows: number[][]}> {
    const names = Array.from({length: 20}, (_, index) => `factor${'abcdefghijklmnopqrst'[index]}`);
    const activation = defineActivation({
      name: 'manyWeights',
      className: 'ManyWeights',
      weights: Object.fromEntries(names.map(name => [name, {initializer: 'ones'}])),
      formula: inputs =>
        names.reduce((sum: Expression, name) => sum.add(inputs[name as never]), inputs.x),
    });
    const rows = await readAll([activation([1, 2, 3, 4])]);
    return {target: kernelTarget(activation), rows};
  },

  /** Runs an activation twice while its first shader is spoilt, then once more. */
  async spoiltShader(): Promise<number[][]> {
    const {device, gpgpu} = backend();
    const spoil = (text: string): string => text.replace('main(', 'nonsense main(');
    if (gpgpu) {
      const {gl} = gpgpu;
      const shaderSource = gl.shaderSource.bind(gl);
      gl.shaderSource = (shader, text) => {
        gl.shaderSource = shaderSource;
        shaderSource(shader, spoil(text));
      };
    } else {
      const createShaderModule = device.createShaderModule.bind(device);
      device.createShaderModule = descriptor => {
        device.createShaderModule = createShaderModule;
        return createShaderModule({...descriptor, code: spoil(descriptor.code)});
      };
    }
    const mish = members.find(({name}) => name === 'mish')!;
    const first = await readAll([mish([1, 2])]);
    return [...first, ...(await readAll([mish([1, 2])]))];
  },

  /** Loses the GPU, and gives the message of the error that the next call throws. */
  async lose(): Promise<string> {
    const {device, gpgpu} = backend();
    if (gpgpu) {
      gpgpu.gl.getExtension('WEBGL_lose_context')!.loseContext();
    } else {
      members[0]([1]);
      device.destroy();
      await device.lost;
    }
    await new Promise(resolve => setTimeout(resolve, 50));
    try {
      members[0]([1]);
    } catch (error) {
      return String(error);
    }
    return 'no error';
  },
};

export type Suites = typeof suites;

Object.assign(globalThis, {suites});
