import {checkProblems} from './check-problems.js';
import type {ConfiguredRule} from './configure-rules.js';
import {jsonSafe} from './report.js';
import type {Problem} from './rules/index.js';
import {SEVERITIES} from './types.js';
import type {Finding, Snapshot} from './types.js';

/** What one rule found, by layer, and how long it has been saying otherwise. */
export class Verdict {
  private standing = new Map<string, Finding>();
  private doubts = new Map<string, number>();
  private isOver = false;

  constructor(private readonly configured: ConfiguredRule) {}

  get id(): string {
    return this.configured.rule.id;
  }

  get findings(): Finding[] {
    return [...this.standing.values()];
  }

  /** The rule is not applied any more; what it found stays. */
  end(): void {
    this.isOver = true;
  }

  /** @throws if the rule does, or if what it returns are no problems. */
  judge(snapshot: Snapshot, history: readonly Snapshot[], isWindow: boolean): Finding[] {
    const {rule, options} = this.configured;
    if (this.isOver || snapshot.step + 1 < options.warmUp) return [];
    const isStanding = (layer: string): boolean => this.standing.has(layer);
    const problems: unknown = rule.check({snapshot, history, options, isStanding});
    const findings = byLayer(
      checkProblems(problems, snapshot).map(each => this.date(each, snapshot)),
    );
    const earlier = this.standing;
    const layers = new Set([...findings.keys(), ...earlier.keys(), ...this.doubts.keys()]);
    this.standing = new Map();
    for (const layer of layers) {
      const finding = this.decide(findings.get(layer), earlier.get(layer), layer, isWindow);
      if (finding) this.standing.set(layer, finding);
    }
    return this.findings.filter(finding => {
      const known = earlier.get(finding.layer);
      return !known || severityOf(finding) > severityOf(known);
    });
  }

  /** What stands in a layer from now on: what the rule says, once it has said so long enough. */
  private decide(
    said: Finding | undefined,
    standing: Finding | undefined,
    layer: string,
    isWindow: boolean,
  ): Finding | undefined {
    const {patience} = this.configured.options;
    const isAgreed = (said === undefined) === (standing === undefined);
    const doubts = (this.doubts.get(layer) ?? 0) + (isWindow ? 1 : 0);
    if (!isAgreed && patience > 1 && doubts < patience) {
      this.doubts.set(layer, doubts);
      return standing;
    }
    if (isWindow) this.doubts.delete(layer);
    return said;
  }

  private date(problem: Problem, {epoch, step}: Snapshot): Finding {
    const {id, link} = this.configured.rule;
    const known = this.standing.get(problem.layer) ?? {epoch, step};
    return jsonSafe({
      rule: id,
      evidence: {},
      fixes: [],
      ...problem,
      ...(link === undefined ? {} : {link}),
      epoch: known.epoch,
      step: known.step,
    });
  }
}

/** The first of the most severe findings of each layer. */
function byLayer(findings: readonly Finding[]): Map<string, Finding> {
  const found = new Map<string, Finding>();
  for (const finding of findings) {
    const other = found.get(finding.layer);
    if (!other || severityOf(finding) > severityOf(other)) found.set(finding.layer, finding);
  }
  return found;
}

function severityOf({severity}: Finding): number {
  return SEVERITIES.indexOf(severity);
}
