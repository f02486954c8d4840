import * as tf from '@tensorflow/tfjs';
import type {KernelBackend, TensorInfo} from '@tensorflow/tfjs';
import {CannotExpress, sizeOf} from '../target.js';
import {glsl, glslVector} from './language.js';
import {Uniforms, axesOf, offsetText, padTo, splitPosition} from './layout.js';
import {accumulate, identityOf, writeStatements} from './statements.js';
import {BLOCK, chunksOf, shaderTarget} from './target.js';
import type {Device, PassInput} from './target.js';

/** What the backend of `@tensorflow/tfjs-backend-webgl` has for shaders of others. */
interface WebGLBackend extends KernelBackend {
  readonly gpgpu: {readonly gl: WebGL2RenderingContext};
  readonly texData: {
    get(dataId: object): {readonly texture?: unknown; readonly isPacked?: boolean};
  };
  packTensor(tensor: TensorInfo): TensorInfo;
  runWebGLProgram(
    program: object,
    inputs: readonly TensorInfo[],
    dtype: 'float32',
    uniforms: readonly (readonly number[])[],
  ): TensorInfo;
  disposeIntermediateTensorInfo(tensor: TensorInfo): void;
}

/** A texel holds two neighbours of two neighbouring rows of the last two axes. */
type Packed = [batches: number, rows: number, columns: number];

/** The shape with all axes but the last two made one: its texels are the same. */
function packed(shape: readonly number[]): Packed {
  const [rows, columns] = padTo(2, shape).slice(-2);
  return [sizeOf(shape.slice(0, -2)), rows, columns];
}

/** Runs a shader whose inputs are called `V0`, `V1`, … */
function execute(
  code: string,
  uniforms: Uniforms,
  inputs: readonly {readonly tensor: TensorInfo; readonly shape: Packed}[],
  outputShape: Packed,
  backend: KernelBackend,
): TensorInfo {
  const program = {
    variableNames: inputs.map((_, index) => `V${index}`),
    outputShape,
    packedInputs: true,
    packedOutput: true,
    enableShapeUniforms: true,
    customUniforms: uniforms.values.map((_, index) => ({name: glsl.uniform(index), type: 'int'})),
    userCode: code,
  };
  return (backend as WebGLBackend).runWebGLProgram(
    program,
    inputs.map(({tensor: {dataId, dtype}, shape}) => ({dataId, dtype, shape})),
    'float32',
    uniforms.values.map(value => [value]),
  );
}

/** A function that gives one element of the input called `V${index}`. */
function elementFunction(index: number, [, rows, columns]: Packed, uniforms: Uniforms): string {
  const [rowCount, columnCount] = [uniforms.add(rows), uniforms.add(columns)];
  return `float element${index}(int position) {
    int line = position / ${columnCount};
    int column = position - line * ${columnCount};
    int batch = line / ${rowCount};
    int row = line - batch * ${rowCount};
    vec4 texel = getV${index}(batch, row / 2 * 2, column / 2 * 2);
    vec2 pair = mix(texel.xy, texel.zw, bvec2(row % 2 == 1));
    return mix(pair.x, pair.y, column % 2 == 1);
  }`;
}

/** The shape of an input's tensor, its coefficients included. */
const tensorShape = ({tensor}: PassInput): Packed => packed(tensor.shape);

