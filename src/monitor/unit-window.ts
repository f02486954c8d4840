import * as tf from '@tensorflow/tfjs';
import type {Tensor} from '@tensorflow/tfjs';
import type {ActivationInstance} from '../instance.js';
import {isSameShape, joinOf, runProgram} from '../kernels/index.js';
import type {Program, ProgramShapes} from '../kernels/index.js';
import {Gathering, STATISTICS_KERNEL} from './gathering.js';
import {untaped} from './passes.js';
import {perUnit} from './per-unit.js';
import {inOne} from './readings.js';
import type {Reading} from './readings.js';
import {
  FIRING_SLOPE,
  GRADIENT,
  INPUT_SHIFT,
  MASK,
  OF_THE_LAYER,
  OUTPUT,
  SHIFT,
  firingProgram,
  keyOf,
  statisticsProgram,
} from './statistics.js';
import type {CallKind} from './statistics.js';
import type {UnitStatistics} from './types.js';

/** One call of an activation: what it gave and, as far as known, what it was given. */
export interface Call {
  readonly y: Tensor;
  readonly z: Tensor | null;
  /** ∂loss/∂y */
  readonly gradient: Tensor | null;
  readonly weights: Readonly<Record<string, Tensor>>;
  /** Tells which of the leading positions count, if not all do. */
  readonly mask: Tensor | null;
  /** The axis of the units. */
  readonly axis: number;
  /** The training step that it belongs to. */
  readonly step: number;
}

/** What a window says besides what every `UnitStatistics` says. */
export interface WindowStatistics extends UnitStatistics {
  readonly input: Pick<UnitStatistics, 'mean' | 'std' | 'min' | 'max'> | null;
  readonly outsideShare: number[] | null;
  readonly weightSlope: number[] | null;
  readonly gradient: number[] | null;
  readonly inputGradient: number[] | null;
  readonly histogram: number[];
  readonly nonFinite: Float64Array;
  readonly nonFiniteGradients: Float64Array;
  /** The first and the last step of the calls. */
  readonly fromStep: number;
  readonly toStep: number;
}

interface KindGathering {
  readonly kind: CallKind;
  readonly gathering: Gathering;
  /** The shapes of the latest call, which are usually those of the next. */
  shapes?: ProgramShapes;
  /** How many positions went in, where no mask tells. */
  positions: number;
}

/** Gathers the statistics of a layer's units over the calls of a window. */
export class UnitWindow {
  /** Samples so far; of masked calls, once they have been read. */
  samples = 0;
  private fromStep = -1;
  private toStep = -1;
  /** The samples of this window in which each unit fired, where it is not gathered. */
  private readonly firings: Float64Array;
  /** By kind of call. */
  private readonly gatherings = new Map<number, KindGathering>();
  private shift: Tensor | undefined;
  private inputShift: Tensor | undefined;
  private shifts: Float32Array | undefined;
  /** The statistics, until there is more. */
  private known: WindowStatistics | undefined;

  constructor(
    private readonly instance: ActivationInstance | undefined,
    readonly units: number,
  ) {
    this.firings = new Float64Array(units);
  }

  /** Adds a call; returns what is to be read before all of it counts. */
  add(call: Call): Reading[] {
    const readings = this.gather(call);
    this.known = undefined;
    return readings.map(reading => andThen(reading, () => (this.known = undefined)));
  }

