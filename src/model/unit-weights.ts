import * as tf from '@tensorflow/tfjs';
import type {Tensor} from '@tensorflow/tfjs';
import type {Layer} from '../monitor/flow.js';
import {ActivationLayer} from '../layers/activation-layer.js';
import {toCamelCase} from '../names.js';
import type {Initializer} from '../tfjs-classes.js';
import type {Edits} from './edits.js';
import {variablesOf} from './graph.js';

/** A weight of a layer, and its name there, such as 'kernel'. */
export interface LayerWeight {
  readonly name: string;
  readonly variable: tf.Variable;
}

/** The weights of a layer, those that are not trained too. */
export function weightsOf(layer: Layer): LayerWeight[] {
  return variablesOf(layer).map(({originalName, val}) => ({
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

/** 1 for the units that are meant, of all of them, which an axis may hold several times; else 0. */
export function maskOf(units: readonly number[], all: number, times = 1): tf.Tensor3D {
  const flags = Array.from({length: all * times}, (_, index) =>
    Number(units.includes(index % all)),
  );
  return tf.tensor3d(flags, [1, all * times, 1]);
}

/**
 * Gives units other values, of any shape that broadcasts to the view. (The result is computed in the
 * shape of the variable: wasm goes by the shape that a bias had before it was reshaped.)
 */
export function replaceUnits(
  edits: Edits,
  variable: tf.Variable,
  view: UnitView,
  units: readonly number[],
  values: (before: tf.Tensor3D, isMeant: Tensor) => Tensor,
): void {
  const inShape = (tensor: Tensor): Tensor =>
    tf.reshape(tf.broadcastTo(tensor, [view.outer, view.units, view.inner]), variable.shape);
  // Not all backends broadcast booleans.
  const isMeant = tf.cast(inShape(maskOf(units, view.units)), 'bool');
  const before = edits.valueOf(variable);
  const others = values(seen(before, view), seen(isMeant, view));
  edits.set(variable, tf.where(isMeant, inShape(others), before));
}

/** How often each weight has been drawn anew. */
const draws = new WeakMap<tf.Variable, number>();

/** Between the seeds of two draws: far enough for the seeds of other layers. */
const SEED_STEP = 7919;

/** The initializers of tfjs that draw nothing at random. */
const FIXED = ['Zeros', 'Ones', 'Constant', 'Identity'];

/** The initializer of a layer for a weight, as it was given to the layer. */
export function ownInitializer(layer: Layer, weight: string): Initializer | undefined {
  if (layer instanceof ActivationLayer) return layer.initializers[weight];
  const fields = layer as unknown as Readonly<Record<string, Initializer | undefined>>;
  return fields[`${toCamelCase(weight)}Initializer`];
}

/** Whether an initializer draws at random; one that is not of tfjs is taken at its word. */
export function isRandom(initializer: Initializer | undefined): boolean {
  return initializer !== undefined && !FIXED.includes(initializer.getClassName());
}

type InitializerClass = new (config: tf.serialization.ConfigDict) => Initializer;

/** The same; where it has a seed, one that draws other numbers each time, the same in every run. */
export function nextInitializer(initializer: Initializer, variable: tf.Variable): Initializer {
  const config = initializer.getConfig();
  if (typeof config.seed !== 'number') return initializer;
  const count = (draws.get(variable) ?? 0) + 1;
  draws.set(variable, count);
  const seed = config.seed + SEED_STEP * count;
  return new (initializer.constructor as InitializerClass)({...config, seed});
}
