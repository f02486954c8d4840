import {HISTOGRAM_BINS} from '../../src/monitor/histogram-bins.js';
import type {
  Finding,
  LayerSnapshot,
  Report,
  RunStart,
  Snapshot,
  WeightSnapshot,
} from '../../src/monitor/types.js';
import {kernelOf, layerOf, snapshotOf} from './snapshots.js';

/** How many of the values fall into each bin; what is beyond the outermost bins is in the nearest. */
export function histogramOf(values: readonly number[]): number[] {
  const counts = HISTOGRAM_BINS.map(() => 0);
  for (const value of values) counts[HISTOGRAM_BINS.findIndex(bin => isIn(bin, value))]++;
  return counts;
}

function isIn({kind, low, high}: (typeof HISTOGRAM_BINS)[number], value: number): boolean {
  if (kind !== 'number') return Object.is(value, low);
  if (!Number.isFinite(value) || Math.sign(value) !== Math.sign(low + high)) return false;
  const exponent = Math.min(Math.max(Math.floor(Math.log2(Math.abs(value))), -20), 11);
  return 2 ** exponent === Math.min(Math.abs(low), Math.abs(high));
}

/** A ReLU of two units over 320 samples: one gave 0, 1, 2, … and one 0, 0, 0, …. */
export function layerSnapshot(changes: Partial<LayerSnapshot> = {}): LayerSnapshot {
  return layerOf(2, {
    activation: 'relu',
    samples: 320,
    watchedSamples: 640,
    mean: [1, 3],
    std: [0.5, 0.5],
    min: [0, 0],
    max: [4, 4],
    zeroShare: [0.25, 0.75],
    slope: [0.5, 0.25],
    firingRate: [0.75, 0.25],
    input: null,
    magnitude: [1, 3],
    gradient: [0.002, 0.004],
    inputGradient: [0.001, 0.002],
    histogram: histogramOf([0, 0, 1, 1, 2, 3, 4, 4]),
    ...changes,
  });
}

export function weightSnapshot(changes: Partial<WeightSnapshot> = {}): WeightSnapshot {
  return kernelOf('hidden', {
    shape: [2, 4],
    magnitude: 0.5,
    update: 0.0005,
    gradient: 0.25,
    gradientRms: 0.5,
    ...changes,
  });
}

export function snapshot(changes: Partial<Snapshot> = {}): Snapshot {
  return snapshotOf({layers: [layerSnapshot()], weights: [weightSnapshot()], ...changes});
}

export function finding(changes: Partial<Finding> = {}): Finding {
  return {
    rule: 'dead-units',
    severity: 'error',
    layer: 'hidden',
    units: [1],
    message: '1 of 2 units did not fire',
    evidence: {samples: 320},
    fixes: [{title: 'Lower the learning rate', code: 'model.compile(…)'}, {title: 'Wait'}],
    epoch: 0,
    step: 9,
    ...changes,
  };
}

export function layerReport(
  changes: Partial<Report['layers'][number]> = {},
): Report['layers'][number] {
  const {watchedSamples: samples, ...layer} = layerSnapshot();
  return {...layer, samples, dead: [], saturated: [], ...changes};
}

export function report(changes: Partial<Report> = {}): Report {
  return {
    ok: true,
    steps: 10,
    findings: [],
    layers: [layerReport()],
    weights: [weightSnapshot()],
    notWatched: [],
    problems: [],
    cost: {share: 0.012, every: 1},
    ...changes,
  };
}

/** What a monitor that revives units tells of them. */
export const revivals: Pick<Report, 'revived' | 'notRevived'> = {
  revived: [
    {
      ...{layer: 'hidden', units: [0, 1], producer: 'made', consumers: ['next', 'other']},
      ...{epoch: 1, step: 12},
    },
  ],
  notRevived: [{layer: 'output', units: [3], reason: 'an output of the model'}],
};

export const start: RunStart = {
  layers: [{name: 'hidden', activation: 'relu'}],
  notWatched: [{name: 'flatten', reason: 'it has no activation', hasActivation: false}],
};
