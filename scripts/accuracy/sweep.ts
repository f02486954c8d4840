import * as tf from '@tensorflow/tfjs';
import {runProgram} from '../../src/kernels/index.js';
import type {MeasuredFunction} from './functions.js';

/** An error, and the input that has it. */
export interface WorstError {
  readonly error: number;
  readonly at: number;
}

export interface Accuracy {
  readonly points: number;
  /** In units in the last place of the true result as float32. */
  readonly ulp: WorstError;
  /** Where results are near zero and the function is held to an absolute error there. */
  readonly absolute?: WorstError;
}

/** Of all 2³² bit patterns, every this many is a point. */
const PATTERN_STEP = 1021;
/** And this many in each region. */
const REGION_POINTS = 2 ** 20;
const BLOCK = 2 ** 18;

const SMALLEST_NORMAL = 2 ** -126;
/** What comes after the largest float32: Infinity counts as this. */
const OVERFLOW = 2 ** 128;
const MANTISSA_BITS = 23;

const FLOAT64 = new Float64Array(1);
const FLOAT64_WORDS = new Uint32Array(FLOAT64.buffer);

/** The distance of float32 numbers around a normal one. */
function ulpAt(value: number): number {
  FLOAT64[0] = value;
  const exponent = ((FLOAT64_WORDS[1] >>> 20) & 0x7ff) - 1023;
  return 2 ** (Math.min(exponent, 127) - MANTISSA_BITS);
}

const bounded = (value: number): number => Math.max(-OVERFLOW, Math.min(OVERFLOW, value));

/** A result below all normal numbers may be 0, or any other that small. */
function ulpError(actual: number, truth: number): number {
  if (Number.isNaN(truth)) return Number.isNaN(actual) ? 0 : Infinity;
  const size = Math.abs(truth);
  if (size < SMALLEST_NORMAL) {
    return Math.abs(actual - truth) <= SMALLEST_NORMAL ? 0 : Infinity;
  }
  const error = Math.abs(bounded(actual) - bounded(truth)) / ulpAt(truth);
  return Number.isNaN(error) ? Infinity : error;
}

function* inputsOf({magnitudes, regions}: MeasuredFunction, coarseness: number): Generator<number> {
  const bits = new Uint32Array(1);
  const float = new Float32Array(bits.buffer);
  const [smallest, largest] = magnitudes ?? [0, Infinity];
  for (let pattern = 0; pattern < 2 ** 32; pattern += PATTERN_STEP * coarseness) {
    bits[0] = pattern;
    const size = Math.abs(float[0]);
    if (!magnitudes || (size >= smallest && size <= largest)) yield float[0];
  }
  for (const [low, high] of regions) {
    for (let index = 0; index <= REGION_POINTS; index += coarseness) {
      yield Math.fround(low + ((high - low) * index) / REGION_POINTS);
    }
  }
}

function compute({name, expression}: MeasuredFunction, points: Float32Array): Float32Array {
  const program = {inputs: [{name: 'x'}], outputs: [{name: 'y', value: expression}]};
  const shapes = {full: [points.length], reduced: []};
  return tf.tidy(() =>
    runProgram(`Accuracy/${name}`, program, [tf.tensor1d(points)], shapes)[0].dataSync<'float32'>(),
  );
}

/**
 * The worst errors of a function, as the current backend computes it. A `coarseness` of n, a whole
 * number, takes every nth point of those that docs/accuracy.md tells of.
 */
export function sweep(measured: MeasuredFunction, coarseness = 1): Accuracy {
  const {truth, nearZero} = measured;
  let [ulp, absolute]: [WorstError, WorstError] = [
    {error: -1, at: NaN},
    {error: -1, at: NaN},
  ];
  let points = 0;
  const hold = (block: Float32Array): void => {
    const results = compute(measured, block);
    block.forEach((at, index) => {
      const expected = truth(at);
      if (nearZero && Math.abs(expected) < nearZero.below) {
        const error = Math.abs(results[index] - expected);
        if (!(error <= absolute.error)) absolute = {error, at};
      } else {
        const error = ulpError(results[index], expected);
        if (error > ulp.error) ulp = {error, at};
      }
    });
    points += block.length;
  };
  const block = new Float32Array(BLOCK);
  let filled = 0;
  for (const point of inputsOf(measured, coarseness)) {
    block[filled++] = point;
    if (filled < BLOCK) continue;
    hold(block);
    filled = 0;
  }
  if (filled > 0) hold(block.slice(0, filled));
  return nearZero ? {points, ulp, absolute} : {points, ulp};
}
