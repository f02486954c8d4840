/** The rules whose findings tell of units that can be revived. */
export const REVIVABLE_RULES = ['dead-units', 'saturated-units'] as const;

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

/** What `reviveUnits` did, as plain data. */
export interface Revival {
  readonly revived: readonly Revived[];
  readonly skipped: readonly SkippedUnits[];
}
