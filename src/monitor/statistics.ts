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
  /** How many finite outputs each unit had: all that follows is of those. */
  readonly count: Float64Array;
  /** What was subtracted from each unit's outputs before summing them. */
  readonly shift: Float32Array;
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

type Field = Exclude<keyof BatchStatistics, 'samples' | 'count' | 'shift'>;

/** Statistics of one batch that are still on the device, in one tensor. */
export interface PendingStatistics {
  readonly tensor: Tensor;
  readonly read: (values: Float32Array) => BatchStatistics;
}

/** The programs that gather a layer's statistics, where a mask tells which positions count or not. */
export interface StatisticsPrograms {
  readonly plain: Program;
  readonly masked: Program;
}

const known = new WeakMap<ActivationInstance, StatisticsPrograms>();
let withoutSlope: StatisticsPrograms | undefined;

/** The programs for an activation; without an instance, they tell of its output alone. */
export function statisticsPrograms(instance: ActivationInstance | undefined): StatisticsPrograms {
  if (!instance) return (withoutSlope ??= programsOf(undefined));
  if (!known.has(instance)) known.set(instance, programsOf(instance));
  return known.get(instance)!;
}

function programsOf(instance: ActivationInstance | undefined): StatisticsPrograms {
  return {plain: statisticsProgram(instance, false), masked: statisticsProgram(instance, true)};
}

function statisticsProgram(instance: ActivationInstance | undefined, masked: boolean): Program {
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
  const slope = finite(slopeBy('x'));
  const weights = [...inputsOf(instance.formula)].filter(name => name !== 'x');
  outputs.push({name: 'slope', value: slope, reduction: 'sum'});
  outputs.push({name: 'fired', value: slope, reduction: 'max'});
  if (weights.length > 0) {
    const total = weights.map(slopeBy).reduce((sum, part) => sum.add(part));
    outputs.push({name: 'weightSlope', value: finite(total), reduction: 'max'});
  }
  return {inputs: [...inputs, ...instance.program.inputs], outputs};
}

/** What statistics are gathered of. */
export interface Gathered {
  readonly y: Tensor;
  readonly z: Tensor;
  readonly weights: Readonly<Record<string, Tensor>>;
  /** Tells which time steps count, if any do not. */
  readonly mask: Tensor | null;
  /** About what to sum each unit's outputs; without it, about their mean. */
  readonly shift: Float32Array | undefined;
  /** The axis of the units. */
  readonly axis: number;
}

/** Gathers the statistics of one batch, without waiting for them. */
export function gatherStatistics(
  {plain, masked}: StatisticsPrograms,
  {y, z, weights, mask, shift, axis}: Gathered,
): PendingStatistics {
  const units = y.shape[axis];
  const unitShape = y.shape.map((size, index) => (index === axis ? size : 1));
  const sampleShape = y.shape.map((size, index) => (index === axis || index === 0 ? size : 1));
  const stepMask = mask && isStepMask(mask, y) ? mask : null;
  const program = stepMask ? masked : plain;
  const tensor = tf.tidy(() => {
    const output = tf.cast(y, 'float32');
    const steps = stepMask && withRank(tf.cast(stepMask, 'float32'), y.rank);
    const about = shift ? tf.tensor(shift, unitShape) : meansOf(output, steps, axis);
    const named: Record<string, Tensor> = {...weights, [OUTPUT]: output, [SHIFT]: about};
    named.x = tf.cast(z, 'float32');
    if (steps) named[MASK] = steps;
    const inputs = program.inputs.map(({name}) => named[name]);
    const reduced = program.outputs.map(({name}) => (name === 'fired' ? sampleShape : unitShape));
    const outputs = runProgram('Activation/Statistics', program, inputs, {full: y.shape, reduced});
    const parts = outputs.map((output, index) => {
      if (program.outputs[index].name !== 'fired') return tf.reshape(output, [units]);
      const fired = tf.cast(tf.greater(output, FIRING_SLOPE), 'float32');
      return tf.reshape(tf.sum(fired, 0), [units]);
    });
    parts.push(tf.reshape(about, [units]));
    if (steps) {
      const perSample = tf.max(tf.reshape(steps, [steps.shape[0], -1]), 1);
      parts.push(tf.stack([tf.sum(perSample), tf.sum(steps)]));
    }
    return tf.keep(tf.concat(parts));
  });
  const stepSize = stepMask ? y.size / units / stepMask.size : 1;
  return {
    tensor,
    read(values) {
      const parts = [...program.outputs.map(({name}) => name), 'shift'].map((name, index) => [
        name,
        values.slice(index * units, (index + 1) * units),
      ]);
      const statistics = Object.fromEntries(parts) as Record<Field | 'shift', Float32Array>;
      const end = parts.length * units;
      const samples = stepMask ? values[end] : y.shape[0];
      const positions = stepMask ? values[end + 1] * stepSize : y.size / units;
      const count = Float64Array.from(statistics.nonFinite, missing => positions - missing);
      return {samples, count, ...statistics};
    },
  };
}

/** Whether a mask has a value for each of the leading positions of `y`. */
function isStepMask(mask: Tensor, y: Tensor): boolean {
  return mask.rank < y.rank && mask.shape.every((size, index) => size === y.shape[index]);
}

function withRank(tensor: Tensor, rank: number): Tensor {
  return tf.reshape(tensor, [...tensor.shape, ...Array<number>(rank - tensor.rank).fill(1)]);
}

/** The mean of each unit's finite outputs in the steps that count, or 0 where it has none. */
function meansOf(y: Tensor, steps: Tensor | null, axis: number): Tensor {
  const axes = y.shape.map((_, index) => index).filter(index => index !== axis);
  const difference = tf.sub(y, y);
  const isFinite = tf.equal(difference, 0);
  const counts = steps ? tf.mul(tf.cast(isFinite, 'float32'), steps) : tf.cast(isFinite, 'float32');
  const sum = tf.sum(tf.where(tf.greater(counts, 0), y, 0), axes, true);
  const mean = tf.div(sum, tf.maximum(tf.sum(counts, axes, true), 1));
  return tf.where(tf.equal(tf.sub(mean, mean), 0), mean, 0);
}