  private gather(call: Call): Reading[] {
    const {instance} = this;
    const {y, z, axis} = call;
    const isMasked = call.mask !== null && isStepMask(call.mask, y);
    const positions = y.size / this.units;
    const isFlat = !isMasked && positions === y.shape[0];
    const kind: CallKind = {
      hasInput: instance !== undefined && z !== null,
      hasGradient: call.gradient !== null,
      isMasked,
      isFlat,
    };
    const entry = this.gatheringOf(kind);
    const {program} = entry.gathering;
    const unitShape = y.shape.map((size, index) => (index === axis ? size : 1));
    const mask = isMasked ? withRank(call.mask!, y.rank) : null;
    const readings = this.placeShifts(call, mask);
    if (!entry.shapes || !isSameShape(entry.shapes.full, y.shape)) {
      entry.shapes = shapesOf(program, y.shape, unitShape);
    }
    const gathered = entry.gathering.add(this.inputsOf(program, call, mask), entry.shapes);
    const count = (): void => {
      entry.positions += positions;
      if (!isMasked) this.samples += y.shape[0];
      if (this.fromStep < 0) this.fromStep = call.step;
      this.toStep = call.step;
    };
    if (gathered) readings.push(andThen(gathered, count));
    else count();
    if (instance && !isFlat) {
      const firing = firingProgram(instance, isMasked);
      readings.push(this.askForFirings(firing, this.inputsOf(firing, call, mask), call));
    }
    if (mask) readings.push(this.askForSamples(mask));
    mask?.dispose();
    return readings;
  }

  private gatheringOf(kind: CallKind): KindGathering {
    const key = keyOf(kind);
    let known = this.gatherings.get(key);
    if (!known) {
      const program = statisticsProgram(this.instance, kind);
      known = {kind, gathering: new Gathering(program), positions: 0};
      this.gatherings.set(key, known);
    }
    return known;
  }

  private inputsOf({inputs}: Program, call: Call, mask: Tensor | null): Tensor[] {
    return inputs.map(({name}) => {
      switch (name) {
        case 'x':
          return call.z ?? call.y;
        case OUTPUT:
          return call.y;
        case GRADIENT:
          return call.gradient!;
        case SHIFT:
          return this.shift!;
        case INPUT_SHIFT:
          return this.inputShift!;
        case MASK:
          return mask!;
        default:
          return call.weights[name];
      }
    });
  }

  /** Sums are about the means of the window's first call, so that no digits are lost. */
  private placeShifts({y, z, axis}: Call, mask: Tensor | null): Reading[] {
    if (this.shift && (this.inputShift || !z)) return [];
    const tensor = untaped(() => {
      this.shift ??= tf.keep(tf.tidy(() => meansOf(y, axis, mask)));
      if (z) this.inputShift ??= tf.keep(tf.tidy(() => meansOf(z, axis, mask)));
      const both = this.inputShift ? [this.shift, this.inputShift] : [this.shift];
      return tf.tidy(() => tf.keep(inOne(both)));
    });
    return [{tensor, accept: values => (this.shifts = values.slice())}];
  }

  private askForFirings(program: Program, inputs: Tensor[], {y, axis}: Call): Reading {
    const {units, firings} = this;
    const shape = y.shape.map((size, index) => (index === axis || index === 0 ? size : 1));
    const tensor = untaped(() => {
      const shapes = {full: y.shape, reduced: [shape]};
      return tf.keep(runProgram(STATISTICS_KERNEL, program, inputs, shapes)[0]);
    });
    const accept = (slopes: Float32Array): void => {
      for (let index = 0; index < slopes.length; index++) {
        if (slopes[index] > FIRING_SLOPE) firings[index % units]++;
      }
    };
    return {tensor, accept};
  }

  /** A sample counts where any of its steps does. */
  private askForSamples(mask: Tensor): Reading {
    const tensor = untaped(() =>
      tf.tidy(() => {
        const perSample = tf.max(tf.reshape(mask, [mask.shape[0], -1]), 1);
        return tf.keep(tf.sum(tf.cast(tf.greater(perSample, 0), 'float32')));
      }),
    );
    return {tensor, accept: ([samples]) => (this.samples += samples)};
  }

  /** How many numbers were not finite, outputs and gradients together. */
  get nonFiniteCount(): number {
    let count = 0;
    for (const {gathering} of this.gatherings.values()) {
      count += gathering.total(indexOf(gathering, 'isBad'));
    }
    return count;
  }

  /** The samples in which each unit fired; undefined where the activation has no slope. */
  get fired(): Float64Array | undefined {
    if (!this.instance) return undefined;
    const {firings} = this;
    const fired = this.sum('fired');
    if (!fired) return firings.slice();
    for (let unit = 0; unit < firings.length; unit++) fired[unit] += firings[unit];
    return fired;
  }

