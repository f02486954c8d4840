import type {Finding, Snapshot} from '../types.js';

/** A number that a rule can be told. */
export interface RuleOption {
  readonly default: number;
  /** What it means, with its unit. */
  readonly description: string;
}

/** What a rule sees. It must not change any of it. */
export interface RuleContext {
  readonly snapshot: Snapshot;
  /** The snapshots before it, the oldest first: the very first, and the latest ones. */
  readonly history: readonly Snapshot[];
  /** The rule's options, by name. */
  readonly options: Readonly<Record<string, number>>;
  /** Whether the rule's finding in this layer stands: then it should ask for less to keep it. */
  isStanding(layer: string): boolean;
}

/** What a rule says of one layer; the monitor adds the rule, its link and the date. */
export type Problem = Omit<Finding, 'rule' | 'link' | 'epoch' | 'step'>;

/** Judges snapshots. Pure: the same context gives the same problems. */
export interface Rule {
  /** In kebab-case. */
  readonly id: string;
  /** What it finds, in a sentence. */
  readonly description: string;
  /** Where to read more. */
  readonly link?: string;
  readonly options: Readonly<Record<string, RuleOption>>;
  check(context: RuleContext): readonly Problem[];
}
