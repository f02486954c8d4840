import * as tf from '@tensorflow/tfjs';
import type {Tensor} from '@tensorflow/tfjs';
import {replaceUnits} from './unit-weights.js';
import type {UnitView} from './unit-weights.js';

/** What the optimizers of tfjs keep for each weight, by the end of its name. */
const MEANS = ['m', 'momentum', 'mg'];
const SIZES = ['v', 'rms', 'accumulator', 'accum_grad', 'accum_var'];

interface Slot {
  readonly originalName: string;
  readonly variable: tf.Variable;
}

/**
 * What an optimizer remembers of each weight: means of gradients, and of their sizes.
 *
 * A unit that starts anew has no mean gradient. But its sizes cannot start at 0: Adam corrects for
 * that by the number of all its steps, and the first steps of the unit would be several times too
 * large. They become the mean of those of the other units, or, where those are 0, of all weights.
 */
export class OptimizerSlots {
  private readonly slots: readonly Slot[];

  constructor(optimizer: tf.Optimizer | undefined) {
    this.slots = slotsOf(optimizer ?? {});
  }

  /** Starts units of a weight anew. */
  reset({name}: tf.Variable, view: UnitView, units: readonly number[]): void {
    for (const {originalName, variable} of this.slots) {
      const kind = kindOf(originalName);
      if (originalName !== `${name}/${kind}`) continue;
      if (MEANS.includes(kind)) replaceUnits(variable, view, units, () => tf.scalar(0));
      if (!SIZES.includes(kind)) continue;
      replaceUnits(variable, view, units, (before, isMeant) => {
        const others = meanOfOthers(before, isMeant);
        return tf.where(tf.greater(others, 0), others, this.overallMean(kind));
      });
    }
  }

  private overallMean(kind: string): Tensor {
    const alike = this.slots.filter(({originalName}) => kindOf(originalName) === kind);
    const sums = alike.map(({variable}) => tf.sum(variable));
    const size = alike.reduce((total, {variable}) => total + variable.size, 0);
    return tf.div(tf.addN(sums), size);
  }
}

/** Those of an optimizer within this one, too. */
function slotsOf(optimizer: object): Slot[] {
  return Object.values(optimizer).flatMap((value: unknown) => {
    if (value instanceof tf.Optimizer) return slotsOf(value);
    return Array.isArray(value) ? value.filter(isSlot) : [];
  });
}

function isSlot(value: unknown): value is Slot {
  const {originalName, variable} = (value ?? {}) as Partial<Slot>;
  return (
    typeof originalName === 'string' && variable instanceof tf.Variable && !variable.isDisposed
  );
}

function kindOf(originalName: string): string {
  return originalName.slice(originalName.lastIndexOf('/') + 1);
}

/** Along the axis of the units; 0 where there are no others. */
function meanOfOthers(values: tf.Tensor3D, isMeant: Tensor): Tensor {
  const isOther = tf.logicalNot(isMeant);
  const sum = tf.sum(tf.where(isOther, values, 0), 1, true);
  return tf.div(sum, tf.maximum(tf.sum(tf.cast(isOther, 'float32')), 1));
}