const map: Device['map'] = (pass, {shapes: {full}, backend}) => {
  const uniforms = new Uniforms(glsl);
  const [, rows, columns] = packed(full);
  const outer = full.slice(0, -2);
  const padded = pass.inputs.map(({shape}) => padTo(full.length, shape));
  const axes = axesOf(
    outer,
    padded.map(shape => shape.slice(0, -2)),
  );
  const split = splitPosition(glsl, uniforms, axes.sizes, 'at.x', 'a');
  const functions: string[] = [];
  const readings = pass.inputs.map((input, index) => {
    const own = packed(padded[index]);
    const batch = offsetText(uniforms, split.names, axes.strides[index]);
    const isRow = own[1] === 1 && rows > 1;
    const isColumn = own[2] === 1 && columns > 1;
    const name = `x${input.position}`;
    if (!input.coefficients) {
      const isFull = sizeOf(input.shape) === sizeOf(full);
      const swizzle = isRow ? (isColumn ? '.xxxx' : '.xyxy') : isColumn ? '.xxzz' : '';
      const at = `${isFull ? 'at.x' : batch}, ${isRow ? '0' : 'at.y'}, ${isColumn ? '0' : 'at.z'}`;
      return `vec4 ${name} = getV${index}(${at})${swizzle};`;
    }
    functions.push(elementFunction(index, tensorShape(input), uniforms));
    const {length, read} = input.coefficients;
    if (sizeOf(input.shape) === 1) {
      return read.map(each => `vec4 ${name}_${each} = vec4(element${index}(${each}));`).join('\n');
    }
    const [ownRows, ownColumns] = [uniforms.add(own[1]), uniforms.add(own[2])];
    const lanes = [0, 1].flatMap(row =>
      [0, 1].map(column => {
        const line = `(${batch}) * ${ownRows} + ${isRow ? '0' : `at.y + ${row}`}`;
        return `((${line}) * ${ownColumns} + ${isColumn ? '0' : `at.z + ${column}`}) * ${length}`;
      }),
    );
    const positions = `ivec4 p${index} = ivec4(${lanes.join(', ')});`;
    const vectors = read.map(each => {
      const elements = ['x', 'y', 'z', 'w'].map(
        lane => `element${index}(p${index}.${lane} + ${each})`,
      );
      return `vec4 ${name}_${each} = vec4(${elements.join(', ')});`;
    });
    return [positions, ...vectors].join('\n');
  });
  const {code, results} = writeStatements(glslVector, pass.values, pass.names);
  const [rowCount, columnCount] = [uniforms.add(rows), uniforms.add(columns)];
  const source = `${functions.join('\n')}
  void main() {
    ivec3 at = getOutputCoords();
    ${split.code}
    ${readings.join('\n')}
    ${code}
    bool hasColumn = at.z + 1 < ${columnCount};
    bool hasRow = at.y + 1 < ${rowCount};
    vec4 y = ${results[0]};
    setOutput(vec4(
      y.x, hasColumn ? y.y : 0., hasRow ? y.z : 0., hasColumn && hasRow ? y.w : 0.));
  }`;
  const inputs = pass.inputs.map(input => ({tensor: input.tensor, shape: tensorShape(input)}));
  return execute(source, uniforms, inputs, packed(full), backend);
};

const gather: Device['gather'] = (pass, reductions, reduced, {shapes: {full}, backend}) => {
  const uniforms = new Uniforms(glsl);
  const {sizes, strides} = axesOf(full, [reduced, ...pass.inputs.map(({shape}) => shape)]);
  const [own, ...inputStrides] = strides;
  const keptSizes = sizes.filter((_, axis) => own[axis] !== 0);
  const gatheredSizes = sizes.filter((_, axis) => own[axis] === 0);
  const elements = sizeOf(keptSizes);
  const gathered = sizeOf(gatheredSizes);
  const chunks = chunksOf(gathered);
  const kept = splitPosition(glsl, uniforms, keptSizes, 'element', 'a');
  const inner = splitPosition(glsl, uniforms, gatheredSizes, 'step', 'b');
  const names = own.map(stride => (stride !== 0 ? kept.names : inner.names).shift()!);
  const functions = pass.inputs.map((input, index) =>
    elementFunction(index, tensorShape(input), uniforms),
  );
  const readings = pass.inputs.map(({position, coefficients}, index) => {
    const offset = offsetText(uniforms, names, inputStrides[index]);
    if (!coefficients) return `float x${position} = element${index}(${offset});`;
    return coefficients.read
      .map(each => {
        const at = `(${offset}) * ${coefficients.length} + ${each}`;
        return `float x${position}_${each} = element${index}(${at});`;
      })
      .join('\n');
  });
  const {code, results} = writeStatements(glsl, pass.values, pass.names);
  const initial = [0, 1, 2, 3].map(lane =>
    glsl.literal(lane < results.length ? identityOf(reductions[lane]) : 0),
  );
  const add = (total: string, value: string, lane: number): string =>
    `${total}[${lane}] = ${accumulate(glsl, reductions[lane], `${total}[${lane}]`, value)};`;
  const steps = results.map((result, lane) => add('block', result, lane));
  const ends = results.map((_, lane) => add('total', `block[${lane}]`, lane));
  const source = `${functions.join('\n')}
  void main() {
    ivec3 at = getOutputCoords();
    int element = at.z / 2;
    ${kept.code}
    vec4 total = vec4(${initial.join(', ')});
    int end = ${uniforms.add(gathered)};
    int stride = ${uniforms.add(chunks)};
    for (int start = at.x; start < end; start += stride * ${BLOCK}) {
      vec4 block = vec4(${initial.join(', ')});
      for (int step = start; step < min(end, start + stride * ${BLOCK}); step += stride) {
        ${inner.code}
        ${readings.join('\n')}
        ${code}
        ${steps.join('\n')}
      }
      ${ends.join('\n')}
    }
    setOutput(total);
  }`;
  const inputs = pass.inputs.map(input => ({tensor: input.tensor, shape: tensorShape(input)}));
  const tensor = execute(source, uniforms, inputs, [chunks, 2, 2 * elements], backend);
  return {tensor, chunks, elements, values: results.length};
};

