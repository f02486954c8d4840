import type {
  Activation,
  ActivationDefinition,
  OptionAliases,
  OptionDefinitions,
  WeightDefinitions,
} from './activation-types.js';
import {createActivation} from './definition.js';
import {register} from './registry.js';

/**
 * Defines an activation from its formula: an op, its exact gradients, a layer that learns its
 * weights, and a name for `activation: '…'`.
 *
 * ```ts
 * const ripple = defineActivation({
 *   name: 'ripple',
 *   weights: {a: {initializer: 'ones'}},
 *   formula: ({x, a}) => x.add(x.sin().mul(a)),
 * });
 * model.add(ripple.layer());
 * ```
 *
 * Defining the very same again returns the first (a notebook cell run twice). Formulas are compared at
 * the defaults and at about forty values of each option, the others at their defaults: two that differ
 * only elsewhere count as the same.
 * @throws if the definition cannot work, or a different activation has its name or class name.
 */
export function defineActivation<
  O extends OptionDefinitions = Record<never, never>,
  W extends WeightDefinitions = Record<never, never>,
  A extends OptionAliases<O> = Record<never, never>,
>(definition: ActivationDefinition<O, W, A>): Activation<O, W, A> {
  return register(createActivation(definition));
}
