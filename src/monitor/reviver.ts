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
  private readonly skippedIn = new Map<string, SkippedUnits>();
  private lastStep = -Infinity;

  constructor(
    private readonly settings: ReviveSettings,
    private readonly rules: readonly ConfiguredRule[],
    private readonly revive: Revive,
  ) {}

  /** The units that could not be revived when that was last tried, and why. */
  get skipped(): SkippedUnits[] {
    return [...this.skippedIn.values()];
  }

  /** Starts units anew that a snapshot shows, and that findings tell of. */
  run(
    model: tf.LayersModel,
    optimizer: tf.Optimizer | undefined,
    {epoch, step, layers}: Snapshot,
    findings: readonly Finding[],
  ): void {
    const {rules, cooldown} = this.settings;
    if (step - this.lastStep < cooldown) return;
    const chosen = findings
      .filter(({rule}) => rules.includes(rule))
      .flatMap(finding => this.choose(finding, layers));
    if (chosen.length === 0) return;
    const {revived, skipped} = this.revive(model, chosen, {rules, optimizer});
    for (const each of skipped) this.skippedIn.set(each.layer, each);
    for (const {layer} of revived) this.skippedIn.delete(layer);
    this.revived.push(...revived.map(each => ({epoch, step, ...each})));
    if (revived.length > 0) this.lastStep = step;
  }

  /** The finding with as many of its units as may be revived at a time. It may be of an older snapshot. */
  private choose(finding: Finding, layers: readonly LayerSnapshot[]): Finding[] {
    const layer = layers.find(({name}) => name === finding.layer);
    if (!layer) return [];
    const isDead = finding.rule === deadUnitsRule.id;
    const now = isDead
      ? deadUnits(layer, optionsIn(this.rules, deadUnitsRule))
      : saturatedUnits(layer, optionsIn(this.rules, saturatedUnitsRule));
    const most = Math.max(1, Math.floor(this.settings.maxShare * layer.units));
    const units = now.slice(0, most);
    if (units.length === 0) return [];
    if (isDead) return [{...finding, units}];
    const outputs = units.map(unit => [layer.min[unit], layer.max[unit]]);
    return [{...finding, units, evidence: {...finding.evidence, outputs}}];
  }
}
