import type {AnyActivation} from './activation-types.js';
import {currentTarget} from './kernels/index.js';

/**
 * Which kernel target serves the current backend, or runs this activation there: 'composed' means
 * ops of stock tfjs put together.
 */
export function kernelTarget(activation?: AnyActivation): string {
  const program = activation?.instance(activation.options).program;
  return currentTarget(program).name;
}
