import * as tf from '@tensorflow/tfjs';
import type {LayerVariable, Tensor, serialization} from '@tensorflow/tfjs';
import type {WeightDefinitions} from '../../activation-types.js';
import {toFloat} from '../../apply.js';
import {messageOf} from '../../errors.js';
import {serialize} from '../../tfjs-classes.js';
import type {
  Constraint,
  Identifier,
  Initializer,
  LayerArgs,
  Regularizer,
} from '../../tfjs-classes.js';
import type {WeightParts} from '../../weight-parts.js';
import {markAsActivationWeight} from '../activation-weights.js';
import {CheckedLayer, oneShape} from '../checked-layer.js';
import type {Shape} from '../checked-layer.js';
import {layerArguments, ownerOf} from '../layer-arguments.js';
import {
  checkShapeOfEveryWrite,
  checkWeights,
  constrainEveryAssignment,
  partsOfWeights,
  weightArguments,
} from '../layer-weights.js';
import type {OptionTable} from './options.js';

/** What `call` is given besides its input, such as `{training: true}`. */
export type CallArguments = Readonly<Record<string, unknown>>;

/** The arguments of a layer with these options, and with weights of these names. */
export type MixingLayerArgs<O = object, W extends string = never> = LayerArgs & {
  [K in keyof O]?: O[K] | null;
} & {
  [K in W as `${K}Initializer`]?: Identifier<Initializer> | number;
} & {
  [K in W as `${K}Regularizer`]?: Identifier<Regularizer> | null;
} & {
  [K in W as `${K}Constraint`]?: Identifier<Constraint> | null;
};

/** The class of a layer that mixes units or is random. */
export interface MixingLayerClass {
  new (args?: never): MixingLayer;
  /** The name under which models save and load it. */
  readonly className: string;
  /** Its name in `layers`, and in what the monitor reports. */
  readonly activationName: string;
  /** What it computes, as text. */
  readonly formulaText: string;
  /** Where it was published. */
  readonly paper: string;
  /** When to use it and when not. */
  readonly note: string;
  readonly options: OptionTable<Record<string, unknown>>;
  readonly weights: WeightDefinitions;
  /** Whether its outputs are probabilities that add up to 1, or the logarithms of such. */
  readonly gives?: 'probabilities' | 'log-probabilities';
  readonly checkOptions?: (owner: string, options: never) => void;
}

/**
 * A layer whose outputs depend on several inputs each, or on chance: what no formula of one number
 * says. A class states its options and weights as data; `transform` does the work.
 */
export abstract class MixingLayer<
  O extends object = object,
  W extends string = never,
