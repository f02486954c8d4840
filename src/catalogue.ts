import type {serialization} from '@tensorflow/tfjs';
import type {
  ActivationDefinition,
  AnyActivation,
  OptionValue,
  SharedAxes,
} from './activation-types.js';
import {evaluateAtMany} from './formula/index.js';
import {defaultSharedAxes} from './layers/activation-layer.js';
import {activations} from './layers/index.js';
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

/** What is known of an activation, as plain data; values are those at its defaults. */
export interface CatalogueEntry {
  readonly name: string;
  /** The class name of its layer. */
  readonly className: string;
  readonly aliases: readonly string[];
  readonly kind: 'fixed' | 'learnable';
  readonly formula: string;
  /** The derivative by x. */
  readonly derivative: string;
  /** The options and their defaults. */
  readonly options: Readonly<Record<string, OptionValue>>;
  /** Defaults of the layer, where they differ from the op's. */
  readonly layerOptions: Readonly<Record<string, OptionValue>>;
  readonly weights: readonly CatalogueWeight[];
  /** Which axes share the weights, unless the layer is told otherwise; null without weights. */
  readonly sharedAxes: SharedAxes | null;
  /** Its least and greatest value, to ten digits; null where there is no bound. */
  readonly range: Range;
  /** Whether it never falls, or never rises. */
  readonly monotonic: boolean;
  /** 1/√E[f(z)²] for z ~ N(0, 1). */
  readonly gain: number;
  /** Recommended for kernels between such activations. */
  readonly kernelInitializer: SerializedPart;
  /** Where it was published. */
  readonly paper: string | null;
  /** When to use it and when not: what the paper, or experience, says. */
  readonly summary: string | null;
}

/**
 * Every activation of one number that the package has, as plain data, ready for `JSON.stringify`.
 * Formulas, range and gain are computed when they are first read.
 */
export const catalogue: readonly CatalogueEntry[] = Object.values(activations).map(entryOf);

function entryOf(activation: AnyActivation): CatalogueEntry {
  const {name, className, aliases, options, definition, formula} = activation;
  const weights = Object.keys(definition.weights ?? {});
  const values: ManyValues = xs => evaluateAtMany(formula, xs, startingValues(definition));
  return lazily<CatalogueEntry>({
    name: () => name,
    className: () => className,
    aliases: () => [...aliases],
    kind: () => (weights.length > 0 ? 'learnable' : 'fixed'),
    formula: () => String(formula),
    derivative: () => String(activation.derivative),
    options: () => ({...(options as Options)}),
    layerOptions: () => ({...(definition.layerOptions as Options)}),
    weights: () => weights.map(weight => describeWeight(definition, weight)),
    sharedAxes: () => (weights.length > 0 ? defaultSharedAxes(definition) : null),
    range: () => rangeOf(values),
    monotonic: () => isMonotonic(values),
    gain: () => activation.gain(),
    kernelInitializer: () => plain(activation.initializer),
    paper: () => definition.paper ?? null,
    summary: () => definition.note ?? null,
  });
}

function describeWeight(definition: ActivationDefinition, weight: string): CatalogueWeight {
  const given = definition.weights![weight];
  const {initializer, regularizer, constraint} = weightParts(
    definition.name,
    given,
    part => `weights.${weight}.${part}`,
  );
  return {
    name: weight,
    ...(given.length !== undefined && {length: given.length}),
    initializer: plain(initializer),
    ...(regularizer && {regularizer: plain(regularizer)}),
    ...(constraint && {constraint: plain(constraint)}),
    ...(given.sharedAxes !== undefined && {sharedAxes: given.sharedAxes}),
  };
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
