import * as tf from '@tensorflow/tfjs';
import type {LayerVariable, Tensor, serialization} from '@tensorflow/tfjs';
import type {
  ActivationDefinition,
  ActivationLayerArgs,
  AnyActivation,
  SharedAxes,
} from '../activation-types.js';
import {applyProgram, checkType, toFloat} from '../apply.js';
import {checkKnown, checkObject, describe, messageOf} from '../errors.js';
import {toPascalCase} from '../names.js';
import {defaultOptions, optionNames, resolveOptions} from '../options.js';
import type {Options} from '../options.js';
import {serialize} from '../tfjs-classes.js';
import type {Constraint, Identifier, Initializer, LayerArgs, Regularizer} from '../tfjs-classes.js';
import {weightParts} from '../weight-parts.js';
import type {WeightParts} from '../weight-parts.js';
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

type ApplyArguments = Parameters<tf.layers.Layer['apply']>;

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

  /**
   * As in every layer of tfjs; builds it first, if need be.
   * @throws if the input is not one float32, int32 or bool tensor, before any weight is created.
   */
  override apply(
    inputs: ApplyArguments[0],
    kwargs?: ApplyArguments[1],
  ): ReturnType<tf.layers.Layer['apply']> {
    const all: unknown[] = [inputs].flat();
    if (all.length !== 1) {
      throw new Error(`${this.label}: takes one input, got ${all.length}`);
    }
    const [input] = all;
    if (!(input instanceof tf.Tensor || input instanceof tf.SymbolicTensor)) {
      throw new Error(`${this.label}: the input must be a tensor, got ${describe(input)}`);
    }
    checkType(this.label, 'the input', input.dtype);
    return super.apply(inputs, kwargs);
  }

  /**
   * @throws if a shared axis is out of range, an axis that is not shared has no known size, or the
   * starting values do not fit; then no weight is created.
   */
  override build(inputShape: Shape | Shape[]): void {
    const shape = (Array.isArray(inputShape[0]) ? inputShape[0] : inputShape) as Shape;
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
      if (this.initialWeights) this.checkWeights('weights', this.initialWeights, shapes);
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
    checkShapeOfEveryWrite(variable, `${this.label}: ${weight}`);
    return variable;
  }

  /** @throws if there are more or fewer tensors than weights, or one has another shape. */
  override setWeights(weights: Tensor[]): void {
    const shapes = this.variables.map(({shape}) => shape as number[]);
    if (this.built) this.checkWeights('weights', weights, shapes);
    super.setWeights(weights);
  }

  private checkWeights(
    argument: string,
    weights: readonly Tensor[],
    shapes: readonly number[][],
  ): void {
    const names = Object.keys(this.weightParts);
    if (!Array.isArray(weights) || weights.length !== names.length) {
      throw new Error(
        `${this.label}: ${argument} must be ${names.length} tensors (${names.join(', ') || 'none'}), ` +
          `got ${Array.isArray(weights) ? weights.length : describe(weights)}`,
      );
    }
    names.forEach((name, index) => {
      const given = weights[index]?.shape;
      if (given && tf.util.arraysEqual(given, shapes[index])) return;
      throw new Error(
        `${this.label}: ${argument}[${index}], ${name}, must be a tensor of shape [${shapes[index]}], ` +
          `got ${given ? `shape [${given}]` : describe(weights[index])}`,
      );
    });
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
    // Whatever precision Keras computed in: a policy, or the name of one.
    const isFloat = typeof args.dtype === 'object' || /float\d+$/i.test(String(args.dtype));
    if (isFloat) args.dtype = 'float32';
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
  checkObject(className, 'the arguments', args);
  const owner = args.name ? `${className} '${String(args.name)}'` : className;
  const given = withoutNulls(definition, args);
  const weights = Object.keys(definition.weights ?? {});
  const weightArguments = weights.flatMap(weight => WEIGHT_PARTS.map(part => weight + part));
  const shared = weights.length > 0 ? ['sharedAxes', 'dataFormat'] : [];
  const own = [...optionNames(definition).keys(), ...weightArguments, ...shared];
  checkKnown(owner, 'argument', Object.keys(args), [...own, ...LAYER_ARGUMENTS]);
  checkLayerArguments(owner, args);

  const layerArguments = Object.fromEntries(
    Object.entries(args).filter(([key]) => LAYER_ARGUMENTS.includes(key)),
  );
  const defaults = {...defaultOptions(definition), ...definition.layerOptions} as Options;
  const parts = weights.map(weight => [weight, partsOf(definition, owner, weight, given)]);
  return {
    activation,
    layerArguments,
    options: resolveOptions(owner, definition, given, defaults),
    weightParts: Object.fromEntries(parts),
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

/** The axes that share the weights, unless a layer is told otherwise. */
export function defaultSharedAxes({weights = {}, sharedAxes}: ActivationDefinition): SharedAxes {
  const hasVectors = Object.values(weights).some(({length}) => length !== undefined);
  return sharedAxes ?? (hasVectors ? 'all' : 'spatial');
}

/** The parts of a weight: those given, the rest as defined; null takes one away. */
function partsOf(
  {weights}: ActivationDefinition,
  owner: string,
  weight: string,
  given: Readonly<Record<string, unknown>>,
): WeightParts {
  const [initializer, regularizer, constraint] = WEIGHT_PARTS.map(part => given[weight + part]);
  const definition = weights![weight];
  const chosen = {
    length: definition.length,
    initializer: (initializer ?? definition.initializer) as Identifier<Initializer>,
    regularizer: (regularizer === undefined
      ? definition.regularizer
      : regularizer) as Identifier<Regularizer>,
    constraint: (constraint === undefined
      ? definition.constraint
      : constraint) as Identifier<Constraint>,
  };
  return weightParts(owner, chosen, part => weight + toPascalCase(part));
}

/** An option of null means its default, as in stock tfjs, unless it may be null. */
function withoutNulls(definition: ActivationDefinition, args: object): Record<string, unknown> {
  const names = optionNames(definition);
  const defaults = defaultOptions(definition);
  const isMeant = ([key, value]: [string, unknown]): boolean =>
    value !== null || !names.has(key) || defaults[names.get(key)!] === null;
  return Object.fromEntries(Object.entries(args).filter(isMeant));
}

/** @throws if an argument that every layer takes is of the wrong type. */
function checkLayerArguments(owner: string, args: Readonly<Record<string, unknown>>): void {
  const {name, trainable, dtype} = args;
  const check = (argument: string, isAccepted: boolean, accepted: string): void => {
    const value = args[argument];
    if (isAccepted || value === undefined || value === null) return;
    throw new Error(`${owner}: ${argument} must be ${accepted}, got ${describe(value)}`);
  };
  check('name', typeof name === 'string', 'a string');
  check('trainable', typeof trainable === 'boolean', 'true or false');
  check('dtype', dtype === 'float32', "'float32', in which every activation computes");
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
