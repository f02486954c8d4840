import * as tf from '@tensorflow/tfjs';
import type {LayerVariable, Tensor, serialization} from '@tensorflow/tfjs';
import type {
  ActivationDefinition,
  ActivationLayerArgs,
  AnyActivation,
  SharedAxes,
} from '../activation-types.js';
import {applyProgram, toFloat} from '../apply.js';
import {checkKnown, describe} from '../errors.js';
import {defaultOptions, optionNames, resolveOptions} from '../options.js';
import type {Options} from '../options.js';
import {initializerOf} from '../starting-value.js';
import {resolveIdentifiers, serialize} from '../tfjs-classes.js';
import type {Constraint, Initializer, LayerArgs, Regularizer} from '../tfjs-classes.js';
import {checkSharedAxes, resolveSharedAxes, weightShape} from './shared-axes.js';
import type {DataFormat} from './shared-axes.js';

type Shape = (number | null)[];

/** The class of an activation's layer. */
export interface ActivationLayerClass<O = object, W = object, A = object> {
  new (args?: ActivationLayerArgs<O, W, A>): ActivationLayer;
  /** The name under which models save and load it. */
  readonly className: string;
  fromConfig: typeof ActivationLayer.fromConfig;
}

const LAYER_ARGUMENTS = [
  'name',
  'trainable',
  'dtype',
  'inputShape',
  'batchInputShape',
  'batchSize',
  'inputDType',
  'weights',
];

/** What Keras and tfjs add to a saved configuration. */
const CONFIG_EXTRAS = ['customObjects', 'module', 'registeredName', 'buildConfig'];

/** Names that an activation's options and weights cannot have. */
export const RESERVED_NAMES = new Set([
  ...LAYER_ARGUMENTS,
  ...CONFIG_EXTRAS,
  'sharedAxes',
  'dataFormat',
  'x',
]);

interface WeightParts {
  readonly initializer: Initializer;
  readonly regularizer?: Regularizer;
  readonly constraint?: Constraint;
}

/** The arguments that set up one weight: `alphaInitializer`, … */
const WEIGHT_PARTS = ['Initializer', 'Regularizer', 'Constraint'] as const;

interface CheckedArguments {
  readonly activation: AnyActivation;
  readonly layerArguments: LayerArgs;
  readonly options: Options;
  readonly weightParts: Readonly<Record<string, WeightParts>>;
  readonly sharedAxes: SharedAxes;
  readonly dataFormat: DataFormat;
}

/** A layer that applies an activation and learns its weights. */
export class ActivationLayer extends tf.layers.Layer {
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

  /** @throws if a shared axis is out of range, or an axis that is not shared has no known size. */
  override build(inputShape: Shape | Shape[]): void {
    const shape = (Array.isArray(inputShape[0]) ? inputShape[0] : inputShape) as Shape;
    const weights = Object.entries(this.activation.definition.weights ?? {});
    if (weights.length > 0) {
      const axes = resolveSharedAxes(this.label, this.sharedAxes, shape.length, this.dataFormat);
      const outer = weightShape(this.label, shape, axes);
      this.sharedAxes = axes;
      this.inputSpec = [new tf.InputSpec({ndim: shape.length, axes: ownAxes(outer)})];
      this.variables = weights.map(([weight, {length}]) =>
        this.createWeight(weight, length === undefined ? outer : [...outer, length]),
      );
    }
    super.build(inputShape);
  }

