import * as tf from '@tensorflow/tfjs';
import {Expression, nodesOf} from '../formula/index.js';
import type {Comparison, Node, Operation} from '../formula/index.js';
import {ACCURATE_FORMS, withAccurateForms} from './accurate.js';
import {histogramIndicators} from './histogram.js';
import {expressionsOf, valuesOf} from './program.js';
import type {Program, ProgramInput, ProgramOutput, Reduction} from './program.js';
import type {KernelTarget, ProgramShapes} from './target.js';

type Value = tf.Tensor | number;

/** What a backend's own ops get wrong: erfc has none; every other backend is trusted with nothing. */
const INACCURATE: Record<string, readonly Operation[]> = {
  cpu: ['sign', 'erf', 'erfc'],
  tensorflow: ['erfc', 'pow'],
  wasm: ['sign', 'maximum', 'minimum', 'pow', 'log1p', 'erfc', 'sin', 'cos'],
};

const multiplyNoNan = (u: Value, gate: Value): tf.Tensor =>
  tf.where(tf.equal(gate, 0), 0, tf.mul(u, gate));

const UNARY_OR_BINARY = {...tf, multiplyNoNan} as unknown as Record<
  Operation | Comparison,
  (u: Value, v?: Value) => tf.Tensor
>;

/** Programs as compositions of stock ops: slower than code of their own, but on every backend. */
export const composedTarget: KernelTarget = {
  name: 'composed',
  serves: () => true,
  check: () => {},
  run: (program, inputs, shapes) =>
    tf.tidy(() => {
      if (tf.util.sizeFromShape(shapes.full as number[]) === 0) return ofNothing(program, shapes);
      const values = new Map<Node, Value>();
      program.inputs.forEach((programInput, index) => {
        bind(programInput, inputs[index], values);
      });
      return program.outputs.map((output, index) => {
        const inaccurate = INACCURATE[tf.getBackend()] ?? ACCURATE_FORMS;
        const parts = withAccurateForms(partsOf(output), inaccurate).map(expression =>
          reduce(
            broadcast(compute(expression, values), shapes.full),
            shapes.reduced[index],
            output.reduction,
          ),
        );
        if (isStacked(output)) return tf.stack(parts, -1);
        return inputs.includes(parts[0]) ? tf.clone(parts[0]) : parts[0];
      });
    }),
};

function bind(programInput: ProgramInput, tensor: tf.Tensor, values: Map<Node, Value>): void {
  const tensors = programInput.length === undefined ? [tensor] : tf.unstack(tensor, -1);
  expressionsOf(programInput).forEach((node, index) => values.set(node, tensors[index]));
}

/** What is computed for an output, each part a tensor. */
function partsOf(output: ProgramOutput): readonly Expression[] {
  const values = valuesOf(output);
  return output.reduction === 'histogram' ? values.flatMap(histogramIndicators) : values;
}

function isStacked({reduction, value}: ProgramOutput): boolean {
  return reduction === 'histogram' || Array.isArray(value);
}

/** What is gathered of no elements at all. */
const OF_NOTHING: Record<Reduction, number> = {sum: 0, histogram: 0, min: Infinity, max: -Infinity};

/** The outputs for inputs without an element: stock ops get shapes wrong there. */
function ofNothing({outputs}: Program, shapes: ProgramShapes): tf.Tensor[] {
  return outputs.map((output, index) => {
    const {reduction} = output;
    const shape = [...(reduction ? shapes.reduced[index] : shapes.full)];
    if (isStacked(output)) shape.push(partsOf(output).length);
    return tf.fill(shape, reduction ? OF_NOTHING[reduction] : 0);
  });
}

function compute(expression: Expression, values: Map<Node, Value>): Value {
  for (const node of nodesOf(expression)) {
    if (!values.has(node)) values.set(node, computeNode(node, values));
  }
  return values.get(expression)!;
}

function computeNode(node: Node, values: ReadonlyMap<Node, Value>): Value {
  if (node.operation === 'constant') return (node as Expression).value;
  const [u, v, w] = node.operands.map(operand => values.get(operand)!);
  if (node.operation === 'where') return tf.where(u as tf.Tensor, v, w);
  if (node.operation === 'neg' && typeof u === 'number') return -u;
  return UNARY_OR_BINARY[node.operation as Operation | Comparison](u, v);
}

function broadcast(value: Value, shape: readonly number[]): tf.Tensor {
  const tensor = typeof value === 'number' ? tf.scalar(value) : value;
  const isFull = tf.util.arraysEqual(tensor.shape, shape as number[]);
  return isFull ? tensor : tf.broadcastTo(tensor, shape as number[]);
}

const REDUCE: Record<Reduction, (x: tf.Tensor, axes: number[]) => tf.Tensor> = {
  sum: tf.sum,
  histogram: tf.sum,
  min: tf.min,
  max: tf.max,
};

function reduce(
  full: tf.Tensor,
  shape: readonly number[],
  reduction: Reduction | undefined,
): tf.Tensor {
  if (!reduction) return full;
  const axes = axesGathered(full.shape, shape);
  const gathered = axes.length > 0 ? REDUCE[reduction](full, axes) : full;
  return tf.reshape(gathered, shape as number[]);
}

/** The axes over which a tensor of the shape `full` is gathered to `shape`. */
function axesGathered(full: readonly number[], shape: readonly number[]): number[] {
  const offset = full.length - shape.length;
  return full.flatMap((size, axis) =>
    axis < offset || (shape[axis - offset] === 1 && size !== 1) ? [axis] : [],
  );
}
