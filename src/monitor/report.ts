import {optionsIn} from './configure-rules.js';
import type {ConfiguredRule} from './configure-rules.js';
import {deadUnits, deadUnitsRule, saturatedUnits, saturatedUnitsRule} from './rules/index.js';
import type {LayerSnapshot, LearnedCurve, Report, WeightSnapshot} from './types.js';

/** A copy as JSON holds it: numbers that are not finite are null. */
export function jsonSafe<T>(data: T): T {
  return JSON.parse(JSON.stringify(data)) as T;
}

/** What a report is made of. */
export interface Known extends Pick<
  Report,
  'steps' | 'findings' | 'notWatched' | 'revived' | 'notRevived' | 'problems' | 'cost'
> {
  readonly layers: readonly LayerSnapshot[];
  readonly weights: readonly WeightSnapshot[];
  /** Of layers, by name. */
  readonly curves: ReadonlyMap<string, LearnedCurve | undefined>;
  /** Dead and saturated are the units that these would call so, or by their defaults. */
  readonly rules: readonly ConfiguredRule[];
}

/** What is known of every layer, and what was found, as a report. */
export function reportOf({layers, curves, rules, ...known}: Known): Report {
  const forDead = optionsIn(rules, deadUnitsRule);
  const forSaturated = optionsIn(rules, saturatedUnitsRule);
  const reported = layers.map(layer => {
    const {watchedSamples, ...own} = layer;
    const curve = curves.get(layer.name);
    return {
      ...own,
      samples: watchedSamples,
      dead: deadUnits(layer, forDead),
      saturated: saturatedUnits(layer, forSaturated),
      ...(curve ? {curve} : {}),
    };
  });
  const ok = known.findings.every(({severity}) => severity !== 'error');
  return jsonSafe({ok, layers: reported, ...known});
}
