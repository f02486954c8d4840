import {deadUnits} from '../../rules/index.js';
import {ENOUGH_SAMPLES} from '../../types.js';
import type {LayerSnapshot, Snapshot, UnitStatistics} from '../../types.js';
import {meanOfKnown} from '../../mean.js';
import {perUnit} from '../../per-unit.js';

/** A wider layer has its units drawn together into at most this many rows. */
const LARGEST_ROWS = 128;

/** With more snapshots than this, every second one is forgotten. */
const LARGEST_LENGTH = 200;

/** Means over the units of a layer. NaN where there is none. */
export interface Averages {
  readonly mean: number;
  readonly std: number;
  readonly zeroShare: number;
  readonly slope: number;
  readonly firingRate: number;
}

/** What a heat map can show of a unit: shares from 0 to 1. Null where that is not known. */
export interface Shares {
  /** Mean slope ÷ the largest. */
  readonly slope: readonly number[] | null;
  readonly firingRate: readonly number[] | null;
  readonly nonZero: readonly number[];
}

/** What a report of the whole run needs of a layer at one time. */
export interface LayerRecord {
  readonly units: number;
  /** By row: one unit, or several neighbours of a wide layer. */
  readonly rows: Shares;
  /** The share of each row's units that were dead. */
  readonly deadShare: readonly number[];
  /** How many are dead; NaN where too few samples were seen to say. */
  readonly dead: number;
  readonly averages: Averages;
  readonly validation: Averages | null;
  readonly gradient: number;
  readonly inputGradient: number;
  readonly histogram: readonly number[];
}

/** What a report of the whole run needs of a snapshot. */
export interface SnapshotRecord {
  readonly epoch: number;
  readonly step: number;
  readonly logs: Readonly<Record<string, number>>;
  readonly layers: ReadonlyMap<string, LayerRecord>;
}

/** How many units share a row of a heat map. */
export function unitsPerRow(units: number): number {
  return Math.ceil(units / LARGEST_ROWS);
}

/** The records of a run, thinned out so that a long one takes no more memory than a short one. */
export class Recording {
  private kept: SnapshotRecord[] = [];
  private latest: SnapshotRecord | undefined;
  private stride = 1;
  private count = 0;

  add(snapshot: Snapshot): void {
    this.latest = recordOf(snapshot);
    if (this.count++ % this.stride !== 0) return;
    this.kept.push(this.latest);
    if (this.kept.length <= LARGEST_LENGTH) return;
    this.kept = this.kept.filter((_, index) => index % 2 === 0);
    this.stride *= 2;
  }

  /** Evenly spaced, but for the last, which is always among them. */
  get records(): readonly SnapshotRecord[] {
    const {kept, latest} = this;
    return latest === undefined || kept.includes(latest) ? kept : [...kept, latest];
  }
}

function recordOf({epoch, step, logs = {}, layers}: Snapshot): SnapshotRecord {
  return {
    epoch,
    step,
    logs,
    layers: new Map(layers.map(layer => [layer.name, recordOfLayer(layer)])),
  };
}

function recordOfLayer(layer: LayerSnapshot): LayerRecord {
  const {units, slope, largestSlope, firingRate, zeroShare, validation} = layer;
  const dead = new Set(deadUnits(layer));
  return {
    units,
    rows: {
      slope: slope && largestSlope && inRows(slope.map((each, unit) => each / largestSlope[unit])),
      firingRate: firingRate && inRows(firingRate),
      nonZero: inRows(zeroShare.map(share => 1 - share)),
    },
    deadShare: inRows(perUnit(units, unit => Number(dead.has(unit)))),
    dead: layer.samples < ENOUGH_SAMPLES ? NaN : dead.size,
    averages: averagesOf(layer),
    validation: validation && averagesOf(validation),
    gradient: meanOfKnown(layer.gradient ?? []),
    inputGradient: meanOfKnown(layer.inputGradient ?? []),
    histogram: layer.histogram,
  };
}

/** Neighbours averaged, so that no more rows than can be seen are kept. */
function inRows(values: readonly number[]): number[] {
  const size = unitsPerRow(values.length);
  return Array.from({length: Math.ceil(values.length / size)}, (_, row) =>
    meanOfKnown(values.slice(row * size, (row + 1) * size)),
  );
}

/** The means over the units of a layer. */
export function averagesOf(statistics: Omit<UnitStatistics, 'samples'>): Averages {
  return {
    mean: meanOfKnown(statistics.mean),
    std: meanOfKnown(statistics.std),
    zeroShare: meanOfKnown(statistics.zeroShare),
    slope: meanOfKnown(statistics.slope ?? []),
    firingRate: meanOfKnown(statistics.firingRate ?? []),
  };
}
