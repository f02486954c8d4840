import type {Tensor, TensorLike} from '@tensorflow/tfjs';
import type {Expression} from './formula/index.js';
import type {ActivationInstance} from './instance.js';
import type {ActivationLayer, ActivationLayerClass} from './layers/activation-layer.js';
import type {Options} from './options.js';
import type {Constraint, Identifier, Initializer, LayerArgs, Regularizer} from './tfjs-classes.js';

/** A fixed setting of a formula; `null` is a number that may be absent. */
export type OptionValue = number | boolean | null;

/** A default, or a default with the smallest value accepted, or a value that is not. */
export type OptionDefinition =
  OptionValue | {default: OptionValue; minimum?: number; except?: number};

/** A weight of a formula, which its layer learns. */
export interface WeightDefinition {
  /** What the weight starts as: a number, one number for each coefficient, or an initializer. */
  initializer: number | readonly number[] | Identifier<Initializer>;
  regularizer?: Identifier<Regularizer>;
  /** Holds right after every optimizer step. */
  constraint?: Identifier<Constraint>;
  /** Makes the weight a vector of this many coefficients: an array in the formula. */
  length?: number;
  /** What stands for it where an op is given no value and its initializer is random. */
  value?: number | readonly number[];
  /** The axes that share it, whatever those of the layer. */
  sharedAxes?: SharedAxes;
}

export type OptionDefinitions = Record<string, OptionDefinition>;
export type WeightDefinitions = Record<string, WeightDefinition>;

/** Further names of options. */
export type OptionAliases<O> = Readonly<Record<string, keyof O & string>>;

type OptionOf<D> = D extends {default: infer V}
  ? OptionOf<V>
  : D extends number
    ? number
    : D extends boolean
      ? boolean
      : number | null;

/**
 * Which axes share one weight: axis numbers as in the input's shape (0 is the batch; negative ones
 * count from the end), 'spatial' (all but batch and channel), 'all', or [] for a weight per element.
 */
export type SharedAxes = number | readonly number[] | 'spatial' | 'all';

/** An activation function, written once. */
export interface ActivationDefinition<
  O extends OptionDefinitions = OptionDefinitions,
  W extends WeightDefinitions = WeightDefinitions,
  A extends OptionAliases<O> = OptionAliases<O>,
> {
  /** The name of the op and, without weights, of `activation: '…'`; camelCase. */
  readonly name: string;
  /** The name of the layer in saved models; PascalCase. Default: `name` with a capital. */
  readonly className?: string;
  /** Further names for `activation: '…'`. */
  readonly aliases?: readonly string[];
  /** Fixed settings: numbers, booleans, or null for a number that may be absent. */
  readonly options?: O;
  /** Defaults of the layer, where they differ from the op's. */
  readonly layerOptions?: {readonly [K in keyof O]?: OptionOf<O[K]>};
  /** Further names of options, such as `{negativeSlope: 'alpha'}`. */
  readonly optionAliases?: A;
  /** Learnable weights. */
  readonly weights?: W;
  /** The layer's default. Default: 'spatial', or 'all' where a weight is a vector. */
  readonly sharedAxes?: SharedAxes;
  /** The formula, from the input `x`, the weights and the options. */
  readonly formula: (
    inputs: {x: Expression} & {
      [K in keyof W]: W[K] extends {length: number} ? Expression[] : Expression;
    } & {[K in keyof O]: OptionOf<O[K]>},
  ) => Expression;
  /** The inputs that its weights start as a fit for; the monitor tells where others come in. */
  readonly domain?: readonly [low: number, high: number];
  /**
   * The variance of the kernels between such activations, times their fanIn: what the initializer
   * goes by where the paper has a rule of its own. Default: the square of the gain.
   */
  readonly kernelScale?: (parameters: PlainParameters<O, W>) => number;
  /** Where it was published. */
  readonly paper?: string;
  /** When to use it and when not, in a sentence or two: what the paper, or experience, says. */
  readonly note?: string;
}

/** Every option and weight as plain numbers. */
export type PlainParameters<O, W> = {[K in keyof O]: OptionOf<O[K]>} & {
  [K in keyof W]: W[K] extends {length: number} ? readonly number[] : number;
};

/** The options by their own names and by their aliases. */
type OptionArguments<O, A> = {[K in keyof O]?: OptionOf<O[K]>} & {
  [K in keyof A]?: A[K] extends keyof O ? OptionOf<O[A[K]]> : never;
};

type WeightArguments<W> = {
  [K in keyof W & string as `${K}Initializer`]?:
    Identifier<Initializer> | number | (W[K] extends {length: number} ? readonly number[] : never);
} & {
  [K in keyof W & string as `${K}Regularizer`]?: Identifier<Regularizer> | null;
} & {
  [K in keyof W & string as `${K}Constraint`]?: Identifier<Constraint> | null;
};

