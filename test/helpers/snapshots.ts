import type {LayerSnapshot, Snapshot, WeightSnapshot} from '../../src/monitor/types.js';

/** A layer of `units` healthy units, in which `changes` are not. */
export function layerOf(units: number, changes: Partial<LayerSnapshot> = {}): LayerSnapshot {
  const each = (value: number): number[] => Array<number>(units).fill(value);
  // Units differ, as those of a network that was started at random do.
  const varied = (value: number): number[] =>
    Array.from({length: units}, (_, unit) => value * (1 + unit / 100));
  return {
    name: 'hidden',
    layer: 'hidden',
    layerClass: 'Dense',
    activation: 'tanh',
    units,
    isOutput: false,
    fromStep: 5,
    toStep: 9,
    watchedSamples: 300,
    samples: 300,
    mean: each(0),
    std: varied(0.6),
    magnitude: each(0.5),
    min: varied(-0.9),
    max: varied(0.9),
    zeroShare: each(0),
    slope: each(0.5),
    firingRate: each(1),
    input: {mean: each(0), std: varied(1), min: varied(-3), max: varied(3)},
    outsideShare: null,
    largestSlope: each(1),
    weightSlope: null,
    curvature: null,
    gradient: each(0.1),
    inputGradient: each(0.05),
    nonFinite: each(0),
    nonFiniteGradients: each(0),
    quietSamples: each(0),
    lastFired: each(9),
    histogram: [],
    validation: null,
    ...changes,
  };
}

/** A kernel that learns well. */
export function kernelOf(layer: string, changes: Partial<WeightSnapshot> = {}): WeightSnapshot {
  return {
    layer,
    layerClass: 'Dense',
    name: 'kernel',
    shape: [10, 10],
    isOfActivation: false,
    steps: 10,
    magnitude: 0.1,
    update: 1e-4,
    gradient: 0.01,
    gradientRms: 0.01,
    nonFinite: 0,
    ...changes,
  };
}

export function snapshotOf(changes: Partial<Snapshot> = {}): Snapshot {
  return {
    epoch: 0,
    step: 9,
    trainingSamples: null,
    layers: [],
    weights: [],
    firstNonFinite: null,
    optimizer: {className: 'SGD', learningRate: 0.01, settings: {}, isOfModel: true},
    ...changes,
  };
}
