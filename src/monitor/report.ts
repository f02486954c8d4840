import {deadUnits, saturatedUnits} from './rules/index.js';
import type {Finding, LayerSnapshot, Report} from './types.js';

/** A copy as JSON holds it: numbers that are not finite are null. */
export function jsonSafe<T>(data: T): T {
  return JSON.parse(JSON.stringify(data)) as T;
}

/** What is known of every layer, and what was found, as a report. */
export function reportOf(
  snapshots: readonly LayerSnapshot[],
  findings: readonly Finding[],
  notWatched: Report['notWatched'],
  cost: Report['cost'],
): Report {
  const layers = snapshots.map(layer => ({
    name: layer.name,
    activation: layer.activation,
    units: layer.units,
    samples: layer.samples,
    dead: deadUnits(layer),
    saturated: saturatedUnits(layer),
    mean: layer.mean,
    std: layer.std,
    min: layer.min,
    max: layer.max,
    zeroShare: layer.zeroShare,
    slope: layer.slope,
    lastFired: layer.lastFired,
    ...(layer.weights ? {weights: layer.weights} : {}),
  }));
  const ok = findings.every(({severity}) => severity !== 'error');
  return jsonSafe({ok, findings, layers, notWatched, cost});
}
