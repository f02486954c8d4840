import type * as tf from '@tensorflow/tfjs';

export const KINDS = ['dense', 'conv'] as const;
export type Kind = (typeof KINDS)[number];

/** Every rule of the monitor, whether the package has it yet or not. */
export const RULE_IDS = [
  'dead-units',
  'constant-units',
  'dormant-units',
  'gradient-dormant-units',
  'saturated-units',
  'vanishing-gradients',
  'exploding-gradients',
  'update-ratio',
  'non-finite',
  'poor-initialization',
  'learned-parameters',
  'activation-scale',
] as const;
export type RuleId = (typeof RULE_IDS)[number];

/** A training run: built anew with the same seed, it gives the same weights. */
export interface Case {
  readonly model: tf.Sequential;
  readonly x: tf.Tensor;
  readonly y: tf.Tensor;
  readonly optimizer: tf.Optimizer;
  /** The loss of each sample, or of each output. */
  readonly loss: (y: tf.Tensor, predicted: tf.Tensor) => tf.Tensor;
  readonly epochs: number;
  readonly batchSize: number;
}

/** The part of a network that a layer belongs to: 'hidden1' for 'hidden1' and 'hidden1_activation'. */
export function blockOf(layer: string): string {
  return layer.split('_')[0];
}
