import type {ActivationDefinition} from './activation-types.js';
import {Expression, input, inputsOf, simplify} from './formula/index.js';
import type {Program, ProgramInput} from './kernels/index.js';
import {expressionsOf} from './kernels/program.js';
import type {Options} from './options.js';

/** An activation's formula at given options, and the program that computes it. */
export interface ActivationInstance {
  readonly formula: Expression;
  readonly program: Program;
  /** The inputs that its weights were fitted to, if they were. */
  readonly domain?: readonly [low: number, high: number];
}

/** The weights of a definition, as inputs of its program. */
function weightInputs({weights = {}}: ActivationDefinition): ProgramInput[] {
  return Object.entries(weights).map(([name, {length}]) =>
    length === undefined ? {name} : {name, length},
  );
}

/** What a weight is in the formula: a node, or an array of them. */
function variableOf(weight: ProgramInput): Expression | Expression[] {
  const nodes = expressionsOf(weight);
  return weight.length === undefined ? nodes[0] : nodes;
}

/**
 * Writes down the formula of a definition at given options.
 * @throws if the formula fails, asks for an input that is not declared, or returns no expression.
 */
export function instantiate(
  definition: ActivationDefinition,
  options: Options,
): ActivationInstance {
  const {name} = definition;
  const weights = weightInputs(definition);
  const declared: Record<string, unknown> = {x: input('x'), ...options};
  for (const weight of weights) declared[weight.name] = variableOf(weight);
  const inputs = new Proxy(declared, {
    get(target, property: string) {
      if (property in target) return target[property];
      throw new Error(`unknown input '${property}'; declared: ${Object.keys(target).join(', ')}`);
    },
  });
  let written: unknown;
  try {
    written = definition.formula(inputs as Parameters<typeof definition.formula>[0]);
  } catch (error) {
    throw new Error(`${name}: in the formula: ${(error as Error).message}`, {cause: error});
  }
  if (!(written instanceof Expression)) {
    throw new Error(`${name}: the formula must return an expression, got ${String(written)}`);
  }
  const formula = simplify(written);
  const program = {
    inputs: [{name: 'x'}, ...weights],
    outputs: [{name: 'y', value: formula}],
  };
  const {domain} = definition;
  return domain ? {formula, program, domain} : {formula, program};
}

/** @throws if the formula does without `x`, or without a weight or one of its coefficients. */
export function checkEveryInputIsUsed(definition: ActivationDefinition, formula: Expression): void {
  const used = inputsOf(formula);
  const declared = [input('x'), ...weightInputs(definition).flatMap(expressionsOf)];
  for (const variable of declared) {
    if (used.has(variable.name)) continue;
    throw new Error(`${definition.name}: the formula never uses ${variable.name}: ${formula}`);
  }
}
