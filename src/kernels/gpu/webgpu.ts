import type {KernelBackend, TensorInfo} from '@tensorflow/tfjs';
import type {Program} from '../program.js';
import {CannotExpress, sizeOf} from '../target.js';
import {wgsl} from './language.js';
import {Uniforms, axesOf, offsetText, splitPosition} from './layout.js';
import {accumulate, identityOf, writeStatements} from './statements.js';
import {BLOCK, chunksOf, shaderTarget} from './target.js';
import type {Call, Device, PassInput} from './target.js';

/** What the backend of `@tensorflow/tfjs-backend-webgpu` has for shaders of others. */
interface WebGPUBackend extends KernelBackend {
  readonly device: GPUDeviceLike;
  runWebGPUProgram(
    program: object,
    inputs: readonly TensorInfo[],
    dtype: 'float32',
    uniforms: readonly {type: 'int32'; data: number[]}[],
  ): TensorInfo;
}

/** The part of a GPUDevice that is used here. */
interface GPUDeviceLike {
  readonly lost: Promise<{readonly reason?: string; readonly message: string}>;
  pushErrorScope(filter: 'validation'): void;
  popErrorScope(): Promise<{readonly message: string} | null>;
}

const GROUP = 64;

const number = wgsl(1);
const vector = wgsl(4);

/** A name for each shader, by its text. */
const keys = new Map<string, string>();

function keyOf(code: string): string {
  const key = keys.get(code) ?? `tfjs-activations ${keys.size}`;
  keys.set(code, key);
  return key;
}

interface Buffer {
  readonly tensor: TensorInfo;
  /** How many numbers are read at a time. */
  readonly lanes: 1 | 4;
}

/**
 * Runs a shader whose inputs are called `v0`, `v1`, …, for `threads` threads. Buffers are flat: their
 * shapes are no matter of the shader.
 */
function execute(
  code: string,
  uniforms: Uniforms,
  inputs: readonly Buffer[],
  output: {readonly size: number; readonly lanes: 1 | 4},
  threads: number,
  call: Call,
): TensorInfo {
  const {device} = call.backend as WebGPUBackend;
  const key = keyOf(code);
  const shader = {
    variableNames: inputs.map((_, index) => `v${index}`),
    variableComponents: inputs.map(({lanes}) => lanes),
    outputComponent: output.lanes,
    outputShape: [output.size],
    uniforms: uniforms.values.map((_, index) => `d${index} : i32,`).join(' '),
    workgroupSize: [GROUP, 1, 1],
    dispatchLayout: {x: [0]},
    dispatch: [Math.ceil(threads / GROUP), 1, 1],
    shaderKey: key,
    getUserCode: () => code,
  };
  const isNew = !isValidated(key, device);
  if (isNew) device.pushErrorScope('validation');
  try {
    return (call.backend as WebGPUBackend).runWebGPUProgram(
      shader,
      inputs.map(({tensor: {dataId, dtype, shape}}) => ({dataId, dtype, shape: [sizeOf(shape)]})),
      'float32',
      uniforms.values.map(value => ({type: 'int32', data: [value]})),
    );
  } finally {
    if (isNew) void device.popErrorScope().then(error => error && refuse(error.message, call));
  }
}

/** Declarations of an input's value, or its coefficients, at the offset in its buffer. */
function reading({position, coefficients}: PassInput, index: number, offset: string): string {
  if (!coefficients) return `let x${position} = v${index}[${offset}];`;
  return coefficients.read
    .map(each => {
      const at = `(${offset}) * ${coefficients.length} + ${each}`;
      return `let x${position}_${each} = v${index}[${at}];`;
    })
    .join('\n');
}

/** As `reading`, for four neighbours of which each is `step` further than the one before. */
function vectorReading(input: PassInput, index: number, offset: string, step: string): string {
  const {position, coefficients} = input;
  const lanes = [0, 1, 2, 3].map(lane => `p${index} + ${lane} * ${step}`);
  const from = (at: (lane: string) => string): string =>
    `vec4<f32>(${lanes.map(lane => `v${index}[${at(lane)}]`).join(', ')})`;
  const base = `let p${index} = ${offset};`;
  if (!coefficients) return `${base}\nlet x${position} = ${from(lane => lane)};`;
  const vectors = coefficients.read.map(each => {
    const value = from(lane => `(${lane}) * ${coefficients.length} + ${each}`);
    return `let x${position}_${each} = ${value};`;
  });
  return [base, ...vectors].join('\n');
}

