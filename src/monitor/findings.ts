import type {ConfiguredRule} from './configure-rules.js';
import {recommendedRules} from './rules/index.js';
import type {Finding, Snapshot} from './types.js';
import {Verdict} from './verdict.js';

/** What the rules find in a run, each finding dated by when it was first found. */
export class Findings {
  private readonly verdicts: readonly Verdict[];
  private readonly isFrozen: boolean;

  /** `onProblem` is told of a rule that fails, once; it is not applied from then on. */
  constructor(
    rules: readonly ConfiguredRule[],
    private readonly onProblem: (what: string, error: unknown) => void,
  ) {
    this.verdicts = rules.map(rule => new Verdict(rule));
    // Frozen numbers take more memory, and the rules of this package change none.
    this.isFrozen = rules.some(({rule}) => !recommendedRules.includes(rule));
  }

  /** The findings that stand, in the order of the rules. */
  get all(): readonly Finding[] {
    return this.verdicts.flatMap(verdict => verdict.findings);
  }

  /**
   * Judges a snapshot; returns what is new or has become more severe. Between windows only the rules
   * whose patience is 1 change their mind.
   *
   * `history` are the snapshots before it, the oldest first.
   */
  judge(snapshot: Snapshot, history: readonly Snapshot[], isWindow: boolean): Finding[] {
    if (this.isFrozen) deepFreeze(snapshot);
    return this.verdicts.flatMap(verdict => {
      try {
        return verdict.judge(snapshot, history, isWindow);
      } catch (error) {
        verdict.end();
        this.onProblem(`the rule '${verdict.id}' failed and is left out`, error);
        return [];
      }
    });
  }
}

/** No rule can change what the others see. */
function deepFreeze(value: object): void {
  if (Object.isFrozen(value)) return;
  Object.freeze(value);
  for (const each of Object.values(value)) {
    if (typeof each === 'object' && each !== null) deepFreeze(each as object);
  }
}
