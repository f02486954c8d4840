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
  const layers = snapshots.map(({watchedSamples, ...layer}) => ({
    ...layer,
    samples: watchedSamples,
    dead: deadUnits({watchedSamples, ...layer}),
    saturated: saturatedUnits({watchedSamples, ...layer}),
  }));
  const ok = findings.every(({severity}) => severity !== 'error');
  return jsonSafe({ok, findings, layers, weights: [], notWatched, problems: [], cost});
}