const finish: Device['finish'] = (parts, reduction, shape, {backend}) => {
  const uniforms = new Uniforms(glsl);
  const outputShape = packed(shape);
  const [rows, columns] = [uniforms.add(outputShape[1]), uniforms.add(outputShape[2])];
  const count = parts.reduce((sum, part) => sum + part.count, 0);
  let end = 0;
  const branches = parts.map(({partial, from, count}, index) => {
    const start = end;
    end += count;
    return `if (value < ${end}) {
      int end = ${uniforms.add(partial.chunks)};
      for (int start = 0; start < end; start += ${BLOCK}) {
        float block = initial;
        for (int chunk = start; chunk < min(end, start + ${BLOCK}); chunk++) {
          vec4 texel = getV${index}(chunk, 0, 2 * element);
          float part = texel[value + ${from - start}];
          block = ${accumulate(glsl, reduction, 'block', 'part')};
        }
        total = ${accumulate(glsl, reduction, 'total', 'block')};
      }
      return total;
    }`;
  });
  const lanes = [0, 1, 2, 3].map(lane => {
    const row = lane < 2 ? 'at.y' : 'at.y + 1';
    const column = lane % 2 === 0 ? 'at.z' : 'at.z + 1';
    return `if (${row} < ${rows} && ${column} < ${columns}) {
      y[${lane}] = gathered((at.x * ${rows} + ${row}) * ${columns} + ${column});
    }`;
  });
  const source = `float gathered(int position) {
    int element = position / ${count};
    int value = position - element * ${count};
    float initial = ${glsl.literal(identityOf(reduction))};
    float total = initial;
    ${branches.join('\n')}
    return total;
  }
  void main() {
    ivec3 at = getOutputCoords();
    vec4 y = vec4(0.);
    ${lanes.join('\n')}
    setOutput(y);
  }`;
  const inputs = parts.map(({partial: {tensor}}) => ({tensor, shape: tensor.shape as Packed}));
  return {...execute(source, uniforms, inputs, outputShape, backend), shape: [...shape]};
};

/** Programs as WebGL 2 shaders, on float and half-float textures. */
export const webglTarget = shaderTarget({
  name: 'webgl',
  inputsPerPass: 16,
  valuesPerPass: 4,
  serves: backend =>
    typeof (backend as Partial<WebGLBackend>).runWebGLProgram === 'function' &&
    tf.env().getNumber('WEBGL_VERSION') === 2,
  guard: ({backend}, work) => {
    const {gl} = (backend as WebGLBackend).gpgpu;
    if (gl.isContextLost()) throw lost();
    try {
      return work();
    } catch (error) {
      if (gl.isContextLost()) throw lost(error);
      if (!(error instanceof Error) || !/compile|link/.test(error.message)) throw error;
      throw new CannotExpress(error.message, {cause: error});
    }
  },
  prepare: (tensor, backend) => {
    const {texData, packTensor} = backend as WebGLBackend;
    const {texture, isPacked} = texData.get(tensor.dataId);
    return texture && !isPacked ? packTensor.call(backend, tensor) : tensor;
  },
  map,
  gather,
  finish,
  dispose: (tensor, backend) => (backend as WebGLBackend).disposeIntermediateTensorInfo(tensor),
});

function lost(cause?: unknown): Error {
  return new Error(
    'the WebGL context was lost: the browser took the GPU back, or its driver was reset',
    {cause},
  );
}