  /** What was gathered, joined over the kinds of calls; undefined where no kind gathers it. */
  private sum(name: string): Float64Array | undefined {
    let joined: Float64Array | undefined;
    for (const {gathering} of this.gatherings.values()) {
      const index = indexOf(gathering, name);
      if (index < 0) continue;
      const values = gathering.read(index);
      if (values.length === 0) continue;
      const join = joinOf(gathering.program.outputs[index].reduction!);
      const earlier = joined;
      joined = earlier ? values.map((value, unit) => join(value, earlier[unit])) : values;
    }
    return joined;
  }

  /** How many positions counted in the calls of some kinds. */
  private positions(isMeant: (kind: CallKind) => boolean): number {
    let total = 0;
    for (const {kind, gathering, positions} of this.gatherings.values()) {
      if (!isMeant(kind)) continue;
      const counted = kind.isMasked
        ? gathering.read(indexOf(gathering, 'positions'))[0] / this.units
        : positions;
      total += counted || 0;
    }
    return total;
  }

  /** The statistics so far. */
  statistics(): WindowStatistics {
    return (this.known ??= this.computeStatistics());
  }

  private computeStatistics(): WindowStatistics {
    const {units, samples} = this;
    const zeros = (): Float64Array => new Float64Array(units);
    const ofEach = (value: (unit: number) => number): number[] => perUnit(units, value);
    const positions = this.positions(() => true);
    const nonFinite = this.sum('nonFinite') ?? zeros();
    const count = (unit: number): number => positions - nonFinite[unit];
    const share = (name: string): number[] | null => {
      const sums = this.sum(name);
      return sums ? ofEach(unit => sums[unit] / count(unit)) : null;
    };
    const whereCounted = (name: string): number[] => {
      const values = this.sum(name) ?? zeros();
      return ofEach(unit => (count(unit) > 0 ? values[unit] : NaN));
    };
    const moments = (name: string, shift: ArrayLike<number>) => {
      const sums = this.sum(`${name}Sum`) ?? zeros();
      const squares = this.sum(`${name}Squares`) ?? zeros();
      const offset = (unit: number): number => sums[unit] / count(unit);
      const deviation = (unit: number): number =>
        Math.sqrt(Math.max(0, squares[unit] / count(unit) - offset(unit) ** 2));
      const min = whereCounted(`${name}Min`);
      const max = whereCounted(`${name}Max`);
      return {
        mean: ofEach(unit => shift[unit] + offset(unit)),
        // No deviation is larger than half of the range: of a constant, rounding is all that is left.
        std: ofEach(unit => Math.min(deviation(unit), (max[unit] - min[unit]) / 2)),
        min,
        max,
      };
    };
    const shifts = this.shifts ?? new Float32Array(2 * units);
    const withGradient = this.positions(({hasGradient}) => hasGradient);
    const meanGradient = (name: string): number[] | null => {
      const sums = this.sum(name);
      return sums && withGradient > 0 ? ofEach(unit => sums[unit] / withGradient) : null;
    };
    const {fired} = this;
    const weightSlope = this.sum('weightSlope');
    const hasInput = this.sum('inputSum') !== undefined;
    return {
      samples,
      fromStep: this.fromStep,
      toStep: this.toStep,
      ...moments('output', shifts),
      magnitude: share('magnitude') ?? [],
      zeroShare: share('zeros') ?? [],
      slope: share('slope'),
      firingRate: fired ? ofEach(unit => fired[unit] / samples) : null,
      input: hasInput ? moments('input', shifts.subarray(units)) : null,
      outsideShare: share('outside'),
      weightSlope: weightSlope ? [...weightSlope] : null,
      gradient: meanGradient('gradient'),
      inputGradient: meanGradient('inputGradient'),
      histogram: this.histogram(),
      nonFinite,
      nonFiniteGradients: this.sum('nonFiniteGradient') ?? zeros(),
    };
  }

