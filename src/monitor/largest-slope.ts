import * as tf from '@tensorflow/tfjs';
import type {Tensor} from '@tensorflow/tfjs';
import {derivative, where} from '../formula/index.js';
import type {ActivationInstance} from '../instance.js';
import {runProgram} from '../kernels/index.js';
import type {Program} from '../kernels/index.js';

/**
 * How far pre-activations usually reach. Further out a learned formula may be steeper than anywhere
 * that it has been trained, which says nothing of its units.
 */
const LIMIT = 3;
const STEP = 0.125;
const POINTS = Array.from({length: (2 * LIMIT) / STEP + 1}, (_, index) => index * STEP - LIMIT);

const known = new WeakMap<ActivationInstance, Program>();

function programOf(instance: ActivationInstance): Program {
  if (!known.has(instance)) {
    const slope = derivative(instance.formula, 'x').abs();
    const finite = where(slope.sub(slope).equal(0), slope, 0);
    const outputs = [{name: 'largest', value: finite, reduction: 'max'}] as const;
    known.set(instance, {inputs: instance.program.inputs, outputs});
  }
  return known.get(instance)!;
}

/**
 * The largest |∂y/∂x| of an activation for −3 ≤ x ≤ 3, for each of its units at their weights, or
 * once if all units share them. A weight that differs within a unit is averaged.
 *
 * `axis` is that of the units in the weights, counted from the end and without coefficients.
 */
export function largestSlopes(
  instance: ActivationInstance,
  weights: Readonly<Record<string, Tensor>>,
  axis: number,
): Tensor {
  return tf.tidy(() => {
    const [, ...parameters] = instance.program.inputs;
    const tensors = parameters.map(({name, length}) => ofUnits(weights[name], axis, length));
    const units = Math.max(1, ...tensors.map(({shape}) => shape[1]!));
    const full = [POINTS.length, units];
    const x = tf.broadcastTo(tf.tensor(POINTS, [POINTS.length, 1]), full);
    const shapes = {full, reduced: [[1, units]]};
    const [largest] = runProgram(
      'Activation/LargestSlope',
      programOf(instance),
      [x, ...tensors],
      shapes,
    );
    return tf.reshape(largest, [units]);
  });
}

/** A weight with its units on axis 1, and its coefficients, if it has any, after them. */
function ofUnits(weight: Tensor, axis: number, length: number | undefined): Tensor {
  const coefficients = length === undefined ? [] : [length];
  const outer = weight.shape.slice(0, weight.rank - coefficients.length);
  const own = outer.length + axis;
  const others = outer.map((_, index) => index).filter(index => index !== own);
  return tf.reshape(tf.mean(weight, others), [1, outer[own] ?? 1, ...coefficients]);
}
