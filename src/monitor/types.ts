/** What a finding may be, the mildest first. */
export const SEVERITIES = ['info', 'warning', 'error'] as const;

/** What a monitor found, with its evidence and what to do. */
export interface Finding {
  /** The id of the rule that found it, such as 'dead-units'. */
  readonly rule: string;
  readonly severity: (typeof SEVERITIES)[number];
  readonly layer: string;
  /** Indices along the channel axis. */
  readonly units?: readonly number[];
  readonly message: string;
  /** The figures behind it. */
  readonly evidence: Readonly<Record<string, unknown>>;
  /** What to do, the least invasive first. */
  readonly fixes: readonly {readonly title: string; readonly code?: string}[];
  /** When it was found: epoch and training step, both from 0. */
  readonly epoch?: number;
  readonly step?: number;
}

/**
 * One watched call of a layer, as plain data. Arrays are indexed by unit; they describe the latest
 * epoch that had enough samples, but for `samples`, `nonFinite`, `quietSamples` and `lastFired`. Means
 * are of the finite outputs; where a unit had none, they, `min` and `max` are NaN.
 */
export interface LayerSnapshot {
  readonly name: string;
  readonly activation: string;
  readonly units: number;
  /** Training samples watched in all. */
  readonly samples: number;
  /** Training samples that the statistics rest on. */
  readonly windowSamples: number;
  readonly mean: readonly number[];
  readonly std: readonly number[];
  readonly min: readonly number[];
  readonly max: readonly number[];
  /** The share of outputs that were exactly 0. */
  readonly zeroShare: readonly number[];
  /** How many outputs were NaN or infinite, in all. */
  readonly nonFinite: readonly number[];
  /** Mean |∂y/∂z|; null where the activation is no function of one number. */
  readonly slope: readonly number[] | null;
  /** The largest |∂y/∂z| of the formula at the unit's weights; null where that is not known. */
  readonly largestSlope: readonly number[] | null;
  /** Samples in a row, up to now, in which the unit did not fire. */
  readonly quietSamples: readonly number[];
  /** The largest |output| in those samples. */
  readonly quietOutput: readonly number[];
  /** The largest sum of |∂y/∂weight| over the activation's own weights in those samples. */
  readonly quietWeightSlope: readonly number[];
  /** The training step at which the unit last fired; −1 if never. */
  readonly lastFired: readonly number[];
  /** The learned weights of the activation, by name. */
  readonly weights?: Readonly<Record<string, readonly number[]>>;
}

/** All that the rules see. */
export interface Snapshot {
  readonly epoch: number;
  readonly step: number;
  readonly layers: readonly LayerSnapshot[];
}

/** Judges one layer. Pure: the same snapshot gives the same findings. */
export interface Rule {
  readonly id: string;
  readonly check: (layer: LayerSnapshot) => Finding[];
}

/**
 * What a monitor reports, as plain data that JSON can hold. Numbers that are not finite are null, such
 * as the mean of a unit that gave nothing but NaN.
 */
export interface Report {
  /** False where any finding is an error. */
  readonly ok: boolean;
  readonly findings: readonly Finding[];
  readonly layers: readonly {
    readonly name: string;
    readonly activation: string;
    readonly units: number;
    readonly samples: number;
    readonly dead: readonly number[];
    readonly saturated: readonly number[];
    readonly mean: readonly number[];
    readonly std: readonly number[];
    readonly min: readonly number[];
    readonly max: readonly number[];
    readonly zeroShare: readonly number[];
    readonly slope: readonly number[] | null;
    readonly lastFired: readonly number[];
    readonly weights?: Readonly<Record<string, readonly number[]>>;
  }[];
  /** The layers that are not watched, and why. */
  readonly notWatched: readonly {
    readonly name: string;
    readonly reason: string;
    /** False where there is nothing to watch: no activation, or a linear one. */
    readonly hasActivation: boolean;
  }[];
  /** The share of the training time that watching took, and every how many batches it watched. */
  readonly cost: {readonly share: number; readonly every: number};
}

/** Shows what a monitor sees; every method is optional. */
export interface Reporter {
  onFinding?(finding: Finding): void | Promise<void>;
  onTrainEnd?(report: Report): void | Promise<void>;
}

/** Below this many samples nothing is called dead: 0 firings bound the rate at 3/n only. */
export const ENOUGH_SAMPLES = 300;