/** The arguments of an activation's layer. */
export type ActivationLayerArgs<O = object, W = object, A = object> = LayerArgs &
  OptionArguments<O, A> &
  WeightArguments<W> & {
    /** Which axes share one weight. */
    sharedAxes?: SharedAxes | null;
    /** Where the channel axis is, for 'spatial'. Default: 'channelsLast'. */
    dataFormat?: 'channelsLast' | 'channelsFirst';
  };

/** Values for an op's options and weights, and for `evaluate`. */
export type Parameters<O, W, A, Value> = OptionArguments<O, A> & {[K in keyof W]?: Value};

type IsAny<T> = 0 extends 1 & T ? true : false;

type VectorsOf<W> = {[K in keyof W]: W[K] extends {length: number} ? K : never}[keyof W];

/** Weights found by `fitTo`, as plain data. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- numbers or arrays, of any weights
export interface ActivationFit<W = any> {
  /** For the op and for `evaluate`: `rational(x, fit.weights)`. */
  readonly weights: {[K in keyof W]: W[K] extends {length: number} ? number[] : number};
  /** For the layer, which then starts as the target: `layers.rational(fit.layerArguments)`. */
  readonly layerArguments: {
    [K in keyof W & string as `${K}Initializer`]: W[K] extends {length: number} ? number[] : number;
  };
  /** How far the fit is from the target, at 1001 points of the domain. */
  readonly error: {readonly largest: number; readonly rootMeanSquare: number};
  readonly domain: readonly [low: number, high: number];
}

interface FitOptions {
  readonly domain?: readonly [low: number, high: number];
}

interface FitTo<W> {
  (target: (x: number) => number, options?: FitOptions): ActivationFit<W>;
  (target: AnyActivation, options?: FitOptions): ActivationFit<W>;
}

/** What generic code sees of any activation. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- any option and weight may be passed
export type AnyActivation = Activation<any, any, any>;

/**
 * An activation function: an op on tensors, with everything that follows from its formula.
 *
 * `activation(x)` applies it to a tensor or array (int32 and bool are cast to float32);
 * `activation(x, {…})` with options, and weights as tensors, arrays or numbers that broadcast to
 * the shape of `x` (a vector of coefficients has a last axis of its own). Weights that are not given
 * have their starting values.
 */
export interface Activation<O = object, W = object, A = object> {
  (x: Tensor | TensorLike, parameters?: Parameters<O, W, A, Tensor | TensorLike>): Tensor;
  readonly name: string;
  /** The class name of its layer in saved models. */
  readonly className: string;
  readonly aliases: readonly string[];
  /** The options and their defaults. */
  readonly options: {readonly [K in keyof O]: OptionOf<O[K]>};
  /** The weights, as defined. */
  readonly weights: Readonly<W>;
  /** The formula at the default options. */
  readonly formula: Expression;
  /** The derivative of the formula by x. */
  readonly derivative: Expression;
  readonly paper?: string;
  /** When to use it and when not. */
  readonly note?: string;
  /** The definition it was created from. */
  readonly definition: ActivationDefinition;
  /** The class of its layer, which tfjs saves and loads as `className`. */
  readonly layerClass: ActivationLayerClass<O, W, A>;
  /** The formula and the kernel program at given options; every option must be there. */
  instance(options: Options): ActivationInstance;
  /** A layer that applies it, and learns its weights. */
  layer(args?: ActivationLayerArgs<O, W, A>): ActivationLayer;
  /** The value at `x`, in float64. */
  evaluate(x: number, parameters?: Parameters<O, W, A, number | readonly number[]>): number;
  /**
   * 1/√E[f(z)²] for z ~ N(0, 1), to about ten digits: the factor by which the kernels that its outputs
   * meet should be larger than 1/√fanIn, for signals to keep their size. Infinity where it is 0
   * everywhere.
   */
  gain(parameters?: Parameters<O, W, A, number | readonly number[]>): number;
  /**
   * The recommended initializer of kernels between layers of it, at its defaults:
   * `varianceScaling({scale: gain², mode: 'fanIn', distribution: 'uniform'})`, or with the scale
   * that its paper gives. With options or learned weights: `initializerFor(layer)`.
   * @throws if the activation is 0 everywhere, or a weight has no single starting value.
   */
  readonly initializer: Initializer;
  /**
   * Of an activation with a vector of coefficients: the weights with which it comes closest to
   * `target`, by least squares over 1001 evenly spaced points of `domain` (default: the definition's,
   * or [−3, 3]). `rational.layer(rational.fitTo(swish).layerArguments)` starts as swish.
   *
   * The target is an activation at its defaults, or a function: `x => elu.evaluate(x, {alpha: 0.5})`.
   * Coefficients that shape nothing on the domain keep their starting values. Where the formula is not
   * linear in its weights, the best of several starts is taken, the same ones every time. Constraints
   * are not heeded: they hold from the first optimizer step on.
   * @throws if the target is neither, or not a finite number somewhere on the domain; if the domain is
   * not two finite numbers, the lower first; if an option is unknown.
   */
  readonly fitTo: IsAny<W> extends true
    ? FitTo<W> | undefined
    : [VectorsOf<W>] extends [never]
      ? undefined
      : FitTo<W>;
}
