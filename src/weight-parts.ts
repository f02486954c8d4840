import * as tf from '@tensorflow/tfjs';
import type {WeightDefinition} from './activation-types.js';
import {describe, messageOf} from './errors.js';
import {StartingValues} from './initializers.js';
import {
  ConstraintBase,
  InitializerBase,
  RegularizerBase,
  registeredClasses,
} from './tfjs-classes.js';
import type {Constraint, Identifier, Initializer, Regularizer} from './tfjs-classes.js';

/** What sets up one weight of a layer. */
export interface WeightParts {
  readonly initializer: Initializer;
  readonly regularizer?: Regularizer;
  readonly constraint?: Constraint;
}

type Part = keyof WeightParts;

/**
 * The parts of a weight as instances. `argumentOf` names each of them in errors.
 * @throws if one is not known to tfjs, is no such part, or does not suit the weight.
 */
export function weightParts(
  owner: string,
  definition: WeightDefinition,
  argumentOf: (part: Part) => string,
): WeightParts {
  const {regularizer, constraint} = definition;
  const find = <T>(part: Part, identifier: Identifier<T> | null | undefined): T | undefined =>
    identifier === undefined || identifier === null
      ? undefined
      : (resolve(owner, argumentOf(part), part, identifier) as T);
  return {
    initializer: initializerOf(owner, definition, argumentOf('initializer')),
    regularizer: find('regularizer', regularizer),
    constraint: find('constraint', constraint),
  };
}

/**
 * The initializer of a weight as an instance.
 * @throws if a number is not finite, or if there are more or fewer than the weight has.
 */
export function initializerOf(
  owner: string,
  {initializer, length}: WeightDefinition,
  argument: string,
): Initializer {
  if (typeof initializer === 'number') {
    if (Number.isFinite(initializer)) return tf.initializers.constant({value: initializer});
    throw new Error(`${owner}: ${argument} must be a finite number, got ${initializer}`);
  }
  if (Array.isArray(initializer)) return startingValues(owner, argument, initializer, length);
  const found = resolve(owner, argument, 'initializer', initializer);
  if (found instanceof StartingValues) startingValues(owner, argument, found.values, length);
  return found as Initializer;
}

function startingValues(
  owner: string,
  argument: string,
  values: readonly unknown[],
  length: number | undefined,
): StartingValues {
  if (length === undefined) {
    throw new Error(
      `${owner}: ${argument} must be one number or an initializer, since the weight is no vector; ` +
        `got ${describe(values)}`,
    );
  }
  if (values.length === length && values.every(Number.isFinite)) {
    return new StartingValues({values: values as number[]});
  }
  throw new Error(
    `${owner}: ${argument} must be ${length} finite numbers, got ${describe(values)}`,
  );
}

const BASES = {
  initializer: InitializerBase,
  regularizer: RegularizerBase,
  constraint: ConstraintBase,
} as const;

/** The argument of a layer of tfjs's own that takes such a part: only it can look one up. */
const STOCK_ARGUMENTS = {
  initializer: 'alphaInitializer',
  regularizer: 'alphaRegularizer',
  constraint: 'alphaConstraint',
} as const;

function resolve(owner: string, argument: string, part: Part, identifier: unknown): unknown {
  const isPossible =
    (typeof identifier === 'string' || typeof identifier === 'object') && identifier !== null;
  let reason: unknown;
  if (isPossible) {
    try {
      const found = inStockLayer(part, kerasRegularizer(part, identifier) ?? identifier);
      if (found instanceof BASES[part]) return found;
    } catch (error) {
      reason = error;
    }
  }
  throw new Error(
    `${owner}: ${argument} must be ${nouns[part]} (by name: ${namesOf(part).join(', ')}; an ` +
      `instance; or {className, config}), got ${describe(identifier)}${explanation(reason)}`,
    {cause: reason},
  );
}

const nouns = {
  initializer: 'an initializer',
  regularizer: 'a regularizer',
  constraint: 'a constraint',
} as const;

/** tfjs explains an unknown name at length; what else may go wrong is the part's own matter. */
function explanation(reason: unknown): string {
  const message = reason === undefined ? '' : messageOf(reason);
  const isAboutTheName = /^Unknown |Improper config format/.test(message);
  return message === '' || isAboutTheName ? '' : `: ${message}`;
}

function inStockLayer(part: Part, identifier: object | string): unknown {
  const argument = STOCK_ARGUMENTS[part];
  const layer: unknown = tf.layers.prelu({name: 'resolve', [argument]: identifier});
  return (layer as Record<string, unknown>)[argument];
}

/** Keras has an L1 and an L2 of their own; tfjs only knows both in one. */
function kerasRegularizer(part: Part, identifier: object | string): Regularizer | undefined {
  if (part !== 'regularizer') return undefined;
  const {className, config} =
    typeof identifier === 'string'
      ? {className: identifier, config: undefined}
      : (identifier as {className?: string; config?: object});
  if (className === 'L1' || className === 'l1') return tf.regularizers.l1(config as never);
  if (className === 'L2' || className === 'l2') return tf.regularizers.l2(config as never);
  return undefined;
}

function namesOf(part: Part): string[] {
  const names = Object.entries(registeredClasses()).filter(([, registered]) => {
    const [cls] = registered as [{prototype: unknown}];
    return cls.prototype instanceof BASES[part];
  });
  const more = part === 'regularizer' ? ['L1', 'L2'] : [];
  return [...more, ...names.map(([name]) => name)];
}
