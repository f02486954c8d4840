import {jsonSafe} from './report.js';
import {RULES} from './rules/index.js';
import {SEVERITIES} from './types.js';
import type {Finding, Snapshot} from './types.js';

/** What the rules find in a run, each finding dated by when it was first found. */
export class Findings {
  private found = new Map<string, Finding>();

  get all(): readonly Finding[] {
    return [...this.found.values()];
  }

  /** Judges a snapshot; returns what is new or has become more severe. */
  judge(snapshot: Snapshot): Finding[] {
    const {epoch, step} = snapshot;
    const earlier = this.found;
    const isStanding = (): boolean => false;
    const findings = RULES.flatMap(({id, check}) =>
      check({snapshot, history: [], options: {}, isStanding}).map(found => ({rule: id, ...found})),
    );
    const dated = findings.map(finding => {
      const known = earlier.get(keyOf(finding)) ?? {epoch, step};
      return jsonSafe({...finding, epoch: known.epoch, step: known.step});
    });
    this.found = new Map(dated.map(finding => [keyOf(finding), finding]));
    return dated.filter(finding => {
      const known = earlier.get(keyOf(finding));
      return !known || severityOf(finding) > severityOf(known);
    });
  }
}

function keyOf({rule, layer}: Finding): string {
  return `${rule} ${layer}`;
}

function severityOf({severity}: Finding): number {
  return SEVERITIES.indexOf(severity);
}
