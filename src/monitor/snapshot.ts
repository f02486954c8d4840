import type {Accumulator} from './accumulator.js';
import type {LayerSnapshot} from './types.js';

/** What is known of one watched call of a layer. */
export interface Known {
  readonly name: string;
  readonly activation: string;
  /** Whether the activation is a function of one number. */
  readonly hasSlope: boolean;
  readonly accumulator: Accumulator;
  /** The largest slope of each unit, or one for all, once it has been read. */
  readonly largestSlope?: Float32Array;
  readonly weights?: Readonly<Record<string, number[]>>;
}

/** What is known as plain data; a mean over no number is NaN. */
export function snapshotOf(known: Known): LayerSnapshot {
  const {name, activation, hasSlope, accumulator, largestSlope, weights} = known;
  const {units, samples, window} = accumulator;
  const {count} = window;
  const perUnit = (value: (unit: number) => number): number[] =>
    Array.from({length: units}, (_, unit) => value(unit));
  const mean = (sums: Float64Array): number[] => perUnit(unit => sums[unit] / count[unit]);
  const whereCounted = (values: Float64Array): number[] =>
    perUnit(unit => (count[unit] > 0 ? values[unit] : NaN));
  return {
    name,
    activation,
    units,
    watchedSamples: samples,
    samples: window.samples,
    mean: whereCounted(window.mean),
    std: mean(window.squares).map(Math.sqrt),
    magnitude: perUnit(() => NaN),
    min: whereCounted(window.min),
    max: whereCounted(window.max),
    zeroShare: mean(window.zeros),
    nonFinite: [...accumulator.nonFinite],
    slope: hasSlope ? mean(window.slope) : null,
    firingRate: null,
    input: null,
    outsideShare: null,
    weightSlope: null,
    curvature: null,
    gradient: null,
    inputGradient: null,
    nonFiniteGradients: perUnit(() => 0),
    histogram: [],
    validation: null,
    largestSlope: largestSlope
      ? perUnit(unit => largestSlope[largestSlope.length === 1 ? 0 : unit])
      : null,
    quietSamples: [...accumulator.quietSamples],
    lastFired: [...accumulator.lastFired],
    ...(weights ? {weights} : {}),
  };
}
