import {deadUnits, saturatedUnits} from './rules/index.js';
import type {NotWatched} from './sites.js';
import type {Finding, Report, Snapshot} from './types.js';

/** A snapshot and its findings as a report, with null for every number that is not finite. */
export function reportOf(
  snapshot: Snapshot,
  findings: readonly Finding[],
  notWatched: readonly NotWatched[],
  cost: Report['cost'],
): Report {
  const layers = snapshot.layers.map(layer => ({
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
  return JSON.parse(JSON.stringify({ok, findings, layers, notWatched, cost})) as Report;
}
