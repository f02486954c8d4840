import {currentTarget} from './kernels/index.js';

/** Which kernel target serves the current backend: 'composed', ops of stock tfjs put together. */
export function kernelTarget(): string {
  return currentTarget().name;
}
