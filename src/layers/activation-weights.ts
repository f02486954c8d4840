import type {LayerVariable, Variable} from '@tensorflow/tfjs';

const learned = new WeakSet<Variable>();

/** Notes that a variable is a weight of an activation, so that an optimizer can tell. */
export function markAsActivationWeight(variable: LayerVariable): void {
  learned.add(variable.read() as Variable);
}

/** Whether a variable is a weight of a layer of this package, wherever in a model that is. */
export function isActivationWeight(variable: Variable): boolean {
  return learned.has(variable);
}
