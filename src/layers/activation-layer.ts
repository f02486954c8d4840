import * as tf from '@tensorflow/tfjs';
import type {LayerVariable, Tensor, serialization} from '@tensorflow/tfjs';
import type {
  ActivationDefinition,
  ActivationLayerArgs,
  AnyActivation,
  SharedAxes,
} from '../activation-types.js';
import {applyProgram, toFloat} from '../apply.js';
import {messageOf} from '../errors.js';
import {evaluateAtMany} from '../formula/index.js';
import {secondMomentOf} from '../gain.js';
import {defaultOptions, optionNames, resolveOptions} from '../options.js';
import type {Options} from '../options.js';
import {serialize} from '../tfjs-classes.js';
import type {Initializer, LayerArgs} from '../tfjs-classes.js';
import {initializerOf} from '../weight-parts.js';
import type {WeightParts} from '../weight-parts.js';
import {markAsActivationWeight} from './activation-weights.js';
import {CheckedLayer, oneShape} from './checked-layer.js';
import type {Shape} from './checked-layer.js';
import {CONFIG_EXTRAS, LAYER_ARGUMENTS, layerArguments, ownerOf} from './layer-arguments.js';
import {
  checkShapeOfEveryWrite,
  checkWeights,
  constrainEveryAssignment,
  partsOfWeights,
  weightArguments,
} from './layer-weights.js';
import {checkDataFormat, checkSharedAxes, resolveSharedAxes, weightShape} from './shared-axes.js';
import type {DataFormat} from './shared-axes.js';
import {unitsOf} from './unit-weights.js';

/** The class of an activation's layer. */
export interface ActivationLayerClass<O = object, W = object, A = object> {
  new (args?: ActivationLayerArgs<O, W, A>): ActivationLayer;
  /** The name under which models save and load it. */
  readonly className: string;
  fromConfig: typeof ActivationLayer.fromConfig;
}

/** Names that an activation's options and weights cannot have. */
export const RESERVED_NAMES = new Set([
  ...LAYER_ARGUMENTS,
  ...CONFIG_EXTRAS,
  'sharedAxes',
  'dataFormat',
  'x',
]);

interface CheckedArguments {
  readonly activation: AnyActivation;
  readonly layerArguments: LayerArgs;
  readonly options: Options;
  readonly weightParts: Readonly<Record<string, WeightParts>>;
  readonly sharedAxes: SharedAxes;
  readonly dataFormat: DataFormat;
}

/** A layer that applies an activation and learns its weights. */
export class ActivationLayer extends CheckedLayer {
  /** The activation that it applies. */
  readonly activation: AnyActivation;
  /** Its options, complete. */
  readonly options: Options;

  private readonly weightParts: Readonly<Record<string, WeightParts>>;
  private sharedAxes: SharedAxes;
  private readonly dataFormat: DataFormat;
  private variables: readonly LayerVariable[] = [];

  constructor(checked: CheckedArguments) {
    super(checked.layerArguments);
    this.activation = checked.activation;
    this.options = checked.options;
    this.weightParts = checked.weightParts;
    this.sharedAxes = checked.sharedAxes;
    this.dataFormat = checked.dataFormat;
    this.supportsMasking = true;
  }

  /**
   * 1/√E[f(z)²] for z ~ N(0, 1), over all units, or 256 of them: with the layer's weights as they are
   * now, or as they start where it is not built. Weights are read with `dataSync`.
   */
  gain(): number {
    const {formula} = this.activation.instance(this.options);
    const moments = unitsOf(this, this.label).map(weights =>
      secondMomentOf(zs => evaluateAtMany(formula, zs, weights)),
    );
    return Math.sqrt(moments.length / moments.reduce((sum, moment) => sum + moment, 0));
  }

  /** What its weights start from, by name. */
  get initializers(): Readonly<Record<string, Initializer>> {
    const entries = Object.entries(this.weightParts);
    return Object.fromEntries(entries.map(([weight, {initializer}]) => [weight, initializer]));
  }

  /** Whether a vector of coefficients starts elsewhere than the definition says, such as a fit. */
  get hasOwnStart(): boolean {
    const {className, definition} = this.activation;
    return Object.entries(definition.weights ?? {}).some(([weight, given]) => {
      if (given.length === undefined) return false;
      const defined = initializerOf(className, given, weight);
      const own = this.weightParts[weight].initializer;
      return JSON.stringify(serialize(own)) !== JSON.stringify(serialize(defined));
    });
  }

  /**
   * @throws if a shared axis is out of range, an axis that is not shared has no known size, or the
   * starting values do not fit; then no weight is created.
   */
  override build(inputShape: Shape | Shape[]): void {
    const shape = oneShape(inputShape);
    const weights = Object.entries(this.activation.definition.weights ?? {});
    if (weights.length > 0) {
      const axesOf = (sharedAxes: SharedAxes): number[] =>
        resolveSharedAxes(this.label, sharedAxes, shape.length, this.dataFormat);
      const axes = axesOf(this.sharedAxes);
      const outer = weightShape(this.label, shape, axes);
      const shapes = weights.map(([, {length, sharedAxes}]) => {
        const own = sharedAxes ? weightShape(this.label, shape, axesOf(sharedAxes)) : outer;
        return length === undefined ? own : [...own, length];
      });
      if (this.initialWeights) this.checkWeights(this.initialWeights, shapes);
      const values = this.initialValues(shapes);
      this.variables = weights.map(([weight], index) => this.createWeight(weight, values[index]));
      this.sharedAxes = axes;
      this.inputSpec = [new tf.InputSpec({ndim: shape.length, axes: ownAxes(outer)})];
    }
    super.build(inputShape);
  }

