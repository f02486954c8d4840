/** The rules whose findings tell of units that can be revived. */
export const REVIVABLE_RULES = ['dead-units', 'saturated-units'] as const;

/** Outputs that vary less than this are one number. */
const ONE_NUMBER = 1e-5;

/** Whether a unit gives one number, going by the range of its outputs: then it can be replaced by that. */
export function isStuck([low, high]: readonly [number, number]): boolean {
  return high - low <= ONE_NUMBER;
}

/** How a monitor revives units while the model trains. */
export interface ReviveSettings {
  /** The rules whose findings count: 'dead-units', 'saturated-units' or both. Default: the first. */
  readonly rules: readonly string[];
  /** The largest share of a layer's units to revive at a time, at least one unit. Default: 1. */
  readonly maxShare: number;
  /** The least number of training steps from one time to the next. Default: 100. */
  readonly cooldown: number;
}

/** Units that were started anew. */
export interface Revived {
  /** As the finding names it. */
  readonly layer: string;
  readonly units: readonly number[];
  /** The layer whose kernel makes the units: its weights for them were drawn again. */
  readonly producer: string;
  /** The layers that take their outputs, with weights that are now 0. */
  readonly consumers: readonly string[];
}

/** Units that were left as they are, and why. */
export interface SkippedUnits {
  readonly layer: string;
  readonly units: readonly number[];
  readonly reason: string;
}

/** Units that a monitor started anew, and when: epoch and training step, both from 0. */
export interface RevivedAt extends Revived {
  readonly epoch: number;
  readonly step: number;
}

/** What `reviveUnits` did, as plain data. */
export interface Revival {
  readonly revived: readonly Revived[];
  readonly skipped: readonly SkippedUnits[];
}
