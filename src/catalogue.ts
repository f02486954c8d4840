import type {serialization} from '@tensorflow/tfjs';
import type {
  AnyActivation,
  OptionValue,
  SharedAxes,
  WeightDefinitions,
} from './activation-types.js';
import {evaluateAtMany} from './formula/index.js';
import {defaultSharedAxes} from './layers/activation-layer.js';
import {activations, mixingLayers} from './layers/index.js';
import type {MixingLayerClass} from './layers/mixing/index.js';
import type {Options} from './options.js';
import {isMonotonic, rangeOf} from './range.js';
import type {ManyValues, Range} from './range.js';
import {startingValues} from './starting-value.js';
import {serialize} from './tfjs-classes.js';
import {weightParts} from './weight-parts.js';

/** An initializer, regularizer or constraint as tfjs saves it. */
export interface SerializedPart {
  readonly className: string;
  readonly config: Readonly<Record<string, unknown>>;
}

/** A learnable weight. */
export interface CatalogueWeight {
  readonly name: string;
  /** Where it is a vector, the number of its coefficients. */
  readonly length?: number;
  readonly initializer: SerializedPart;
  readonly regularizer?: SerializedPart;
  readonly constraint?: SerializedPart;
  /** The axes that share it, whatever those of the layer. */
  readonly sharedAxes?: SharedAxes;
}

/**
 * What is known of an activation, as plain data; values are those at its defaults. Range, monotonicity,
 * gain and initializer are null where it is not elementwise.
 */
export interface CatalogueEntry {
  readonly name: string;
  /** The class name of its layer. */
  readonly className: string;
  readonly aliases: readonly string[];
  readonly kind: 'fixed' | 'learnable';
  /** Whether each output depends on one input alone. What does not, or is random, is a layer only. */
  readonly elementwise: boolean;
  readonly formula: string;
  /** The derivative by x; null where it is not elementwise. */
  readonly derivative: string | null;
  /** The options and their defaults; null where one must be given, or may be absent. */
  readonly options: Readonly<Record<string, OptionValue | readonly number[]>>;
  /** Defaults of the layer, where they differ from the op's. */
  readonly layerOptions: Readonly<Record<string, OptionValue>>;
  readonly weights: readonly CatalogueWeight[];
  /** Which axes share the weights, unless the layer is told otherwise; null where nothing is shared. */
  readonly sharedAxes: SharedAxes | null;
  /** Its least and greatest value, to ten digits, each null where there is no bound. */
  readonly range: Range | null;
  /** Whether it never falls, or never rises. */
  readonly monotonic: boolean | null;
  /** 1/√E[f(z)²] for z ~ N(0, 1). */
  readonly gain: number | null;
  /** Recommended for kernels between such activations. */
  readonly kernelInitializer: SerializedPart | null;
  /** Where it was published. */
  readonly paper: string | null;
  /** When to use it and when not: what the paper, or experience, says. */
  readonly summary: string | null;
}

/**
 * Every activation and every layer of the package by name, as plain data, ready for `JSON.stringify`.
 * Formulas, range and gain are computed when they are first read.
 */
export const catalogue: readonly CatalogueEntry[] = [
  ...Object.values(activations).map(entryOf),
  ...mixingLayers.map(entryOfLayer),
].sort((a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1));

function entryOf(activation: AnyActivation): CatalogueEntry {
  const {name, className, aliases, options, definition, formula} = activation;
  const weights = Object.keys(definition.weights ?? {});
  const values: ManyValues = xs => evaluateAtMany(formula, xs, startingValues(definition));
  return lazily<CatalogueEntry>({
    name: () => name,
    className: () => className,
    aliases: () => [...aliases],
    kind: () => (weights.length > 0 ? 'learnable' : 'fixed'),
    elementwise: () => true,
    formula: () => String(formula),
    derivative: () => String(activation.derivative),
    options: () => ({...(options as Options)}),
    layerOptions: () => ({...(definition.layerOptions as Options)}),
    weights: () => describeWeights(name, definition.weights),
    sharedAxes: () => (weights.length > 0 ? defaultSharedAxes(definition) : null),
    range: () => rangeOf(values),
    monotonic: () => isMonotonic(values),
    gain: () => activation.gain(),
    kernelInitializer: () => plain(activation.initializer),
    paper: () => definition.paper ?? null,
    summary: () => definition.note ?? null,
  });
}

function entryOfLayer(layerClass: MixingLayerClass): CatalogueEntry {
  const {activationName, className, formulaText, options, weights, paper, note} = layerClass;
  const defaults = (): [string, unknown][] =>
    Object.entries(options).map(([option, {default: value}]) => [option, value ?? null]);
  return lazily<CatalogueEntry>({
    name: () => activationName,
    className: () => className,
    aliases: () => [],
    kind: () => (Object.keys(weights).length > 0 ? 'learnable' : 'fixed'),
    elementwise: () => false,
    formula: () => formulaText,
    derivative: () => null,
    options: () => Object.fromEntries(defaults()) as CatalogueEntry['options'],
    layerOptions: () => ({}),
    weights: () => describeWeights(className, weights),
    sharedAxes: () => null,
    range: () => null,
    monotonic: () => null,
    gain: () => null,
    kernelInitializer: () => null,
    paper: () => paper,
    summary: () => note,
  });
}

function describeWeights(owner: string, weights: WeightDefinitions = {}): CatalogueWeight[] {
  return Object.entries(weights).map(([name, given]) => {
    const parts = weightParts(owner, given, part => `weights.${name}.${part}`);
    const {length, sharedAxes} = given;
    return {
      name,
      ...(length !== undefined && {length}),
      initializer: plain(parts.initializer),
      ...(parts.regularizer && {regularizer: plain(parts.regularizer)}),
      ...(parts.constraint && {constraint: plain(parts.constraint)}),
      ...(sharedAxes !== undefined && {sharedAxes}),
    };
  });
}

/** A part as JSON has it: what is undefined, such as a seed, left out. */
function plain(part: serialization.Serializable): SerializedPart {
  return JSON.parse(JSON.stringify(serialize(part))) as SerializedPart;
}

/** An object whose properties are computed when they are first read, and kept. */
function lazily<T extends object>(make: {readonly [K in keyof T]: () => T[K]}): T {
  const object = {} as T;
  for (const key of Object.keys(make) as (keyof T)[]) {
    const get = (): T[keyof T] => {
      const value = make[key]();
      Object.defineProperty(object, key, {value, enumerable: true});
      return value;
    };
    Object.defineProperty(object, key, {get, enumerable: true, configurable: true});
  }
  return object;
}
