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
