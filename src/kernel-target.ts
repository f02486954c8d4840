import type {AnyActivation} from './activation-types.js';
import {describe} from './errors.js';
import {currentTarget} from './kernels/index.js';
import {activationNamed} from './registry.js';

/**
 * Which kernel target serves the current backend, or runs this activation there: 'composed' means
 * ops of stock tfjs put together.
 * @throws if `activation` is no activation that has a formula, and no name of one.
 */
export function kernelTarget(activation?: AnyActivation | string): string {
  if (activation === undefined) return currentTarget().name;
  const found = typeof activation === 'string' ? activationNamed(activation) : activation;
  if (typeof found !== 'function' || !('formula' in found)) {
    throw new Error(
      'kernelTarget: expected an activation such as activations.mish, or its name, ' +
        `got ${describe(activation)}`,
    );
  }
  return currentTarget(found.instance(found.options).program).name;
}
