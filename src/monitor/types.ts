import type {RevivedAt, SkippedUnits} from './revival.js';

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
  /** Where to read more. */
  readonly link?: string;
  /** When it was found: epoch and training step, both from 0. */
  readonly epoch?: number;
  readonly step?: number;
}

/** What each unit of a layer gave over some samples. Arrays are indexed by unit. */
export interface UnitStatistics {
  /** Samples that the statistics rest on. */
  readonly samples: number;
  /** Of the finite outputs; NaN where a unit had none. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
  /** Mean |y|. */
  readonly magnitude: readonly number[];
  readonly min: readonly number[];
  readonly max: readonly number[];
  /** The share of outputs that were exactly 0. */
  readonly zeroShare: readonly number[];
  /** Mean |∂y/∂z|; null where the activation is no function of one number. */
  readonly slope: readonly number[] | null;
  /** The share of samples in which the unit fired; null as above. */
  readonly firingRate: readonly number[] | null;
}

/** What a layer is: enough to write code that makes one like it. */
export interface LayerClass {
  /** The class of the layer, such as 'Dense' or 'LSTM'; where one is within another, of the inner one. */
  readonly layerClass: string;
  /** The class of the layer around it, such as 'TimeDistributed'; absent where there is none. */
  readonly wrapperClass?: string;
  /**
   * For a layer that is an activation, the class of the one whose outputs it is for, such as 'Conv2D',
   * whatever is between them; absent where that is not known.
   */
  readonly producerClass?: string;
}

/**
 * One watched call of a layer, as plain data. Arrays are indexed by unit. The statistics describe the
 * latest window of training samples that had enough of them; what counts from the beginning says so.
 */
export interface LayerSnapshot extends UnitStatistics, LayerClass {
  readonly name: string;
  /** The layer of the model that applies it; `name` tells calls, gates and inner layers apart too. */
  readonly layer: string;
  readonly activation: string;
  readonly units: number;
  /** Whether it is an output of the model; where that is absent, the last layer counts as one. */
  readonly isOutput?: boolean;
  /** The first and the last training step, from 0, whose samples the statistics rest on. */
  readonly fromStep: number;
  readonly toStep: number;
  /** Training samples watched from the beginning. */
  readonly watchedSamples: number;
  /** What went into the activation; null where that is not known. */
  readonly input: Pick<UnitStatistics, 'mean' | 'std' | 'min' | 'max'> | null;
  /** The share of inputs beyond the range that the activation's weights were fitted to, if any was. */
  readonly outsideShare: readonly number[] | null;
  /** The largest |∂y/∂z| of the formula at the unit's weights; null where that is not known. */
  readonly largestSlope: readonly number[] | null;
  /** The largest sum of |∂y/∂weight| over the activation's own weights; null where it has none. */
  readonly weightSlope: readonly number[] | null;
  /**
   * How far the learned activation is from a straight line: its largest distance from the best one for
   * −3 ≤ x ≤ 3, over the range of its outputs there; 0 is linear, a ReLU has about 0.25. For each unit,
   * or one for all that share their weights; null where it learns nothing.
   */
  readonly curvature: readonly number[] | null;
  /** Mean |∂loss/∂y|; null where no gradient came. */
  readonly gradient: readonly number[] | null;
  /** Mean |∂loss/∂z|; null where no gradient came, or there is no slope. */
  readonly inputGradient: readonly number[] | null;
  /**
   * How many outputs, and how many ∂loss/∂y or (where the slope is known) ∂loss/∂z, were NaN or infinite
   * from the beginning.
   */
  readonly nonFinite: readonly number[];
  readonly nonFiniteGradients: readonly number[];
  /** Watched samples in a row, up to now, in which the unit did not fire. */
  readonly quietSamples: readonly number[];
  /** The training step at which the unit last fired; −1 if never. */
  readonly lastFired: readonly number[];
  /** How many outputs of the layer fell into each of `HISTOGRAM_BINS`. */
  readonly histogram: readonly number[];
  /** The weights of the activation, by name: flat, in the order of their tensors. */
  readonly weights?: Readonly<Record<string, readonly number[]>>;
  /** The same before training. */
  readonly startingWeights?: Readonly<Record<string, readonly number[]>>;
  /** The same statistics of the validation batches since the last training batch. */
  readonly validation: UnitStatistics | null;
}

/** One trainable weight of the model, over the steps of a window. Means are over its elements. */
export interface WeightSnapshot extends LayerClass {
  /** The layer that it belongs to, and its name there, such as 'kernel'. */
  readonly layer: string;
  readonly name: string;
  readonly shape: readonly number[];
  /** Whether it belongs to an activation, or is the kernel or the bias of a layer. */
  readonly isOfActivation: boolean;
  /** Optimizer steps that were watched. */
  readonly steps: number;
  /** Mean |w| and, for one step, mean |Δw| and mean |∂loss/∂w|. */
  readonly magnitude: number;
  readonly update: number;
  readonly gradient: number;
  /** The root of the mean of (∂loss/∂w)²; times the root of their number, the norm. */
  readonly gradientRms: number;
  /** How many gradients were NaN or infinite from the beginning. */
  readonly nonFinite: number;
}

