import {optionsIn} from './configure-rules.js';
import type {ConfiguredRule} from './configure-rules.js';
import {deadUnits, deadUnitsRule, saturatedUnits, saturatedUnitsRule} from './rules/index.js';
import type {Finding, LayerSnapshot, Report} from './types.js';

/** A copy as JSON holds it: numbers that are not finite are null. */
export function jsonSafe<T>(data: T): T {
  return JSON.parse(JSON.stringify(data)) as T;
}

/**
 * What is known of every layer, and what was found, as a report. Dead and saturated are the units
 * that `rules` would call so, by their defaults where they are not among them.
 */
export function reportOf(
  snapshots: readonly LayerSnapshot[],
  findings: readonly Finding[],
  notWatched: Report['notWatched'],
  cost: Report['cost'],
  rules: readonly ConfiguredRule[] = [],
): Report {
  const forDead = optionsIn(rules, deadUnitsRule);
  const forSaturated = optionsIn(rules, saturatedUnitsRule);
  const layers = snapshots.map(({watchedSamples, ...layer}) => ({
    ...layer,
    samples: watchedSamples,
    dead: deadUnits({watchedSamples, ...layer}, forDead),
    saturated: saturatedUnits({watchedSamples, ...layer}, forSaturated),
  }));
  const ok = findings.every(({severity}) => severity !== 'error');
  return jsonSafe({ok, findings, layers, weights: [], notWatched, problems: [], cost});
}
