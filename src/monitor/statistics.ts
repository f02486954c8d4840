import * as tf from '@tensorflow/tfjs';
import type {Tensor} from '@tensorflow/tfjs';
import {derivative, input, inputsOf, where} from '../formula/index.js';
import type {Expression} from '../formula/index.js';
import {runProgram} from '../kernels/index.js';
import type {ActivationInstance} from '../instance.js';
import type {Program, ProgramInput, ProgramOutput} from '../kernels/index.js';

/** |∂y/∂z| above this is a firing. */
const FIRING_SLOPE = 1e-6;

const LARGEST_FLOAT32 = 3.4028234663852886e38;

/** Names that no weight of an activation can have. */
const OUTPUT = '/output';
const SHIFT = '/shift';
const MASK = '/mask';

/** What one batch says about each unit of a layer. */
export interface BatchStatistics {
  readonly samples: number;
  /** How many finite outputs each unit had. */
  readonly count: Float64Array;
  readonly positions: number;
  /** Sum and sum of squares of the finite outputs, less the shift. */
  readonly sum: Float32Array;
  readonly sumOfSquares: Float32Array;
  readonly min: Float32Array;
  readonly max: Float32Array;
  readonly zeros: Float32Array;
  readonly nonFinite: Float32Array;
  readonly slope?: Float32Array;
  readonly fired?: Float32Array;
  readonly weightSlope?: Float32Array;
}

type Field = Exclude<keyof BatchStatistics, 'samples' | 'positions' | 'count'>;

/** Statistics of one batch that are still on the device, in one tensor. */
export interface PendingStatistics {
  readonly tensor: Tensor;
  readonly read: (values: Float32Array) => BatchStatistics;
}

/** The program that gathers a layer's statistics; without an instance, of its output alone. */
export function statisticsProgram(
  instance: ActivationInstance | undefined,
  masked: boolean,
): Program {
  const y = input(OUTPUT);
  const isFinite = y.sub(y).equal(0);
  const counts = (value: Expression, neutral = 0): Expression =>
    masked ? where(input(MASK).greater(0), value, neutral) : value;
  const finite = (value: Expression, neutral = 0): Expression =>
    counts(where(isFinite, value, neutral), neutral);
  const difference = y.sub(input(SHIFT));
  const outputs: ProgramOutput[] = [
    {name: 'sum', value: finite(difference), reduction: 'sum'},
    {name: 'sumOfSquares', value: finite(difference.square()), reduction: 'sum'},
    {name: 'min', value: finite(y, LARGEST_FLOAT32), reduction: 'min'},
    {name: 'max', value: finite(y, -LARGEST_FLOAT32), reduction: 'max'},
    {name: 'zeros', value: counts(where(y.equal(0), 1, 0)), reduction: 'sum'},
    {name: 'nonFinite', value: counts(where(isFinite, 0, 1)), reduction: 'sum'},
  ];
  const inputs: ProgramInput[] = [{name: OUTPUT}, {name: SHIFT}, ...(masked ? [{name: MASK}] : [])];
  if (!instance) return {inputs, outputs};

  const slopeBy = (name: string): Expression => derivative(instance.formula, name).abs();
  const slope = counts(slopeBy('x'));
  const weights = [...inputsOf(instance.formula)].filter(name => name !== 'x');
  outputs.push({name: 'slope', value: slope, reduction: 'sum'});
  outputs.push({name: 'fired', value: slope, reduction: 'max'});
  if (weights.length > 0) {
    const total = weights.map(slopeBy).reduce((sum, part) => sum.add(part));
    outputs.push({name: 'weightSlope', value: counts(total), reduction: 'max'});
  }
  return {inputs: [...inputs, ...instance.program.inputs], outputs};
}

/** Gathers the statistics of one batch, without waiting for them. */
export function gatherStatistics(
  {plain, masked}: {readonly plain: Program; readonly masked: Program},
  {
    z,
    y,
    weights,
    mask,
    shift,
    axis,
  }: {
    z: Tensor;
    y: Tensor;
    weights: readonly Tensor[];
    mask: Tensor | null;
    shift: Float32Array;
    axis: number;
  },
): PendingStatistics {
  const units = y.shape[axis];
  const unitShape = y.shape.map((size, index) => (index === axis ? size : 1));
  const sampleShape = y.shape.map((size, index) => (index === axis || index === 0 ? size : 1));
  const stepMask = mask && isStepMask(mask, y) ? mask : null;
  const program = stepMask ? masked : plain;
  const tensor = tf.tidy(() => {
    const wide = (tensor: Tensor): Tensor =>
      tf.reshape(tf.cast(tensor, 'float32'), [
        ...tensor.shape,
        ...Array<number>(y.rank - tensor.rank).fill(1),
      ]);
    const steps = stepMask && wide(stepMask);
    const named: Record<string, Tensor> = {
      [OUTPUT]: tf.cast(y, 'float32'),
      [SHIFT]: tf.tensor(shift, unitShape),
      x: tf.cast(z, 'float32'),
    };
    if (steps) named[MASK] = steps;
    const activationWeights = program.inputs.map(({name}) => name).filter(name => !(name in named));
    activationWeights.forEach((name, index) => (named[name] = weights[index]));
    const inputs = program.inputs.map(({name}) => named[name]);
    const reduced = program.outputs.map(({name}) => (name === 'fired' ? sampleShape : unitShape));
    const outputs = runProgram('Activation/Statistics', program, inputs, {full: y.shape, reduced});
    const parts = outputs.map((output, index) => {
      if (program.outputs[index].name !== 'fired') return tf.reshape(output, [units]);
      const fired = tf.cast(tf.greater(output, FIRING_SLOPE), 'float32');
      return tf.reshape(tf.sum(fired, 0), [units]);
    });
    if (steps) {
      const perSample = tf.max(tf.reshape(steps, [steps.shape[0], -1]), 1);
      parts.push(tf.stack([tf.sum(perSample), tf.sum(steps)]));
    }
    return tf.keep(tf.concat(parts));
  });
  const positionsPerSample = y.size / units / y.shape[0];
  return {
    tensor,
    read(values) {
      const fields = program.outputs.map(({name}, index) => [
        name as Field,
        values.slice(index * units, (index + 1) * units),
      ]);
      const statistics = Object.fromEntries(fields) as Record<Field, Float32Array>;
      const end = program.outputs.length * units;
      const samples = stepMask ? values[end] : y.shape[0];
      const positions = stepMask ? values[end + 1] : y.shape[0] * positionsPerSample;
      const count = Float64Array.from(statistics.nonFinite, missing => positions - missing);
      return {samples, positions, count, ...statistics};
    },
  };
}

/** Whether a mask has a value for each of the leading positions of `y`. */
function isStepMask(mask: Tensor, y: Tensor): boolean {
  return mask.rank < y.rank && mask.shape.every((size, index) => size === y.shape[index]);
}