  /** What every weight starts as: all of them, or none where one cannot be made. */
  private initialValues(shapes: readonly number[][]): Tensor[] {
    const values: Tensor[] = [];
    for (const [index, [weight, {initializer}]] of Object.entries(this.weightParts).entries()) {
      const shape = shapes[index];
      try {
        values.push(tf.tidy(() => initializer.apply(shape, 'float32')));
        tf.util.assertShapesMatch(values[index].shape, shape);
      } catch (error) {
        tf.dispose(values);
        throw new Error(
          `${this.label}: ${weight}Initializer ${initializer.getClassName()} cannot fill a weight ` +
            `of shape [${shape}]: ${messageOf(error)}`,
          {cause: error},
        );
      }
    }
    return values;
  }

  /** The constraint is not the variable's: it would hold, outside of any tidy, in `write` alone. */
  private createWeight(weight: string, value: Tensor): LayerVariable {
    const {regularizer, constraint} = this.weightParts[weight];
    const initializer = {apply: () => value} as unknown as Initializer;
    const trainable = true;
    const variable = this.addWeight(
      weight,
      value.shape,
      'float32',
      initializer,
      regularizer,
      trainable,
      undefined,
      () => initializer,
    );
    if (constraint) constrainEveryAssignment(variable.read() as tf.Variable, constraint);
    markAsActivationWeight(variable);
    const hint = 'was it saved with other sharedAxes, or for inputs of another size?';
    checkShapeOfEveryWrite(variable, `${this.label}: ${weight}`, hint);
    return variable;
  }

  /** @throws if there are more or fewer tensors than weights, or one has another shape. */
  override setWeights(weights: Tensor[]): void {
    const shapes = this.variables.map(({shape}) => shape as number[]);
    if (this.built) this.checkWeights(weights, shapes);
    super.setWeights(weights);
  }

  private checkWeights(weights: readonly Tensor[], shapes: readonly number[][]): void {
    checkWeights(this.label, weights, Object.keys(this.weightParts), shapes);
  }

  override call(inputs: Tensor | Tensor[], kwargs: Parameters<tf.layers.Layer['call']>[1]): Tensor {
    return tf.tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const x = toFloat(this.label, 'the input', Array.isArray(inputs) ? inputs[0] : inputs);
      const {program} = this.activation.instance(this.options);
      const weights = this.variables.map(variable => variable.read());
      const constants = this.trainable ? [] : Object.keys(this.weightParts);
      return applyProgram(this.activation.className, program, x, weights, constants);
    });
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape | Shape[] {
    return inputShape;
  }

  override getConfig(): serialization.ConfigDict {
    const config: serialization.ConfigDict = {...super.getConfig(), ...this.options};
    for (const [weight, parts] of Object.entries(this.weightParts)) {
      config[`${weight}Initializer`] = serialize(parts.initializer);
      config[`${weight}Regularizer`] = serialize(parts.regularizer);
      config[`${weight}Constraint`] = serialize(parts.constraint);
    }
    if (Object.keys(this.weightParts).length > 0) {
      const {sharedAxes, dataFormat} = this;
      config.sharedAxes = sharedAxes as number[];
      if (sharedAxes === 'spatial') config.dataFormat = dataFormat;
    }
    return config;
  }
}

/**
 * Makes the layer class of an activation. Its constructor throws if an argument is unknown, of the
 * wrong type or out of range.
 */
export function createLayerClass(activation: AnyActivation): ActivationLayerClass {
  return class extends ActivationLayer {
    /** @nocollapse */
    static readonly className = activation.className;

    constructor(args: ActivationLayerArgs = {}) {
      super(checkArguments(activation, args));
    }
  };
}

function checkArguments(activation: AnyActivation, args: ActivationLayerArgs): CheckedArguments {
  const {definition, className} = activation;
  const owner = ownerOf(className, args);
  const given = withoutNulls(definition, args);
  const {weights = {}} = definition;
  const names = Object.keys(weights);
  const shared = names.length > 0 ? ['sharedAxes', 'dataFormat'] : [];
  const own = [...optionNames(definition).keys(), ...weightArguments(names), ...shared];
  const ofLayer = layerArguments(owner, args, own);
  const defaults = {...defaultOptions(definition), ...definition.layerOptions} as Options;
  return {
    activation,
    layerArguments: ofLayer,
    options: resolveOptions(owner, definition, given, defaults),
    weightParts: partsOfWeights(owner, weights, given),
    sharedAxes: checkSharedAxes(owner, args.sharedAxes ?? defaultSharedAxes(definition)),
    dataFormat: checkDataFormat(owner, args.dataFormat ?? 'channelsLast'),
  };
}

/** The axes that share the weights, unless a layer is told otherwise. */
export function defaultSharedAxes({weights = {}, sharedAxes}: ActivationDefinition): SharedAxes {
  const hasVectors = Object.values(weights).some(({length}) => length !== undefined);
  return sharedAxes ?? (hasVectors ? 'all' : 'spatial');
}

/** An option of null means its default, as in stock tfjs, unless it may be null. */
function withoutNulls(definition: ActivationDefinition, args: object): Record<string, unknown> {
  const names = optionNames(definition);
  const defaults = defaultOptions(definition);
  const isMeant = ([key, value]: [string, unknown]): boolean =>
    value !== null || !names.has(key) || defaults[names.get(key)!] === null;
  return Object.fromEntries(Object.entries(args).filter(isMeant));
}

/** The sizes that later inputs must have, by axis: those of the axes with weights of their own. */
function ownAxes(outer: readonly number[]): Record<number, number> {
  const sizes = outer.map((size, index) => [index + 1, size] as const);
  return Object.fromEntries(sizes.filter(([, size]) => size !== 1));
}
