import * as tf from '@tensorflow/tfjs';
import type {Tensor, serialization} from '@tensorflow/tfjs';
import type {ActivationDefinition, AnyActivation, OptionValue} from './activation-types.js';
import {instantiate} from './instance.js';
import {toSnakeCase} from './names.js';
import {defaultOptions} from './options.js';
import type {Options} from './options.js';
import {initializerOf} from './starting-value.js';
import {
  StringActivationBase,
  registeredClasses,
  resolveIdentifiers,
  serialize,
} from './tfjs-classes.js';

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
  if (same && fingerprint(same.definition) === fingerprint(activation.definition)) return same as A;
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
    tf.serialization.registerClass(stringClass(activation, name));
  }
  return activation;
}

/** Names in code are camelCase, those in Keras's files and documentation snake_case: both work. */
function namesOf({name, aliases}: AnyActivation): string[] {
  const names = [name, ...aliases];
  return [...new Set([...names, ...names.map(toSnakeCase)])];
}

/** The class behind `activation: 'name'`; it is saved under the activation's own name. */
function stringClass(
  activation: AnyActivation,
  name: string,
): serialization.SerializableConstructor<never> {
  const weights = Object.keys(activation.weights);
  const isIdentity = activation.formula.operation === 'input';
  const StringActivation = class extends StringActivationBase {
    /** @nocollapse */
    static readonly className = name;

    constructor(config: Readonly<Record<string, unknown>> = {}) {
      super();
      if (weights.length > 0) {
        throw new Error(
          `'${name}' learns ${weights.join(', ')}, which an activation given by name cannot hold; ` +
            `add its layer instead: layers.${activation.name}() or ${activation.name}.layer()`,
        );
      }
      const options = Object.keys(config).filter(key => key !== 'customObjects');
      if (options.length > 0) {
        throw new Error(
          `'${name}' was given ${options.join(', ')}, but tfjs saves the name of an activation ` +
            `alone; add a layer instead: layers.${activation.name}({${options[0]}: …})`,
        );
      }
    }

    override apply(x: Tensor): Tensor {
      return isIdentity ? x : activation(x);
    }

    override getClassName(): string {
      return activation.name;
    }

    override getConfig(): serialization.ConfigDict {
      return {};
    }
  };
  return StringActivation as unknown as serialization.SerializableConstructor<never>;
}

/** All that makes two definitions the same: the formula also at options other than the defaults. */
function fingerprint(definition: ActivationDefinition): string {
  const {weights = {}, ...rest} = definition;
  const plain = {...rest, formula: undefined};
  const options = defaultOptions(definition);
  const others = Object.fromEntries(
    Object.entries(options).map(([name, value]) => [name, otherValue(value)]),
  );
  const parts = Object.entries(weights).map(([weight, {regularizer, constraint, ...start}]) => {
    const resolved = resolveIdentifiers({regularizer, constraint} as object);
    const initializer = serialize(initializerOf({...start}));
    const rules = [serialize(resolved.regularizer), serialize(resolved.constraint)];
    return [weight, start.length, initializer, ...rules];
  });
  return JSON.stringify([plain, parts, text(definition, options), text(definition, others)]);
}

function otherValue(value: OptionValue): OptionValue {
  return typeof value === 'boolean' ? !value : (value ?? 0) + 1;
}

function text(definition: ActivationDefinition, options: Options): string {
  try {
    return String(instantiate(definition, options).formula);
  } catch (error) {
    return (error as Error).message;
  }
}
