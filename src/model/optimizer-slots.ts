import * as tf from '@tensorflow/tfjs';
import type {Tensor} from '@tensorflow/tfjs';
import type {Edits} from './edits.js';
import {compiledWeights} from './graph.js';
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
 * large. They become the mean of those of the other units that ever had a gradient or, where there are
 * none, of all weights.
 */
export class OptimizerSlots {
  private readonly lists: readonly (readonly Slot[])[];
  private readonly names: readonly string[];

  /** `optimizer` is by default what the model is compiled with. */
  constructor(model: tf.LayersModel, optimizer: tf.Optimizer | undefined) {
    this.lists = listsOf(optimizer ?? model.optimizer);
    this.names = compiledWeights(model).map(({val}) => val.name);
  }

  /** Starts units of a weight anew. */
  reset(edits: Edits, weight: tf.Variable, view: UnitView, units: readonly number[]): void {
    for (const list of this.lists) {
      const slot = this.slotOf(list, weight);
      if (!slot) continue;
      const kind = kindOf(slot);
      if (MEANS.includes(kind)) {
        replaceUnits(edits, slot.variable, view, units, () => tf.scalar(0));
      }
      if (!SIZES.includes(kind)) continue;
      replaceUnits(edits, slot.variable, view, units, (before, isMeant) => {
        const others = meanOfOthers(before, isMeant);
        return tf.where(tf.greater(others, 0), others, overallMean(list));
      });
    }
  }

  /** A loaded optimizer knows the weights by the names that they had, but in the same order. */
  private slotOf(list: readonly Slot[], {name}: tf.Variable): Slot | undefined {
    const {names} = this;
    const isByName = list.some(slot => names.includes(weightNameOf(slot)));
    return isByName || names.length !== list.length
      ? list.find(slot => weightNameOf(slot) === name)
      : list[names.indexOf(name)];
  }
}

/** Each list has one slot for each weight. An optimizer may have another within it. */
function listsOf(optimizer: tf.Optimizer | undefined): Slot[][] {
  return Object.values(optimizer ?? {}).flatMap((value: unknown) => {
    if (value instanceof tf.Optimizer) return listsOf(value);
    return Array.isArray(value) && value.length > 0 && value.every(isSlot) ? [value] : [];
  });
}

function isSlot(value: unknown): value is Slot {
  const {originalName, variable} = (value ?? {}) as Partial<Slot>;
  return (
    typeof originalName === 'string' && variable instanceof tf.Variable && !variable.isDisposed
  );
}

function kindOf({originalName}: Slot): string {
  return originalName.slice(originalName.lastIndexOf('/') + 1);
}

function weightNameOf({originalName}: Slot): string {
  return originalName.slice(0, originalName.lastIndexOf('/'));
}

/** Along the axis of the units, of those above 0; 0 where there are none. */
function meanOfOthers(values: tf.Tensor3D, isMeant: Tensor): Tensor {
  const others = tf.where(isMeant, 0, values);
  const count = tf.sum(tf.step(others), 1, true);
  return tf.div(tf.sum(others, 1, true), tf.maximum(count, 1));
}

function overallMean(list: readonly Slot[]): Tensor {
  const sums = list.map(({variable}) => tf.sum(variable));
  const size = list.reduce((total, {variable}) => total + variable.size, 0);
  return tf.div(tf.addN(sums), size);
}