  private histogram(): number[] {
    const counts = [...(this.sum('histogram') ?? [])];
    if (counts.length === 0) return counts;
    // What a mask left out was counted as 0.
    const total = counts.reduce((sum, count) => sum + count, 0);
    const leftOut = total - this.positions(() => true) * this.units;
    counts[(counts.length - 2) / 2] -= leftOut;
    return counts;
  }

  /** Begins anew, after a window with these statistics. */
  reset({mean, std, input}: WindowStatistics): void {
    this.samples = 0;
    this.fromStep = -1;
    this.toStep = -1;
    this.known = undefined;
    this.firings.fill(0);
    for (const entry of this.gatherings.values()) {
      entry.gathering.reset();
      entry.positions = 0;
    }
    const {shifts, units} = this;
    if (!shifts) return;
    const isFar = isFarFrom(shifts, mean, std);
    if (isFar || (input && isFarFrom(shifts.subarray(units), input.mean, input.std))) {
      this.disposeShifts();
    }
  }

  /** Lets go of all that is on the device; the statistics can still be read. */
  dispose(): void {
    for (const {gathering} of this.gatherings.values()) gathering.dispose();
    this.disposeShifts();
  }

  private disposeShifts(): void {
    this.shift?.dispose();
    this.inputShift?.dispose();
    this.shift = undefined;
    this.inputShift = undefined;
  }
}

function andThen({tensor, accept}: Reading, then: () => void): Reading {
  return {
    tensor,
    accept(values) {
      accept(values);
      then();
    },
  };
}

/** Beyond this many standard deviations from the mean, sums about a shift lose digits. */
const FAR = 16;

function isFarFrom(shifts: Float32Array, mean: readonly number[], std: readonly number[]): boolean {
  return mean.some((value, unit) => Math.abs(value - shifts[unit]) > FAR * std[unit]);
}

function shapesOf(program: Program, full: readonly number[], unitShape: number[]): ProgramShapes {
  const layerShape = full.map(() => 1);
  const reduced = program.outputs.map(({name}) =>
    OF_THE_LAYER.includes(name) ? layerShape : unitShape,
  );
  return {full: [...full], reduced};
}

const indices = new WeakMap<Program, ReadonlyMap<string, number>>();

/** Which output of a program has a name; -1 if none has. */
function indexOf({program}: Gathering, name: string): number {
  let known = indices.get(program);
  if (!known) {
    known = new Map(program.outputs.map((output, index) => [output.name, index]));
    indices.set(program, known);
  }
  return known.get(name) ?? -1;
}

/** Whether a mask has a value for each of the leading positions of `y`. */
function isStepMask(mask: Tensor, y: Tensor): boolean {
  return mask.rank < y.rank && mask.shape.every((size, index) => size === y.shape[index]);
}

/**
 * The means of the units' finite values that count; 0 where there are none. (What counts is not cast:
 * on WebGPU a sum of booleans made floats along several axes drops the commands that were sent with it.)
 */
function meansOf(values: Tensor, axis: number, mask: Tensor | null): Tensor {
  const others = values.shape.map((_, index) => index).filter(index => index !== axis);
  const isFinite = tf.equal(tf.sub(values, values), 0);
  const counts = mask ? tf.logicalAnd(isFinite, tf.greater(mask, 0)) : isFinite;
  const sums = tf.sum(tf.where(counts, values, 0), others, true);
  const count = tf.sum(tf.where(counts, tf.onesLike(values), 0), others, true);
  const means = tf.div(sums, tf.maximum(count, 1));
  return tf.where(tf.equal(tf.sub(means, means), 0), means, 0);
}

/** A further tensor of a mask, as numbers, with axes of 1 up to a rank. */
function withRank(mask: Tensor, rank: number): Tensor {
  return untaped(() =>
    tf.tidy(() => {
      const shape = [...mask.shape, ...Array<number>(rank - mask.rank).fill(1)];
      return tf.keep(tf.reshape(tf.cast(mask, 'float32'), shape));
    }),
  );
}
