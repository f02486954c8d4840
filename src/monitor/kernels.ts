import type {Snapshot, WeightSnapshot} from './types.js';

/** The kernels of a model's layers, from the inputs to the outputs, that were watched in a step. */
export function kernelsOf({weights}: Snapshot): WeightSnapshot[] {
  return weights.filter(
    ({name, isOfActivation, steps}) => /kernel/i.test(name) && !isOfActivation && steps > 0,
  );
}

/** The norm of a weight's gradient in one step. */
export function gradientNorm({gradientRms, size}: WeightSnapshot): number {
  return gradientRms * Math.sqrt(size);
}

/** The kernels whose scale can be told by that of their layer's inputs and units. */
export interface KernelScale {
  readonly kernel: WeightSnapshot;
  /** The standard deviation of its numbers × √(the smaller of its inputs and units). */
  readonly low: number;
  /** The same with the larger of them: at least about 1 as Glorot, He and LeCun start a kernel. */
  readonly high: number;
}

/** Mean |w| of normally distributed numbers × this is their standard deviation. */
const DEVIATION = Math.sqrt(Math.PI / 2);

/**
 * How the size of each hidden layer's kernel compares with the initializers in use, for which it is
 * between 1 and about 1.4. The units of a layer are told by its bias; without one, by `layers`.
 */
export function kernelScales(snapshot: Snapshot): KernelScale[] {
  return kernelsOf(snapshot)
    .slice(0, -1)
    .flatMap(kernel => {
      const units = unitsOf(kernel, snapshot);
      if (units === undefined) return [];
      const inputs = kernel.size / units;
      const deviation = DEVIATION * kernel.magnitude;
      const low = deviation * Math.sqrt(Math.min(inputs, units));
      const high = deviation * Math.sqrt(Math.max(inputs, units));
      return [{kernel, low, high}];
    });
}

function unitsOf({layer}: WeightSnapshot, {layers, weights}: Snapshot): number | undefined {
  const bias = weights.find(each => each.layer === layer && each.name === 'bias');
  return bias?.size ?? layers.find(({name}) => name === layer)?.units;
}