const map: Device['map'] = (pass, call) => {
  const {full} = call.shapes;
  const size = sizeOf(full);
  const {sizes, strides} = axesOf(
    full,
    pass.inputs.map(({shape}) => shape),
  );
  const last = sizes.length - 1;
  const lanes = (sizes[last] ?? 1) % 4 === 0 ? 4 : 1;
  const language = lanes === 4 ? vector : number;
  const uniforms = new Uniforms(language);
  const bound = uniforms.add(size / lanes);
  const split = splitPosition(language, uniforms, sizes, 'position', 'a');
  const isWhole = ({shape, coefficients}: PassInput): boolean =>
    !coefficients && sizeOf(shape) === size;
  const readings = pass.inputs.map((input, index) => {
    if (isWhole(input)) return `let x${input.position} = v${index}[thread];`;
    const offset = offsetText(uniforms, split.names, strides[index]);
    if (lanes === 1) return reading(input, index, offset);
    return vectorReading(input, index, offset, uniforms.add(strides[index][last]));
  });
  const {code, results} = writeStatements(language, pass.values, pass.names);
  const source = `fn main(thread : i32) {
    if (thread >= ${bound}) { return; }
    let position = thread * ${lanes};
    ${split.code}
    ${readings.join('\n')}
    ${code}
    result[thread] = ${results[0]};
  }`;
  const inputs = pass.inputs.map((input): Buffer => {
    return {tensor: input.tensor, lanes: isWhole(input) ? lanes : 1};
  });
  return execute(source, uniforms, inputs, {size, lanes}, size / lanes, call);
};

const gather: Device['gather'] = (pass, reductions, reduced, call) => {
  const {full} = call.shapes;
  const uniforms = new Uniforms(number);
  const {sizes, strides} = axesOf(full, [reduced, ...pass.inputs.map(({shape}) => shape)]);
  const [own, ...inputStrides] = strides;
  const keptSizes = sizes.filter((_, axis) => own[axis] !== 0);
  const gatheredSizes = sizes.filter((_, axis) => own[axis] === 0);
  const elements = sizeOf(keptSizes);
  const gathered = sizeOf(gatheredSizes);
  const chunks = chunksOf(gathered);
  const threads = chunks * elements;
  const kept = splitPosition(number, uniforms, keptSizes, 'element', 'a');
  const inner = splitPosition(number, uniforms, gatheredSizes, 'step', 'b');
  const names = own.map(stride => (stride !== 0 ? kept.names : inner.names).shift()!);
  const readings = pass.inputs.map((input, index) =>
    reading(input, index, offsetText(uniforms, names, inputStrides[index])),
  );
  const {code, results} = writeStatements(number, pass.values, pass.names);
  const initial = (total: string): string =>
    results
      .map((_, index) => `var ${total}${index} = ${number.literal(identityOf(reductions[index]))};`)
      .join('\n');
  const add = (total: string, value: string, index: number): string =>
    `${total}${index} = ${accumulate(number, reductions[index], `${total}${index}`, value)};`;
  const steps = results.map((result, index) => add('block', result, index));
  const ends = results.map((_, index) => add('total', `block${index}`, index));
  const bound = uniforms.add(threads);
  const count = uniforms.add(elements);
  const source = `fn main(thread : i32) {
    if (thread >= ${bound}) { return; }
    let element = thread % ${count};
    ${kept.code}
    ${initial('total')}
    let end = ${uniforms.add(gathered)};
    let stride = ${uniforms.add(chunks)};
    for (var start = thread / ${count}; start < end; start += stride * ${BLOCK}) {
      ${initial('block')}
      for (var step = start; step < min(end, start + stride * ${BLOCK}); step += stride) {
        ${inner.code}
        ${readings.join('\n')}
        ${code}
        ${steps.join('\n')}
      }
      ${ends.join('\n')}
    }
    ${results.map((_, index) => `result[${index} * ${bound} + thread] = total${index};`).join('\n')}
  }`;
  const inputs = pass.inputs.map(({tensor}): Buffer => ({tensor, lanes: 1}));
  const size = results.length * threads;
  const tensor = execute(source, uniforms, inputs, {size, lanes: 1}, threads, call);
  return {tensor, chunks, elements, values: results.length};
};

