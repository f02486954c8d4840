/**
 * What each rule is about, decided from full passes over the training set. Nothing here knows the
 * monitor: neither its code nor what it saw.
 */
import {average} from './average.js';
import {RULE_IDS} from './case.js';
import type {RuleId} from './case.js';
import {weightKey} from './record.js';
import type {Checkpoint} from './record.js';
import type {SiteMeasure, WeightMeasure} from './measure.js';

/** A layer of which a rule holds, and which of its units, where it is about units. */
export interface Holding {
  readonly layer: string;
  readonly units?: readonly number[];
  /** How many units the layer has, where `units` are given. */
  readonly of?: number;
}

export type Truth = Readonly<Record<RuleId, readonly Holding[]>>;

interface Moment {
  readonly now: Checkpoint;
  /** The full pass before it; the same at the start. */
  readonly before: Checkpoint;
  readonly start: Checkpoint;
  /** All up to now. */
  readonly soFar: readonly Checkpoint[];
}

/** An output this close to 0 rests there. */
const REST = 1e-6;
/** Of the largest slope, or of 1 where that is larger. */
const SATURATED_SHARE = 0.01;
/** The spread of a constant unit, of its magnitude. */
const CONSTANT_SPREAD = 1e-4;
/** Of the mean over the layer: ReDo (https://arxiv.org/abs/2302.12902). */
const DORMANT_SHARE = 0.025;
/** Of the mean over the layer: GraMa (https://arxiv.org/abs/2505.24061). */
const GRADIENT_DORMANT_SHARE = 0.01;
/** The gradient of a kernel, of the largest of any kernel: AUTOTRAINER's ratio. */
const VANISHING_SHARE = 1e-3;
/** The gradient of a kernel, of that of the last one: AUTOTRAINER's ratio. */
const EXPLODING_RATIO = 70;
/** A plain gradient step of 10⁻³ would move a kernel by more than its own size. */
const EXPLODING_OF_WEIGHTS = 1e3;
/** TheDeepChecker's range of mean |Δw| ÷ mean |w| (https://arxiv.org/abs/2204.00694). */
const UPDATE_RATIOS = [1e-4, 1e-1] as const;
/** The largest standard deviation of a layer's inputs at the start, of the least one. */
const INITIAL_RATIO = 10;
/** 1 − R² of a line through a learned activation that is one. */
const LINEAR_BEND = 1e-3;
/** A weight that has moved by less than this share of its size has not moved. */
const UNMOVED_SHARE = 1e-6;
/** The share of inputs outside of [−3, 3], to which the package's rational was fitted. */
const OUTSIDE_SHARE = 0.25;
/** The standard deviation of what goes into an activation, and of what comes out. */
const SCALES = [0.05, 20] as const;

const PREDICATES: Readonly<Record<RuleId, (moment: Moment) => readonly Holding[]>> = {
  'dead-units': ofUnits(deadUnits),
  'saturated-units': ofUnits(saturatedUnits),
  'constant-units': ofUnits(site => {
    const idle = new Set([...deadUnits(site), ...saturatedUnits(site)]);
    return unitsWhere(
      site,
      unit =>
        !idle.has(unit) &&
        site.std[unit] <= CONSTANT_SPREAD * Math.max(site.maxMagnitude[unit], REST),
    );
  }),
  'dormant-units': lasting(site => {
    const dead = new Set(deadUnits(site));
    return belowMean(site, site.meanMagnitude, DORMANT_SHARE).filter(unit => !dead.has(unit));
  }),
  'gradient-dormant-units': lasting(site =>
    belowMean(site, site.outputGradient, GRADIENT_DORMANT_SHARE),
  ),
  'vanishing-gradients': ({now}) => {
    const kernels = kernelsOf(now);
    const largest = Math.max(...kernels.map(({gradientNorm}) => gradientNorm));
    return holding(kernels, ({gradientNorm}) => gradientNorm < VANISHING_SHARE * largest);
  },
  'exploding-gradients': ({now}) => {
    const kernels = kernelsOf(now);
    const last = kernels[kernels.length - 1];
    return holding(
      kernels,
      ({gradientNorm, norm, nonFiniteGradients}) =>
        nonFiniteGradients > 0 ||
        gradientNorm > EXPLODING_OF_WEIGHTS * norm ||
        gradientNorm > EXPLODING_RATIO * last.gradientNorm,
    );
  },
  // In a model that has converged updates are small too: here they have been so from the start.
  'update-ratio': ({now, soFar}) =>
    holding(kernelsOf(now), kernel => {
      const ratioAt = ({motion}: Checkpoint): number | null =>
        motion[weightKey(kernel)].updateRatio;
      const ratio = ratioAt(now);
      if (ratio === null) return false;
      const most = Math.max(...soFar.map(each => ratioAt(each) ?? 0));
      return ratio > UPDATE_RATIOS[1] || most < UPDATE_RATIOS[0] || kernel.nonFinite > 0;
    }),
  'non-finite': ({now}) => now.nonFiniteLayers.map(layer => ({layer})),
  'poor-initialization': ({start}) => {
    // Within an output of softmax the scale is the loss's affair.
    const inputs = start.sites.filter(({slopes}) => slopes);
    const scales = inputs.map(({inputStd}) => inputStd);
    const isPoor = Math.max(...scales) > INITIAL_RATIO * Math.min(...scales);
    return isPoor ? inputs.map(({layer}) => ({layer})) : [];
  },
  'learned-parameters': ({now}) => {
    const hasMoved = kernelsOf(now).some(kernel => isMoved(now, kernel));
    return holding(now.sites, site => {
      const own = now.weights.filter(({layer}) => layer === site.layer);
      if (!site.slopes?.byWeights || own.length === 0) return false;
      const isFrozen = hasMoved && own.every(weight => !isMoved(now, weight));
      const isLine = site.slopes.bend.every(bend => bend < LINEAR_BEND);
      const isOutside = site.activation === 'rational' && site.beyondThree > OUTSIDE_SHARE;
      return isFrozen || isLine || isOutside;
    });
  },
  'activation-scale': ({now}) =>
    holding(
      now.sites.filter(({activation}) => activation !== 'softmax'),
      ({pooledStd, inputStd}) => !isOfScale(pooledStd) || !isOfScale(inputStd),
    ),
};

