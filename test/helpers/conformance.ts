import * as tf from '@tensorflow/tfjs';
import {derivative} from '../../src/formula/index.js';
import type {Expression} from '../../src/formula/index.js';
import type {AnyActivation} from '../../src/definition.js';
import {activations} from '../../src/index.js';
import {startingValue} from '../../src/starting-value.js';
import {GRID, fault} from './quality.js';

export const ASPECTS = ['value', 'gradients by x and by each weight', 'second order'] as const;
export type Aspect = (typeof ASPECTS)[number];

/** How a backend stores a number. */
type Round = (value: number) => number;

export const members = Object.values(activations) as AnyActivation[];

/** The starting weights, somewhat moved and rounded. */
export function weightsOf(
  {definition, name}: AnyActivation,
  round: Round = Math.fround,
): Record<string, number | number[]> {
  const entries = Object.entries(definition.weights ?? {}).map(([weight, spec]) => {
    const start = startingValue(name, weight, spec);
    const moved = [start].flat().map((value, index) => round(value * 1.25 + 0.1 + index / 50));
    return [weight, spec.length === undefined ? moved[0] : moved] as const;
  });
  return Object.fromEntries(entries);
}

/** What `measure` measures, in its order. */
export function expectationsOf({formula, weights}: AnyActivation, aspect: Aspect): Expression[] {
  if (aspect === 'value') return [formula];
  const byX = derivative(formula, 'x');
  if (aspect === 'second order') return [derivative(byX, 'x')];
  const variables = Object.entries(weights).flatMap(([name, {length}]) =>
    length === undefined
      ? [name]
      : Array.from({length: length as number}, (_, index) => `${name}[${index}]`),
  );
  return [byX, ...variables.map(variable => derivative(formula, variable))];
}

/** One row of numbers for each expectation, over the grid, on the current backend. */
export async function measure(
  activation: AnyActivation,
  aspect: Aspect,
  round: Round = Math.fround,
): Promise<number[][]> {
  const weights = weightsOf(activation, round);
  const names = Object.keys(weights);
  const run = (x: tf.Tensor, ...tensors: tf.Tensor[]): tf.Tensor =>
    activation(x, Object.fromEntries(names.map((name, index) => [name, tensors[index]])) as object);
  const rows = tf.tidy(() => {
    const x = tf.tensor1d(GRID.map(round));
    // A weight for every point of the grid, so that its gradient is there for each point.
    const tensors = Object.values(weights).map(value =>
      Array.isArray(value)
        ? tf.tensor2d(GRID.map(() => value))
        : tf.tensor1d(GRID.map(() => value)),
    );
    if (aspect === 'value') return [run(x, ...tensors)];
    const ones = tf.ones(x.shape);
    if (aspect === 'second order') {
      const first = (x: tf.Tensor): tf.Tensor => tf.grad(x => run(x, ...tensors))(x, ones);
      return [tf.grad(first)(x, ones)];
    }
    const gradients = tf.grads((...all) => run(all[0], ...all.slice(1)))([x, ...tensors], ones);
    return gradients.flatMap(gradient =>
      gradient.rank === 1 ? [gradient] : tf.unstack(gradient, 1),
    );
  });
  return readAll(rows);
}

/** The values of tensors, which are disposed of. */
export async function readAll(tensors: readonly tf.Tensor[]): Promise<number[][]> {
  const rows = await Promise.all(tensors.map(async tensor => [...(await tensor.data())]));
  tf.dispose([...tensors]);
  return rows;
}

/** What is wrong with an activation on the current backend, over the grid, at float32's bounds. */
export async function faultsOf(activation: AnyActivation, aspect: Aspect): Promise<string[]> {
  const weights = weightsOf(activation);
  const rows = await measure(activation, aspect);
  const expectations = expectationsOf(activation, aspect);
  if (rows.length !== expectations.length) return [`${rows.length} rows`];
  return expectations.flatMap((expression, row) =>
    GRID.flatMap(
      (x, index) => fault(rows[row][index], expression, {...weights, x}, RELATIVE[aspect]) ?? [],
    ),
  );
}

/** The relative errors accepted. */
export const RELATIVE: Record<Aspect, number> = {
  value: 2e-6,
  'gradients by x and by each weight': 1e-5,
  'second order': 1e-5,
};
