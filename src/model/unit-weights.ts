import * as tf from '@tensorflow/tfjs';
import type {Tensor} from '@tensorflow/tfjs';
import type {Layer} from '../monitor/flow.js';
import {ActivationLayer} from '../layers/activation-layer.js';
import {toCamelCase} from '../names.js';
import type {Initializer} from '../tfjs-classes.js';
import {initializerOf} from '../weight-parts.js';

/** A weight of a layer, and its name there, such as 'kernel'. */
export interface LayerWeight {
  readonly name: string;
  readonly variable: tf.Variable;
}

/** The weights of a layer, those that are not trained too. */
export function weightsOf(layer: Layer): LayerWeight[] {
  const variables = layer.weights as unknown as readonly {originalName: string; val: tf.Variable}[];
  return variables.map(({originalName, val}) => ({
    name: originalName.split('/').pop()!,
    variable: val,
  }));
}

export function weightNamed(layer: Layer, wanted: string): tf.Variable | undefined {
  return weightsOf(layer).find(({name}) => name === wanted)?.variable;
}

/** A weight as it lies in memory: `[outer, units, inner]`. */
export interface UnitView {
  readonly outer: number;
  readonly units: number;
  readonly inner: number;
}

/**
 * Where the parts of units are in a weight, whose axis of units counts from its end. The axis may hold
 * all units several times, one after the other, as those behind a Flatten do. Undefined where the
 * units share the weight.
 */
export function viewOf(
  shape: readonly number[],
  axis: number,
  units: number,
): UnitView | undefined {
  const own = shape.length + axis;
  if (shape[own] === undefined || shape[own] % units !== 0) return undefined;
  const inner = tf.util.sizeFromShape(shape.slice(own + 1));
  return {outer: tf.util.sizeFromShape([...shape]) / (units * inner), units, inner};
}

/** The axis, from the end, of the units in a weight of a layer that changes numbers one by one. */
export function axisInWeight(layer: Layer, name: string): number {
  if (!(layer instanceof ActivationLayer)) return -1;
  return layer.activation.definition.weights?.[name]?.length === undefined ? -1 : -2;
}

/** A weight, or what is of its shape, in the shape of a view. */
export function seen(tensor: Tensor, {outer, units, inner}: UnitView): tf.Tensor3D {
  return tf.reshape(tensor, [outer, units, inner]);
}

/** Which units of a view are meant: of shape `[1, units, 1]`. */
export function maskOf(units: readonly number[], view: UnitView): Tensor {
  const flags = Array.from({length: view.units}, (_, unit) => units.includes(unit));
  return tf.tensor3d(flags, [1, view.units, 1], 'bool');
}

/**
 * Gives units other values, of any shape that broadcasts to the view. (The result is computed in the
 * shape of the variable: wasm goes by the shape that a bias had before it was reshaped.)
 */
export function replaceUnits(
  variable: tf.Variable,
  view: UnitView,
  units: readonly number[],
  values: (before: tf.Tensor3D, isMeant: Tensor) => Tensor,
): void {
  tf.tidy(() => {
    const isMeant = maskOf(units, view);
    const others = values(seen(variable, view), isMeant);
    const inShape = (tensor: Tensor): Tensor =>
      tf.reshape(tf.broadcastTo(tensor, [view.outer, view.units, view.inner]), variable.shape);
    // Not all backends broadcast booleans.
    const isMeantInShape = tf.cast(inShape(tf.cast(isMeant, 'float32')), 'bool');
    variable.assign(tf.where(isMeantInShape, inShape(others), variable));
  });
}

/** How often each weight has been drawn anew. */
const draws = new WeakMap<tf.Variable, number>();

/** Between the seeds of two draws: far enough for the seeds of other layers. */
const SEED_STEP = 7919;

/** An initializer's configuration, as layers save it. */
interface InitializerConfig {
  readonly className: string;
  readonly config: Readonly<Record<string, unknown>>;
}

/** The initializer that a layer's configuration gives for a weight, if it does. */
export function initializerConfigOf(layer: Layer, weight: string): InitializerConfig | undefined {
  const argument = `${toCamelCase(weight)}Initializer`;
  return (layer.getConfig()[argument] ?? undefined) as InitializerConfig | undefined;
}

/** Whether an initializer draws at random: all that do have a seed, if only null. */
export function isRandom(initializer: InitializerConfig | undefined): boolean {
  return initializer !== undefined && 'seed' in initializer.config;
}

/** As configured; where it has a seed, one that draws other numbers each time, the same in every run. */
export function nextInitializer(
  {className, config}: InitializerConfig,
  variable: tf.Variable,
): Initializer {
  const count = (draws.get(variable) ?? 0) + 1;
  draws.set(variable, count);
  const {seed} = config;
  const next = typeof seed === 'number' ? {...config, seed: seed + SEED_STEP * count} : config;
  return initializerOf(className, {initializer: {className, config: next} as never}, 'initializer');
}