/** Everything that holds at a moment of a run. */
function truthAt(moment: Moment): Truth {
  const entries = RULE_IDS.map(rule => [rule, PREDICATES[rule](moment)]);
  return Object.fromEntries(entries) as Truth;
}

/** Everything that holds at each of the full passes of a run. */
export function truthsOf(checkpoints: readonly Checkpoint[]): Truth[] {
  return checkpoints.map((now, index) =>
    truthAt({
      now,
      before: checkpoints[Math.max(0, index - 1)],
      start: checkpoints[0],
      soFar: checkpoints.slice(0, index + 1),
    }),
  );
}

/** The units that fire in no sample, rest at 0, and whose weights get no gradient. */
function deadUnits(site: SiteMeasure): number[] {
  const {slopes} = site;
  if (!slopes) return [];
  return unitsWhere(
    site,
    unit =>
      slopes.firingShare[unit] === 0 &&
      site.maxMagnitude[unit] <= REST &&
      (slopes.byWeights?.[unit] ?? 0) === 0,
  );
}

/** The units whose mean slope is below 1 % of the largest, and that are not dead. */
function saturatedUnits(site: SiteMeasure): number[] {
  const {slopes} = site;
  if (!slopes) return [];
  const dead = new Set(deadUnits(site));
  return unitsWhere(
    site,
    unit =>
      slopes.mean[unit] < SATURATED_SHARE * Math.min(1, slopes.largest[unit]) && !dead.has(unit),
  );
}

function belowMean(site: SiteMeasure, values: readonly number[], share: number): number[] {
  if (!site.slopes) return [];
  const mean = average(values);
  return mean > 0 ? unitsWhere(site, unit => values[unit] <= share * mean) : [];
}

/** Units that gave NaN or infinity are judged by no other rule. */
function unitsWhere(site: SiteMeasure, is: (unit: number) => boolean): number[] {
  return site.nonFinite.flatMap((count, unit) => (count === 0 && is(unit) ? [unit] : []));
}

function ofUnits(units: (site: SiteMeasure) => number[]) {
  return ({now}: Pick<Moment, 'now'>): Holding[] =>
    now.sites
      .map(site => ({layer: site.layer, units: units(site), of: site.units}))
      .filter(holding => holding.units.length > 0);
}

/** As `ofUnits`, for what is also so by chance: only units of which it was true a full pass before too. */
function lasting(units: (site: SiteMeasure) => number[]) {
  return ({now, before}: Moment): Holding[] =>
    ofUnits(site => {
      const earlier = before.sites.find(({layer}) => layer === site.layer)!;
      const known = new Set(units(earlier));
      return units(site).filter(unit => known.has(unit));
    })({now});
}

function holding<T extends {readonly layer: string}>(
  all: readonly T[],
  is: (each: T) => boolean,
): Holding[] {
  return all.filter(is).map(({layer}) => ({layer}));
}

/** NaN and infinity have left every scale. */
function isOfScale(std: number): boolean {
  return std >= SCALES[0] && std <= SCALES[1];
}

function kernelsOf({weights}: Checkpoint): WeightMeasure[] {
  return weights.filter(({name}) => name === 'kernel');
}

function isMoved(
  {motion}: Checkpoint,
  weight: Pick<WeightMeasure, 'layer' | 'name' | 'magnitude'>,
) {
  const {updateRatio, moved} = motion[weightKey(weight)];
  return updateRatio === null || moved > UNMOVED_SHARE * weight.magnitude;
}
