import * as tf from '@tensorflow/tfjs';
import type {Tensor, serialization} from '@tensorflow/tfjs';
import type {ActivationDefinition, AnyActivation, OptionValue} from './activation-types.js';
import {messageOf} from './errors.js';
import type {Expression} from './formula/index.js';
import {instantiate} from './instance.js';
import {toSnakeCase} from './names.js';
import {checkOption, defaultOptions} from './options.js';
import type {Options} from './options.js';
import {startingValues} from './starting-value.js';
import {StringActivationBase, registeredClasses, serialize} from './tfjs-classes.js';
import {weightParts} from './weight-parts.js';

const byName = new Map<string, AnyActivation>();
const byClassName = new Map<string, AnyActivation>();

/** The registered activation that `activation: '…'` or an op calls by this name. */
export function activationNamed(name: string): AnyActivation | undefined {
  return byName.get(name);
}

/** The registered activation whose layers are saved under this class name. */
export function activationOfClass(className: string): AnyActivation | undefined {
  return byClassName.get(className);
}

/**
 * Makes an activation known to tfjs: its layer class for loading models and, if it has no weights,
 * its names for `activation: '…'`. Registering the same definition again returns the first.
 * @throws if a name or class is taken by another.
 */
export function register<A extends AnyActivation>(activation: A): A {
  const {name, className} = activation;
  const same = byName.get(name);
  if (same && areSame(same.definition, activation.definition)) return same as A;
  for (const taken of namesOf(activation)) {
    if (byName.has(taken) || taken in registeredClasses()) {
      throw new Error(
        `${name}: the name '${taken}' is taken by another activation; choose another`,
      );
    }
  }
  if (className in registeredClasses()) {
    throw new Error(`${name}: the class name '${className}' is taken; choose another className`);
  }
  return registerInPlaceOfStock(activation);
}

/** As `register`, also where stock tfjs has the name: the package's own take its place. */
export function registerInPlaceOfStock<A extends AnyActivation>(activation: A): A {
  byClassName.set(activation.className, activation);
  tf.serialization.registerClass(
    activation.layerClass as unknown as serialization.SerializableConstructor<never>,
  );
  for (const name of namesOf(activation)) {
    byName.set(name, activation);
    tf.serialization.registerClass(stringClass(functionOf(activation), name));
  }
  return activation;
}

/** Names in code are camelCase, those in Keras's files and documentation snake_case: both work. */
function namesOf({name, aliases}: AnyActivation): string[] {
  const names = [name, ...aliases];
  return [...new Set([...names, ...names.map(toSnakeCase)])];
}

/** What `activation: 'name'` applies. */
interface StringFunction {
  /** The name under which it is saved; that of its factory in `layers`, too. */
  readonly name: string;
  /** What it would learn. */
  readonly weights: readonly string[];
  apply(x: Tensor): Tensor;
}

/** Makes a function that keeps shapes known for `activation: '…'` by all of its names. */
export function registerFunction(
  name: string,
  names: readonly string[],
  apply: (x: Tensor) => Tensor,
): void {
  for (const each of names) {
    tf.serialization.registerClass(stringClass({name, weights: [], apply}, each));
  }
}

function functionOf(activation: AnyActivation): StringFunction {
  const isIdentity = activation.formula.operation === 'input';
  return {
    name: activation.name,
    weights: Object.keys(activation.weights),
    apply: x => (isIdentity ? x : activation(x)),
  };
}

/** The class behind `activation: 'name'`; it is saved under the function's own name. */
function stringClass(
  {name: savedName, weights, apply}: StringFunction,
  name: string,
): serialization.SerializableConstructor<never> {
  const StringActivation = class extends StringActivationBase {
    /** @nocollapse */
    static readonly className = name;

    constructor(config: Readonly<Record<string, unknown>> = {}) {
      super();
      if (weights.length > 0) {
        throw new Error(
          `'${name}' learns ${weights.join(', ')}, which an activation given by name cannot hold; ` +
            `add its layer instead: layers.${savedName}() or ${savedName}.layer()`,
        );
      }
      const options = Object.keys(config).filter(key => key !== 'customObjects');
      if (options.length > 0) {
        throw new Error(
          `'${name}' was given ${options.join(', ')}, but tfjs saves the name of an activation ` +
            `alone; add a layer instead: layers.${savedName}({${options[0]}: …})`,
        );
      }
    }

    override apply(x: Tensor): Tensor {
      return apply(x);
    }

    override getClassName(): string {
      return savedName;
    }

    override getConfig(): serialization.ConfigDict {
      return {};
    }
  };
  return StringActivation as unknown as serialization.SerializableConstructor<never>;
}

/** Whether two definitions are alike in everything, the formula at many values of each option included. */
function areSame(first: ActivationDefinition, second: ActivationDefinition): boolean {
  if (partsOf(first) !== partsOf(second)) return false;
  return sampledOptions(first).every(
    options =>
      formulaAt(first, options) === formulaAt(second, options) &&
      kernelScaleAt(first, options) === kernelScaleAt(second, options),
  );
}

/** All of a definition but its formula. */
function partsOf(definition: ActivationDefinition): string {
  const {weights = {}, ...rest} = definition;
  const parts = Object.entries(weights).map(([weight, given]) => {
    const {initializer, regularizer, constraint} = weightParts(
      definition.name,
      given,
      () => weight,
    );
    const set = [initializer, regularizer, constraint].map(serialize);
    return [weight, given.length, given.value, given.sharedAxes, ...set];
  });
  return JSON.stringify([{...rest, formula: undefined}, parts]);
}

const SAMPLES: readonly OptionValue[] = [
  ...[null, true, false, 0, 0.01, 0.1, 0.25, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9],
  ...[10, 16, 20, 32, 64, 100, 1000, -0.1, -0.5, -1, -1.5, -2, -3, -5, -10],
];

/** The defaults, each option at every sample that it accepts, and all options away from theirs. */
function sampledOptions(definition: ActivationDefinition): Options[] {
  const {name, options = {}} = definition;
  const defaults = defaultOptions(definition);
  const accepted = Object.entries(options).map(([option, limits]) => {
    const own = defaults[option];
    const near = typeof own === 'number' ? [own + 1, own - 1, own * 2, own / 2] : [];
    const values = [...SAMPLES, ...near].filter(value => {
      try {
        return checkOption(name, option, value, limits) !== own;
      } catch {
        return false;
      }
    });
    return [option, values] as const;
  });
  const single = accepted.flatMap(([option, values]) =>
    values.map(value => ({...defaults, [option]: value})),
  );
  const all = Object.fromEntries(accepted.map(([option, values]) => [option, values[0]]));
  return [defaults, ...single, {...defaults, ...all}];
}

/** The formula, which is one node for whoever writes the same; or what is wrong with it. */
function formulaAt(definition: ActivationDefinition, options: Options): Expression | string {
  try {
    return instantiate(definition, options).formula;
  } catch (error) {
    return messageOf(error);
  }
}

/** What the rule for kernels gives; or what is wrong with it. */
function kernelScaleAt(definition: ActivationDefinition, options: Options): number | string {
  const {kernelScale} = definition;
  try {
    if (!kernelScale) return 'none';
    return kernelScale({...options, ...startingValues(definition)} as never);
  } catch (error) {
    return messageOf(error);
  }
}