> extends CheckedLayer {
  static readonly options: object = {};
  static readonly weights: WeightDefinitions = {};

  /** The options, complete. */
  readonly options: Readonly<O>;

  protected readonly weightParts: Readonly<Record<W, WeightParts>>;

  /** @throws if an argument is unknown, of the wrong type or out of range. */
  constructor(args: MixingLayerArgs<O, W> = {}) {
    const checked = checkArguments(new.target as unknown as MixingLayerClass, args);
    super(checked.layerArguments);
    this.options = checked.options as O;
    this.weightParts = checked.weightParts as Record<W, WeightParts>;
    this.supportsMasking = true;
  }

  /** Throws where options do not fit each other. */
  static readonly checkOptions?: (owner: string, options: never) => void;

  /** The work, within a `tidy`, on a float32 tensor whose shape is checked. */
  protected abstract transform(x: Tensor, kwargs: CallArguments): Tensor;

  /** Creates the weights for inputs of this shape, if there are any. */
  protected createWeights?(inputShape: Shape): void;

  /** @throws if the layer cannot work on inputs of this shape. */
  protected shapeAfter(inputShape: Shape): Shape {
    return inputShape;
  }

  /** @throws if the layer cannot work on inputs of this shape, or a weight cannot be made; then none is. */
  override build(inputShape: Shape | Shape[]): void {
    const shape = oneShape(inputShape);
    this.shapeAfter(shape);
    try {
      this.createWeights?.(shape);
      if (this.initialWeights) this.checkWeights(this.initialWeights);
    } catch (error) {
      this.forgetWeights();
      throw error;
    }
    super.build(inputShape);
  }

  override call(inputs: Tensor | Tensor[], kwargs: CallArguments = {}): Tensor {
    return tf.tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const x = toFloat(this.label, 'the input', Array.isArray(inputs) ? inputs[0] : inputs);
      this.shapeAfter(x.shape);
      return this.transform(x, kwargs);
    });
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    return this.shapeAfter(oneShape(inputShape));
  }

  override getConfig(): serialization.ConfigDict {
    const config = {...super.getConfig(), ...this.options} as serialization.ConfigDict;
    for (const [weight, parts] of Object.entries<WeightParts>(this.weightParts)) {
      config[`${weight}Initializer`] = serialize(parts.initializer);
      config[`${weight}Regularizer`] = serialize(parts.regularizer);
      config[`${weight}Constraint`] = serialize(parts.constraint);
    }
    return config;
  }

  /** @throws if there are more or fewer tensors than weights, or one has another shape. */
  override setWeights(weights: Tensor[]): void {
    if (this.built) this.checkWeights(weights);
    super.setWeights(weights);
  }

  /** A weight as its arguments set it up. */
  protected createWeight(weight: W, shape: readonly number[]): LayerVariable {
    const {initializer, regularizer, constraint} = this.weightParts[weight];
    return this.addWeight(
      weight,
      [...shape],
      'float32',
      initializer,
      regularizer,
      true,
      constraint,
    );
  }

  /** As in every layer, but constraints hold after every optimizer step. */
  protected override addWeight(
    name: string,
    shape: Shape,
    dtype?: tf.DataType,
    initializer?: Initializer,
    regularizer?: Regularizer,
    trainable?: boolean,
    constraint?: Constraint,
  ): LayerVariable {
    let variable!: LayerVariable;
    try {
      tf.tidy(() => {
        variable = super.addWeight(name, shape, dtype, initializer, regularizer, trainable);
      });
    } catch (error) {
      throw new Error(
        `${this.label}: ${initializer?.getClassName()} cannot fill ${name} of shape [${shape}]: ` +
          messageOf(error),
        {cause: error},
      );
    }
    if (constraint) constrainEveryAssignment(variable.read() as tf.Variable, constraint);
    markAsActivationWeight(variable);
    const hint = 'was it saved for inputs of another size, or with other options?';
    checkShapeOfEveryWrite(variable, `${this.label}: ${name}`, hint);
    return variable;
  }

  private checkWeights(weights: readonly Tensor[]): void {
    const own = this.weights as unknown as readonly LayerVariable[];
    const names = own.map(({originalName}) => originalName.split('/').pop()!);
    checkWeights(
      this.label,
      weights,
      names,
      own.map(({shape}) => shape),
    );
  }

  private forgetWeights(): void {
    for (const weight of this.weights) weight.dispose();
    this.trainableWeights = [];
    this.nonTrainableWeights = [];
    this.losses.length = 0;
    (this as unknown as {_addedWeightNames: string[]})._addedWeightNames = [];
  }
}

interface CheckedArguments {
  readonly layerArguments: LayerArgs;
  readonly options: object;
  readonly weightParts: Record<string, WeightParts>;
}

function checkArguments(layerClass: MixingLayerClass, args: object): CheckedArguments {
  const {className, options, weights} = layerClass;
  const owner = ownerOf(className, args);
  const own = [...Object.keys(options), ...weightArguments(Object.keys(weights))];
  const ofLayer = layerArguments(owner, args, own);
  const given = args as Readonly<Record<string, unknown>>;
  const chosen = Object.entries(options).map(([name, {default: defaultValue, check}]) => [
    name,
    check(owner, name, given[name] ?? defaultValue),
  ]);
  const complete = Object.fromEntries(chosen) as object;
  layerClass.checkOptions?.(owner, complete as never);
  return {
    layerArguments: ofLayer,
    options: complete,
    weightParts: partsOfWeights(owner, weights, given),
  };
}
