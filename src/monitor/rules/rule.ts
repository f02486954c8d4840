import type {Finding, Snapshot} from '../types.js';

/** A number that a rule can be told. */
export interface RuleOption {
  readonly default: number;
  /** What it means, with its unit. */
  readonly description?: string;
  /** The least value that is accepted; without it, any finite number is. */
  readonly minimum?: number;
}

/** The options that every rule has; the monitor applies them. */
export type CommonOption = 'warmUp' | 'patience';

/** What a rule sees. All of it is plain data, and frozen where a rule of one's own sees it. */
export interface RuleContext<Name extends string = string> {
  readonly snapshot: Snapshot;
  /** The snapshots before it, the oldest first: the very first, and the latest ones. */
  readonly history: readonly Snapshot[];
  /** The rule's options, by name. */
  readonly options: Readonly<Record<Name | CommonOption, number>>;
  /** Whether the rule's finding in this layer stands: then it should ask for less to keep it. */
  isStanding(layer: string): boolean;
}

/** What a rule says of one layer; the monitor adds the rule, its link and the date. */
export type Problem = Pick<Finding, 'severity' | 'layer' | 'units' | 'message'> &
  Partial<Pick<Finding, 'evidence' | 'fixes'>>;

/** Judges snapshots. Pure: the same context gives the same problems. */
export interface Rule {
  /** In kebab-case. */
  readonly id: string;
  /** What it finds, in a sentence. */
  readonly description: string;
  /** Where to read more. */
  readonly link?: string;
  readonly options: Readonly<Record<string, RuleOption>>;
  /** The problems of any layers; of several in one layer the first of the most severe counts. */
  check(context: RuleContext): readonly Problem[];
}
