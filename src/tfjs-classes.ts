import * as tf from '@tensorflow/tfjs';

/**
 * The class that the class of `instance` extends.
 *
 * tfjs takes only descendants of its own base classes as constraints, initializers and activations,
 * and does not export them.
 */
function baseClassOf<T extends object>(instance: T): abstract new () => T {
  const prototype = Object.getPrototypeOf(instance) as object;
  return (Object.getPrototypeOf(prototype) as {constructor: abstract new () => T}).constructor;
}

export type Constraint = ReturnType<typeof tf.constraints.nonNeg>;
export type Initializer = ReturnType<typeof tf.initializers.zeros>;
export type Regularizer = ReturnType<typeof tf.regularizers.l2>;

/** What tfjs calls for `activation: 'name'`. */
export interface StringActivation extends tf.serialization.Serializable {
  apply(x: tf.Tensor): tf.Tensor;
}

export const ConstraintBase = baseClassOf<Constraint>(tf.constraints.nonNeg());
export const InitializerBase = baseClassOf<Initializer>(tf.initializers.zeros());
export const RegularizerBase = baseClassOf<Regularizer>(tf.regularizers.l2());
export const StringActivationBase = baseClassOf(
  (
    tf.layers.activation({activation: 'tanh', name: 'tanh'}) as unknown as {
      activation: StringActivation;
    }
  ).activation,
);

/** The arguments of every layer: name, trainable, inputShape, … */
export type LayerArgs = NonNullable<ConstructorParameters<typeof tf.layers.Layer>[0]>;

/** An initializer, regularizer or constraint by name, as an instance, or as a saved configuration. */
export type Identifier<T> = string | T | tf.serialization.ConfigDict;

/** What is saved of an initializer, regularizer or constraint; null where there is none. */
export function serialize(
  object: tf.serialization.Serializable | undefined,
): tf.serialization.ConfigDict | null {
  return object ? {className: object.getClassName(), config: object.getConfig()} : null;
}

/** Every class that tfjs knows by name: layers, activations, constraints, … */
export function registeredClasses(): Record<string, unknown> {
  const {classNameMap} = tf.serialization.SerializationMap.getMap();
  return classNameMap as unknown as Record<string, unknown>;
}
