import * as tf from '@tensorflow/tfjs';
import type {LayerVariable, Tensor} from '@tensorflow/tfjs';
import type {WeightDefinition, WeightDefinitions} from '../activation-types.js';
import {describe} from '../errors.js';
import {toPascalCase} from '../names.js';
import type {Constraint, Identifier, Initializer, Regularizer} from '../tfjs-classes.js';
import {weightParts} from '../weight-parts.js';
import type {WeightParts} from '../weight-parts.js';

/** The arguments that set up one weight: `alphaInitializer`, … */
const WEIGHT_PARTS = ['Initializer', 'Regularizer', 'Constraint'] as const;

export function isWeightArgument(key: string): boolean {
  return WEIGHT_PARTS.some(part => key.endsWith(part));
}

/** The names of the arguments that set up the given weights. */
export function weightArguments(weights: readonly string[]): string[] {
  return weights.flatMap(weight => WEIGHT_PARTS.map(part => weight + part));
}

/**
 * The parts of each weight: those given, the rest as defined; null takes one away.
 * @throws if one is not known to tfjs, is no such part, or does not suit the weight.
 */
export function partsOfWeights(
  owner: string,
  weights: WeightDefinitions,
  given: Readonly<Record<string, unknown>>,
): Record<string, WeightParts> {
  return Object.fromEntries(
    Object.entries(weights).map(([weight, definition]) => [
      weight,
      partsOf(owner, weight, definition, given),
    ]),
  );
}

function partsOf(
  owner: string,
  weight: string,
  definition: WeightDefinition,
  given: Readonly<Record<string, unknown>>,
): WeightParts {
  const [initializer, regularizer, constraint] = WEIGHT_PARTS.map(part => given[weight + part]);
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

/** Optimizers assign to the variable itself, past the layer: the constraint has to be there. */
export function constrainEveryAssignment(variable: tf.Variable, constraint: Constraint): void {
  const assign = variable.assign.bind(variable);
  variable.assign = value => tf.tidy(() => assign(constraint.apply(value)));
}

/** `hint` asks how the shapes of a weight to load can have come to differ. */
export function checkShapeOfEveryWrite(variable: LayerVariable, label: string, hint: string): void {
  const write = variable.write.bind(variable);
  variable.write = value => {
    if (!tf.util.arraysEqual(value.shape, variable.shape as number[])) {
      throw new Error(
        `${label} has shape [${variable.shape}], but the weight to load has shape ` +
          `[${value.shape}]; ${hint}`,
      );
    }
    return write(value);
  };
}

/** @throws if there are more or fewer tensors than weights, or one has another shape. */
export function checkWeights(
  label: string,
  weights: readonly Tensor[],
  names: readonly string[],
  shapes: readonly (readonly (number | null)[])[],
): void {
  if (!Array.isArray(weights) || weights.length !== names.length) {
    throw new Error(
      `${label}: weights must be ${names.length} tensors (${names.join(', ') || 'none'}), ` +
        `got ${Array.isArray(weights) ? weights.length : describe(weights)}`,
    );
  }
  names.forEach((name, index) => {
    const given = (weights[index] as Tensor | undefined)?.shape;
    if (given && tf.util.arraysEqual(given, shapes[index] as number[])) return;
    throw new Error(
      `${label}: weights[${index}], ${name}, must be a tensor of shape [${shapes[index]}], ` +
        `got ${given ? `shape [${given}]` : describe(weights[index])}`,
    );
  });
}
