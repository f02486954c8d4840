import * as tf from '@tensorflow/tfjs';
import {initializerFor} from '../initializer-for.js';
import type {Layer} from '../monitor/flow.js';
import type {Initializer} from '../tfjs-classes.js';
import type {Edits} from './edits.js';
import type {Link} from './links.js';
import type {OptimizerSlots} from './optimizer-slots.js';
import type {Job} from './revival-plan.js';
import {changesEach, kernelAxis} from './unit-path.js';
import type {Branch} from './unit-path.js';
import {
  axisInWeight,
  isRandom,
  maskOf,
  nextInitializer,
  ownInitializer,
  replaceUnits,
  seen,
  viewOf,
  weightNamed,
  weightsOf,
} from './unit-weights.js';
import type {LayerWeight} from './unit-weights.js';

/** Takes the units out of the next layers: their outgoing weights become 0. */
export function letGo({units, rest, path}: Job, edits: Edits, slots: OptimizerSlots): void {
  for (const {passed, consumer} of path.branches) {
    const kernel = weightNamed(consumer, 'kernel')!;
    const view = viewOf(kernel.shape, kernelAxis(consumer, 'inputs'), path.units)!;
    const isZero = rest.every(each => each === 0);
    if (!isZero || passed.some(({layer}) => changesEach(layer))) {
      addToBias(edits, {units, rest, path}, {passed, consumer}, kernel);
    }
    replaceUnits(edits, kernel, view, units, () => tf.scalar(0));
    slots.reset(edits, kernel, view, units);
  }
}

/** Adds to the next biases what the units give through the kernel. */
function addToBias(
  edits: Edits,
  {units, rest, path}: Pick<Job, 'units' | 'rest' | 'path'>,
  {passed, consumer}: Branch,
  kernel: tf.Variable,
): void {
  const given = Array.from({length: path.units}, (_, unit) => rest[units.indexOf(unit)] ?? 0);
  const through = passThrough(passed, given);
  const ofAll = viewOf(kernel.shape, kernelAxis(consumer, 'inputs'), through.size)!;
  const isMeant = maskOf(units, path.units, through.size / path.units);
  const meant = tf.mul(tf.reshape(through, isMeant.shape), isMeant);
  const added = tf.sum(tf.mul(meant, seen(edits.valueOf(kernel), ofAll)), [0, 1]);
  const bias = weightNamed(consumer, 'bias')!;
  edits.set(bias, tf.add(edits.valueOf(bias), added));
}

/** What becomes of a number for each unit, the same at all positions, on the way to the next kernel. */
function passThrough(passed: readonly Link[], given: readonly number[]): tf.Tensor {
  return passed.reduce<tf.Tensor>(
    (values, {layer, output: {shape}}) => {
      const positions = shape[shape.length - 1]! / values.size;
      if (positions > 1) return tf.tile(tf.reshape(values, [1, values.size]), [1, positions]);
      if (!changesEach(layer)) return values;
      const rank = shape.length;
      const shaped = tf.reshape(values, [...Array<number>(rank - 1).fill(1), values.size]);
      // The call of its class: that of the layer may be watched.
      const {call} = layer.constructor.prototype as Layer;
      return call.call(layer, shaped, {training: false}) as tf.Tensor;
    },
    tf.tensor2d([...given], [1, given.length]),
  );
}

/** Draws the incoming weights of the units, and starts all else that is theirs alone. */
export function startAnew(job: Job, edits: Edits, slots: OptimizerSlots): void {
  const {units, path} = job;
  const {producer, before, branches} = path;
  for (const {name, variable} of weightsOf(producer)) {
    const isKernel = name === 'kernel';
    const view = viewOf(variable.shape, isKernel ? kernelAxis(producer, 'units') : -1, path.units)!;
    const draw = (): tf.Tensor =>
      seen(kernelInitializerOf(job, variable).apply(variable.shape), view);
    replaceUnits(edits, variable, view, units, () => (isKernel ? draw() : tf.scalar(0)));
    slots.reset(edits, variable, view, units);
  }
  const passed = [before, ...branches.map(branch => branch.passed)].flat();
  for (const layer of new Set(passed.map(each => each.layer))) {
    for (const weight of weightsOf(layer)) restart(layer, weight, job, edits, slots);
  }
}

function kernelInitializerOf({path, activationName}: Job, kernel: tf.Variable): Initializer {
  const own = ownInitializer(path.producer, 'kernel');
  return own && isRandom(own) ? nextInitializer(own, kernel) : initializerFor(activationName);
}

/** Starts the units of a weight on their way as its layer does, where they have parts of their own. */
function restart(
  layer: Layer,
  {name, variable}: LayerWeight,
  {units, path}: Job,
  edits: Edits,
  slots: OptimizerSlots,
): void {
  const view = viewOf(variable.shape, axisInWeight(layer, name), path.units);
  const own = ownInitializer(layer, name);
  if (!view || !own) return;
  const initializer = nextInitializer(own, variable);
  replaceUnits(edits, variable, view, units, () => seen(initializer.apply(variable.shape), view));
  slots.reset(edits, variable, view, units);
}