/** Where a number that is not finite was first seen in a run. */
export interface FirstNonFinite {
  /**
   * In the outputs, in a gradient on its way back, in a weight after an optimizer step, or in the loss
   * of an epoch while all the rest was finite.
   */
  readonly phase: 'forward' | 'backward' | 'update' | 'loss';
  readonly layer: string;
  readonly units: readonly number[];
  readonly epoch: number;
  readonly step: number;
  /** The last step that was watched in which all was finite; −1 if none. */
  readonly lastFiniteStep: number;
  /** The range of the layer's finite outputs up to and in that step; null where there were none. */
  readonly lastFiniteRange: readonly [number, number] | null;
}

/** Who changes the weights of a model, as it tells of itself. */
export interface OptimizerSnapshot {
  /** Such as 'SGD' or 'Adam'. */
  readonly className: string;
  /** As of now. */
  readonly learningRate: number;
  /** The numbers and switches of its `getConfig()`, such as momentum. */
  readonly settings: Readonly<Record<string, number | boolean>>;
  /** Whether the model was compiled with it; else it is that of a loop of one's own. */
  readonly isOfModel: boolean;
  /** The options of the `activationParameterGroup` around it, if there is one. */
  readonly group?: {readonly learningRate: number; readonly decay: number};
}

/** The state of a model at the end of a window of training batches. All that the rules see. */
export interface Snapshot {
  /** The current epoch and the last training step, both from 0. */
  readonly epoch: number;
  readonly step: number;
  /** How many samples the training data has, where `fit` says so: more are repeats. */
  readonly trainingSamples: number | null;
  /** From the inputs to the outputs. */
  readonly layers: readonly LayerSnapshot[];
  readonly weights: readonly WeightSnapshot[];
  readonly firstNonFinite: FirstNonFinite | null;
  /** Null where none was seen, or it does not tell its class and learning rate. */
  readonly optimizer: OptimizerSnapshot | null;
  /** The loss and the metrics of the epoch, where the window ended with one. */
  readonly logs?: Readonly<Record<string, number>>;
}

/**
 * What a monitor reports, as plain data that JSON can hold. Numbers that are not finite are null, such
 * as the mean of a unit that gave nothing but NaN.
 */
export interface Report {
  /** False where any finding is an error. */
  readonly ok: boolean;
  /** Training steps so far, watched or not. */
  readonly steps: number;
  readonly findings: readonly Finding[];
  readonly layers: readonly LayerReport[];
  /** The trainable weights; empty where no optimizer was seen. */
  readonly weights: readonly WeightSnapshot[];
  /** The layers that are not watched, and why. */
  readonly notWatched: readonly {
    readonly name: string;
    readonly reason: string;
    /** False where there is nothing to watch: no activation, or a linear one. */
    readonly hasActivation: boolean;
  }[];
  /** The units that were started anew, in order; absent where the monitor is not told to `revive`. */
  readonly revived?: readonly RevivedAt[];
  /** The units that could not be, and why; absent as above. */
  readonly notRevived?: readonly SkippedUnits[];
  /** What went wrong beside the training, such as a reporter that threw. */
  readonly problems: readonly string[];
  /** What watching took as a share of what the training steps took without it, and every how many batches it watched. */
  readonly cost: {readonly share: number; readonly every: number};
}

/** One watched call of a layer: its last snapshot, but `samples` are those watched in all. */
export interface LayerReport extends Omit<LayerSnapshot, 'watchedSamples'> {
  readonly dead: readonly number[];
  readonly saturated: readonly number[];
  /** The activation as it was learned; absent where it learns nothing. */
  readonly curve?: LearnedCurve;
}

/** A learned activation at the start of training and now, at the same inputs. */
export interface LearnedCurve {
  readonly x: readonly number[];
  /** The units drawn: all, or some evenly chosen; one where all share their weights. */
  readonly units: readonly number[];
  /** For each of these units, the outputs at `x`. */
  readonly start: readonly (readonly number[])[];
  readonly end: readonly (readonly number[])[];
}

/** What training is about to be watched. */
export interface RunStart {
  readonly layers: readonly {readonly name: string; readonly activation: string}[];
  readonly notWatched: Report['notWatched'];
}

/** Shows what a monitor sees; every method is optional, but it must have one. */
export interface Reporter {
  onTrainBegin?(start: RunStart): void | Promise<void>;
  /** At the end of each window, with the findings that stand. */
  onSnapshot?(snapshot: Snapshot, findings: readonly Finding[]): void | Promise<void>;
  /** When something is first found, and when it becomes more severe. */
  onFinding?(finding: Finding): void | Promise<void>;
  onTrainEnd?(report: Report): void | Promise<void>;
}

/** Below this many samples nothing is called dead: 0 firings bound the rate at 3/n only. */
export const ENOUGH_SAMPLES = 300;
