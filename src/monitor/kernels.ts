import type {Subject} from './layer-code.js';
import type {Snapshot, WeightSnapshot} from './types.js';

/** The kernels of a model's layers, from the inputs to the outputs, that were watched in a step. */
export function kernelsOf({weights}: Snapshot): WeightSnapshot[] {
  return weights.filter(
    ({name, isOfActivation, steps}) => /kernel/i.test(name) && !isOfActivation && steps > 0,
  );
}

/** The layer that a weight belongs to, with its activation if that is watched. */
export function ownerOf(weight: WeightSnapshot, {layers}: Snapshot): Subject {
  return layers.find(({layer}) => layer === weight.layer) ?? weight;
}

/** The norm of a weight's gradient in one step. */
export function gradientNorm({gradientRms, shape}: WeightSnapshot): number {
  return gradientRms * Math.sqrt(product(shape));
}

/** How a kernel compares with the sizes at which it would usually start. */
export interface KernelScale {
  readonly kernel: WeightSnapshot;
  /** The standard deviation of its numbers × √(the smaller of its fan-in and fan-out). */
  readonly low: number;
  /** The same with the larger of them: at least about 1 as Glorot, He and LeCun start a kernel. */
  readonly high: number;
}

/** Mean |w| of normally distributed numbers × this is their standard deviation. */
const DEVIATION = Math.sqrt(Math.PI / 2);

/**
 * How the size of each hidden layer's kernel compares with the initializers in use, for which it is
 * between 1 and about 1.4. The fans are told by the shape, as the initializers of tfjs tell them.
 */
export function kernelScales(snapshot: Snapshot): KernelScale[] {
  return kernelsOf(snapshot)
    .slice(0, -1)
    .filter(({shape}) => shape.length >= 2)
    .map(kernel => {
      const [inputs, units] = kernel.shape.slice(-2);
      const field = product(kernel.shape.slice(0, -2));
      const deviation = DEVIATION * kernel.magnitude;
      const low = deviation * Math.sqrt(field * Math.min(inputs, units));
      const high = deviation * Math.sqrt(field * Math.max(inputs, units));
      return {kernel, low, high};
    });
}

function product(numbers: readonly number[]): number {
  return numbers.reduce((result, number) => result * number, 1);
}
