import type * as tf from '@tensorflow/tfjs';
import {optionsIn} from './configure-rules.js';
import type {ConfiguredRule} from './configure-rules.js';
import type {Revival, RevivedAt, ReviveSettings, SkippedUnits} from './revival.js';
import {deadUnits, deadUnitsRule, saturatedUnits, saturatedUnitsRule} from './rules/index.js';
import type {Finding, LayerSnapshot, Snapshot} from './types.js';

/** What starts units of a model anew. */
export type Revive = (
  model: tf.LayersModel,
  findings: readonly Finding[],
  options: {readonly rules: readonly string[]; readonly optimizer?: tf.Optimizer},
) => Revival;

/** Which units a monitor starts anew, and when; it remembers what it did. */
export class Reviver {
  readonly revived: RevivedAt[] = [];
  /** The units that could not be revived when that was last tried for their layer, and why. */
  skipped: readonly SkippedUnits[] = [];
  private lastStep = -Infinity;

  constructor(
    private readonly settings: ReviveSettings,
    private readonly rules: readonly ConfiguredRule[],
    private readonly revive: Revive,
  ) {}

  /** Starts units anew that a snapshot shows, and that findings tell of. */
  run(
    model: tf.LayersModel,
    optimizer: tf.Optimizer | undefined,
    {epoch, step, layers}: Snapshot,
    findings: readonly Finding[],
  ): void {
    const {rules, cooldown} = this.settings;
    if (step - this.lastStep < cooldown) return;
    const chosen = this.choose(
      findings.filter(({rule}) => rules.includes(rule)),
      layers,
    );
    if (chosen.length === 0) return;
    const {revived, skipped} = this.revive(model, chosen, {rules, optimizer});
    const tried = chosen.map(({layer}) => layer);
    this.skipped = [...this.skipped.filter(({layer}) => !tried.includes(layer)), ...skipped];
    this.revived.push(...revived.map(each => ({epoch, step, ...each})));
    if (revived.length > 0) this.lastStep = step;
  }

  /** The findings with as many units of each layer as may be revived at a time. */
  private choose(findings: readonly Finding[], layers: readonly LayerSnapshot[]): Finding[] {
    const left = new Map(
      layers.map(({name, units}) => [
        name,
        Math.max(1, Math.floor(this.settings.maxShare * units)),
      ]),
    );
    return findings.flatMap(finding => {
      const layer = layers.find(({name}) => name === finding.layer);
      if (!layer) return [];
      const most = left.get(layer.name)!;
      const units = this.unitsNow(finding, layer).slice(0, most);
      if (units.length === 0) return [];
      left.set(layer.name, most - units.length);
      if (finding.rule === deadUnitsRule.id) return [{...finding, units}];
      const outputs = units.map(unit => [layer.min[unit], layer.max[unit]]);
      return [{...finding, units, evidence: {outputs}}];
    });
  }

  /** The finding may be of an older snapshot. */
  private unitsNow({rule}: Finding, layer: LayerSnapshot): number[] {
    return rule === deadUnitsRule.id
      ? deadUnits(layer, optionsIn(this.rules, deadUnitsRule))
      : saturatedUnits(layer, optionsIn(this.rules, saturatedUnitsRule));
  }
}