  private createWeight(weight: string, shape: number[]): LayerVariable {
    const {initializer, regularizer, constraint} = this.weightParts[weight];
    const trainable = true;
    const variable = this.addWeight(
      weight,
      shape,
      'float32',
      initializer,
      regularizer,
      trainable,
      constraint,
      () => initializer,
    );
    if (constraint) constrainEveryAssignment(variable.read() as tf.Variable, constraint);
    checkShapeOfEveryWrite(variable, `${this.label}: ${weight}`);
    return variable;
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

  /** Makes the layer of a configuration that `getConfig`, stock tfjs or Keras wrote. */
  static override fromConfig<T extends serialization.Serializable>(
    cls: serialization.SerializableConstructor<T>,
    config: serialization.ConfigDict,
  ): T {
    const args = Object.fromEntries(
      Object.entries(config).filter(
        ([key, value]) => !CONFIG_EXTRAS.includes(key) && (value !== null || isWeightArgument(key)),
      ),
    );
    if (config.sharedAxes === null) args.sharedAxes = [];
    if (typeof args.dtype === 'object') args.dtype = 'float32';
    return new cls(args);
  }

  private get label(): string {
    return `${this.activation.className} '${this.name}'`;
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

function isWeightArgument(key: string): boolean {
  return WEIGHT_PARTS.some(part => key.endsWith(part));
}

function checkArguments(activation: AnyActivation, args: ActivationLayerArgs): CheckedArguments {
  const {definition, className} = activation;
  const owner = args.name ? `${className} '${args.name}'` : className;
  const given = args as Readonly<Record<string, unknown>>;
  const weights = Object.keys(definition.weights ?? {});
  const weightArguments = weights.flatMap(weight => WEIGHT_PARTS.map(part => weight + part));
  const shared = weights.length > 0 ? ['sharedAxes', 'dataFormat'] : [];
  const own = [...optionNames(definition).keys(), ...weightArguments, ...shared];
  checkKnown(owner, 'argument', Object.keys(args), [...own, ...LAYER_ARGUMENTS]);

  const layerArguments = Object.fromEntries(
    Object.entries(args).filter(([key]) => LAYER_ARGUMENTS.includes(key)),
  );
  const defaults = {...defaultOptions(definition), ...definition.layerOptions} as Options;
  const weightParts = weights.map(weight => [
    weight,
    resolveWeightParts(definition, owner, weight, given),
  ]);
  return {
    activation,
    layerArguments,
    options: resolveOptions(owner, definition, given, defaults),
    weightParts: Object.fromEntries(weightParts),
    sharedAxes: checkSharedAxes(owner, args.sharedAxes ?? defaultSharedAxes(definition)),
    dataFormat: checkDataFormat(owner, args.dataFormat ?? 'channelsLast'),
  };
}

function checkDataFormat(owner: string, dataFormat: unknown): DataFormat {
  if (dataFormat === 'channelsLast' || dataFormat === 'channelsFirst') return dataFormat;
  throw new Error(
    `${owner}: dataFormat must be 'channelsLast' or 'channelsFirst', got ${describe(dataFormat)}`,
  );
}

function defaultSharedAxes({weights = {}, sharedAxes}: ActivationDefinition): SharedAxes {
  const hasVectors = Object.values(weights).some(({length}) => length !== undefined);
  return sharedAxes ?? (hasVectors ? 'all' : 'spatial');
}

function resolveWeightParts(
  {weights}: ActivationDefinition,
  owner: string,
  weight: string,
  given: Readonly<Record<string, unknown>>,
): WeightParts {
  const definition = weights![weight];
  const [initializer, regularizer, constraint] = WEIGHT_PARTS.map(part => given[weight + part]);
  try {
    return {
      ...resolveIdentifiers({
        regularizer: (regularizer === undefined
          ? definition.regularizer
          : regularizer) as Regularizer,
        constraint: (constraint === undefined ? definition.constraint : constraint) as Constraint,
      }),
      initializer: initializerOf({
        ...definition,
        initializer: (initializer ?? definition.initializer) as Initializer,
      }),
    };
  } catch (error) {
    const message = (error as Error).message.split('\n')[0];
    throw new Error(`${owner}: of the weight ${weight}: ${message}`, {cause: error});
  }
}

/** The sizes that later inputs must have, by axis: those of the axes with weights of their own. */
function ownAxes(outer: readonly number[]): Record<number, number> {
  const sizes = outer.map((size, index) => [index + 1, size] as const);
  return Object.fromEntries(sizes.filter(([, size]) => size !== 1));
}

/** Optimizers assign to the variable itself, past the layer: the constraint has to be there. */
function constrainEveryAssignment(variable: tf.Variable, constraint: Constraint): void {
  const assign = variable.assign.bind(variable);
  variable.assign = value => tf.tidy(() => assign(constraint.apply(value)));
}

function checkShapeOfEveryWrite(variable: LayerVariable, label: string): void {
  const write = variable.write.bind(variable);
  variable.write = value => {
    if (!tf.util.arraysEqual(value.shape, variable.shape as number[])) {
      throw new Error(
        `${label} has shape [${variable.shape}], but the weight to load has shape [${value.shape}]; ` +
          `was it saved with other sharedAxes, or for inputs of another size?`,
      );
    }
    return write(value);
  };
}