const finish: Device['finish'] = (parts, reduction, shape, call) => {
  const uniforms = new Uniforms(number);
  const size = sizeOf(shape);
  const bound = uniforms.add(size);
  const count = parts.reduce((sum, part) => sum + part.count, 0);
  let end = 0;
  const branches = parts.map(({partial, from, count}, index) => {
    const start = end;
    end += count;
    const [chunks, elements] = [uniforms.add(partial.chunks), uniforms.add(partial.elements)];
    const at = `((value + ${from - start}) * ${chunks} + chunk) * ${elements} + element`;
    return `if (value < ${end}) {
      for (var start = 0; start < ${chunks}; start += ${BLOCK}) {
        var block = initial;
        for (var chunk = start; chunk < min(${chunks}, start + ${BLOCK}); chunk++) {
          let part = v${index}[${at}];
          block = ${accumulate(number, reduction, 'block', 'part')};
        }
        total = ${accumulate(number, reduction, 'total', 'block')};
      }
    }`;
  });
  const source = `fn main(thread : i32) {
    if (thread >= ${bound}) { return; }
    let element = thread / ${count};
    let value = thread - element * ${count};
    let initial = ${number.literal(identityOf(reduction))};
    var total = initial;
    ${branches.join(' else ')}
    result[thread] = total;
  }`;
  const inputs = parts.map(({partial: {tensor}}): Buffer => ({tensor, lanes: 1}));
  const output = execute(source, uniforms, inputs, {size, lanes: 1}, size, call);
  return {...output, shape: [...shape]};
};

interface DeviceState {
  /** Why the device was lost, once it was. */
  loss?: string;
  /** What it had against a program's shaders. */
  readonly refusals: WeakMap<Program, string>;
  readonly validated: Set<string>;
}

const states = new WeakMap<GPUDeviceLike, DeviceState>();

function stateOf(device: GPUDeviceLike): DeviceState {
  const known = states.get(device);
  if (known) return known;
  const state: DeviceState = {refusals: new WeakMap(), validated: new Set()};
  states.set(device, state);
  void device.lost.then(({reason, message}) => {
    state.loss = [reason, message].filter(Boolean).join(': ');
  });
  return state;
}

/** Whether the device has seen this shader before; from now on it has. */
function isValidated(key: string, device: GPUDeviceLike): boolean {
  const {validated} = stateOf(device);
  const isKnown = validated.has(key);
  validated.add(key);
  return isKnown;
}

/** WebGPU tells of a bad shader only later: this result is wrong, the next will be right. */
function refuse(message: string, {program, backend}: Call): void {
  stateOf((backend as WebGPUBackend).device).refusals.set(program, message);
  const outputs = program.outputs.map(({name}) => name).join(', ');
  console.error(
    `the webgpu target computed ${outputs} by a shader that the device refuses; from now on ` +
      `stock ops do instead: ${message}`,
  );
}

/** Programs as WebGPU compute shaders. */
export const webgpuTarget = shaderTarget({
  name: 'webgpu',
  // A stage has at least 8 storage buffers, of which one is the output.
  inputsPerPass: 7,
  valuesPerPass: 128,
  serves: backend => typeof (backend as Partial<WebGPUBackend>).runWebGPUProgram === 'function',
  guard: ({program, backend}, work) => {
    const {loss, refusals} = stateOf((backend as WebGPUBackend).device);
    if (loss !== undefined) throw new Error(`the WebGPU device was lost (${loss})`);
    const refusal = refusals.get(program);
    if (refusal !== undefined) throw new CannotExpress(refusal);
    return work();
  },
  prepare: tensor => tensor,
  map,
  gather,
  finish,
  dispose: ({dataId}, backend) => backend.disposeData(dataId),
});
