import * as tf from '@tensorflow/tfjs';
import type {ActivationDefinition} from './activation-types.js';
import {describe} from './errors.js';
import {evaluateAtMany} from './formula/index.js';
import type {Expression, Values} from './formula/index.js';
import {secondMomentOf} from './gain.js';
import type {Options} from './options.js';
import type {Initializer} from './tfjs-classes.js';

/**
 * The initializer of kernels between activations of one kind, which may differ from unit to unit in
 * their weights: with it the second moment of signals stays the same from layer to layer.
 *
 * The distribution is uniform, because tfjs cuts off the tails of its normal one without making up
 * for the variance that this takes, 23 %.
 * @throws if no kernel keeps it, since the activation is 0 everywhere or grows without bounds; if the
 * definition's rule gives no positive number.
 */
export function kernelInitializer(
  owner: string,
  definition: ActivationDefinition,
  formula: Expression,
  options: Options,
  units: readonly Values[],
): Initializer {
  const moments = units.map(weights => {
    const {kernelScale} = definition;
    return kernelScale
      ? 1 / checkScale(owner, kernelScale({...options, ...weights} as never))
      : secondMomentOf(zs => evaluateAtMany(formula, zs, weights));
  });
  const scale = moments.length / moments.reduce((sum, moment) => sum + moment, 0);
  if (!(scale > 0 && scale < Infinity)) {
    throw new Error(
      `${owner}: there is no kernel initializer: the second moment of its outputs is ` +
        `${1 / scale} for inputs of the standard normal distribution`,
    );
  }
  return tf.initializers.varianceScaling({scale, mode: 'fanIn', distribution: 'uniform'});
}

function checkScale(owner: string, scale: unknown): number {
  if (typeof scale === 'number' && scale > 0 && scale < Infinity) return scale;
  throw new Error(`${owner}: kernelScale must give a positive number, got ${describe(scale)}`);
}
