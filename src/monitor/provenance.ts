import type {Site} from './site.js';
import type {FirstNonFinite} from './types.js';
import type {WatchedWeight} from './watched-weight.js';

/** Finds out where a number that is not finite came up first. */
export class Provenance {
  first: FirstNonFinite | null = null;
  private lastFiniteStep = -1;
  private badWeights = 0;
  private readonly badSites = new Set<Site>();

  /**
   * Looks at what was seen up to a step; returns whether there is more that is not finite. `watched`
   * is the step of which all has been seen, if one was watched to its end since the last look.
   */
  look(
    sites: readonly Site[],
    weights: readonly WatchedWeight[],
    {epoch, step, watched}: {epoch: number; step: number; watched?: number},
  ): boolean {
    const bad = sites.filter(site => site.hasNewNonFinite());
    const badWeights = weights.filter(({isBad}) => isBad);
    if (bad.length === 0 && badWeights.length === 0) {
      if (watched !== undefined) this.lastFiniteStep = watched;
      return false;
    }
    const isMore =
      bad.some(site => !this.badSites.has(site)) || badWeights.length > this.badWeights;
    for (const site of bad) this.badSites.add(site);
    this.badWeights = badWeights.length;
    // What a loss told of an epoch before said nothing of where.
    if (!this.first || this.first.phase === 'loss') {
      const {lastFiniteStep} = this;
      this.first = {...origin(bad, badWeights), epoch, step, lastFiniteStep};
    }
    return isMore;
  }

  /** Notes a loss that is not finite, of what a layer gave; returns whether that is the first of all. */
  lookAtLoss(layer: string, {epoch, step}: {epoch: number; step: number}): boolean {
    if (this.first) return false;
    const {lastFiniteStep} = this;
    const nothing = {units: [], lastFiniteRange: null};
    this.first = {phase: 'loss', layer, ...nothing, epoch, step, lastFiniteStep};
    return true;
  }
}

/** Forwards, the first layer is the origin; backwards, the last; else it is a weight. */
function origin(
  bad: readonly Site[],
  weights: readonly WatchedWeight[],
): Pick<FirstNonFinite, 'phase' | 'layer' | 'units' | 'lastFiniteRange'> {
  const layers = bad.flatMap(site => site.snapshot());
  const unitsOf = (counts: readonly number[]): number[] =>
    counts.flatMap((count, unit) => (count > 0 ? [unit] : []));
  const rangeOf = ({min, max}: (typeof layers)[number]): readonly [number, number] | null => {
    const low = Math.min(...min.filter(Number.isFinite));
    const high = Math.max(...max.filter(Number.isFinite));
    return low <= high ? [low, high] : null;
  };
  const forward = layers.find(({nonFinite}) => unitsOf(nonFinite).length > 0);
  if (forward) {
    const units = unitsOf(forward.nonFinite);
    return {phase: 'forward', layer: forward.name, units, lastFiniteRange: rangeOf(forward)};
  }
  const backward = layers[layers.length - 1];
  if (backward) {
    const units = unitsOf(backward.nonFiniteGradients);
    return {phase: 'backward', layer: backward.name, units, lastFiniteRange: rangeOf(backward)};
  }
  const withGradient = weights.filter(({nonFinite}) => nonFinite.gradients > 0);
  const [{layer}] = [...withGradient.slice(-1), ...weights];
  const phase = withGradient.length > 0 ? 'backward' : 'update';
  return {phase, layer, units: [], lastFiniteRange: null};
}
