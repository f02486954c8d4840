import * as tf from '@tensorflow/tfjs';
import type {Tensor} from '@tensorflow/tfjs';
import {derivative, evaluate} from '../formula/index.js';
import type {ActivationInstance} from '../instance.js';
import {runProgram} from '../kernels/index.js';
import type {Program} from '../kernels/index.js';
import {finiteOrZero} from './finite.js';
import {meanOf} from './mean.js';
import {untaped} from './passes.js';
import {perUnit} from './per-unit.js';
import {inOne, partsOf} from './readings.js';
import type {Reading} from './readings.js';
import type {LearnedCurve} from './types.js';

/**
 * How far pre-activations usually reach. Further out a learned formula may be steeper than anywhere
 * that it has been trained, which says nothing of its units.
 */
const LIMIT = 3;
const STEP = 0.125;
const POINTS = Array.from({length: (2 * LIMIT) / STEP + 1}, (_, index) => index * STEP - LIMIT);

/** Where learned curves are drawn, and of how many units. */
const DRAWN_LIMIT = 4;
const DRAWN_POINTS = 65;
const DRAWN_UNITS = 16;

/** What is known of the formula of each unit at its weights, or once where all share them. */
export interface FormulaReading {
  /** The weights as they lie in their tensors, by name. */
  readonly weights: Readonly<Record<string, number[]>>;
  /** For each unit, its weights: those that differ within a unit are averaged. */
  readonly unitWeights: Readonly<Record<string, Float32Array>>;
  readonly largestSlope: Float32Array;
  readonly curvature: number[];
}

const known = new WeakMap<ActivationInstance, Program>();

function programOf(instance: ActivationInstance): Program {
  if (!known.has(instance)) {
    const slope = derivative(instance.formula, 'x').abs();
    const outputs = [
      {name: 'largest', value: finiteOrZero(slope), reduction: 'max'},
      {name: 'y', value: instance.formula},
    ] as const;
    known.set(instance, {inputs: instance.program.inputs, outputs});
  }
  return known.get(instance)!;
}

/**
 * Asks for the weights of an activation and what its formula does with them: the largest |∂y/∂x| for
 * −3 ≤ x ≤ 3, and how far the curve is from a straight line there.
 *
 * `axis` is that of the units in the weights, counted from the end and without coefficients.
 */
export function askForFormula(
  instance: ActivationInstance,
  weights: Readonly<Record<string, Tensor>>,
  axis: number,
  accept: (reading: FormulaReading) => void,
): Reading {
  const [, ...parameters] = instance.program.inputs;
  let parts: Tensor[] = [];
  let units = 1;
  const tensor = untaped(() =>
    tf.tidy(() => {
      const raw = parameters.map(({name}) => weights[name]);
      const own = parameters.map(({name, length}) => ofUnits(weights[name], axis, length));
      units = Math.max(1, ...own.map(({shape}) => shape[1]!));
      const full = [POINTS.length, units];
      const x = tf.tensor(Float32Array.from(POINTS), [POINTS.length, 1]);
      const shapes = {full, reduced: [[1, units]]};
      const results = runProgram('Activation/Curve', programOf(instance), [x, ...own], shapes);
      parts = [...raw, ...own, ...results];
      return tf.keep(inOne(parts));
    }),
  );
  const sizes = parts.map(({size}) => size);
  return {
    tensor,
    accept(values) {
      const slices = partsOf(values.slice(), sizes);
      const names = parameters.map(({name}) => name);
      const count = names.length;
      const [largestSlope, curves] = slices.slice(2 * count);
      accept({
        weights: Object.fromEntries(names.map((name, index) => [name, [...slices[index]]])),
        unitWeights: Object.fromEntries(names.map((name, index) => [name, slices[count + index]])),
        largestSlope,
        curvature: perUnit(units, unit =>
          curvatureOf(POINTS.map((_, point) => curves[point * units + unit])),
        ),
      });
    },
  };
}

/** A weight with its units on axis 1, and its coefficients, if it has any, after them. */
function ofUnits(weight: Tensor, axis: number, length: number | undefined): Tensor {
  const coefficients = length === undefined ? [] : [length];
  const outer = weight.shape.slice(0, weight.rank - coefficients.length);
  const own = outer.length + axis;
  const others = outer.map((_, index) => index).filter(index => index !== own);
  return tf.reshape(tf.mean(weight, others), [1, outer[own] ?? 1, ...coefficients]);
}

/** The largest distance of points at equal steps from their best line, as a share of their range. */
function curvatureOf(values: readonly number[]): number {
  const range = Math.max(...values) - Math.min(...values);
  if (!(range > 0)) return range === 0 ? 0 : NaN;
  const mean = meanOf(values);
  const products = values.reduce((sum, value, index) => sum + POINTS[index] * (value - mean), 0);
  const squares = POINTS.reduce((sum, x) => sum + x * x, 0);
  const slope = products / squares;
  const distances = values.map((value, index) => Math.abs(value - mean - slope * POINTS[index]));
  return Math.max(...distances) / range;
}

/** The curve of a learned activation, then and now, of all units or of some evenly chosen. */
export function learnedCurve(
  instance: ActivationInstance,
  start: FormulaReading,
  end: FormulaReading,
): LearnedCurve {
  const units = end.largestSlope.length;
  const drawn = Math.min(units, DRAWN_UNITS);
  const chosen = Array.from({length: drawn}, (_, index) => Math.floor((index * units) / drawn));
  const x = Array.from(
    {length: DRAWN_POINTS},
    (_, index) => ((2 * index) / (DRAWN_POINTS - 1) - 1) * DRAWN_LIMIT,
  );
  const curveOf = ({unitWeights}: FormulaReading, unit: number): number[] => {
    const values = valuesOf(instance, unitWeights, unit);
    return x.map(point => evaluate(instance.formula, {...values, x: point}));
  };
  return {
    x,
    units: chosen,
    start: chosen.map(unit => curveOf(start, unit)),
    end: chosen.map(unit => curveOf(end, unit)),
  };
}

function valuesOf(
  {program}: ActivationInstance,
  unitWeights: Readonly<Record<string, Float32Array>>,
  unit: number,
): Record<string, number | number[]> {
  const [, ...parameters] = program.inputs;
  const entries = parameters.map(({name, length}) => {
    const values = unitWeights[name];
    const size = length ?? 1;
    const first = values.length === size ? 0 : unit * size;
    const own = [...values.subarray(first, first + size)];
    return [name, length === undefined ? own[0] : own] as const;
  });
  return Object.fromEntries(entries);
}
