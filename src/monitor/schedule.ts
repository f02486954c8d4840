/** The widest spacing that 'auto' chooses, in passes. */
const WIDEST_SPACING = 99;

/** What a pass weighs in the running mean of their duration. */
const SMOOTHING = 0.1;

/** The share of the budget that stays for watching passes, whatever the work between them takes. */
const LEAST_FOR_PASSES = 0.5;

/**
 * Which training passes to watch, and what watching costs. Pure but for its clock: it counts passes
 * and milliseconds, and knows no model.
 */
export class Schedule {
  /** Every how many passes one is watched. */
  spacing: number;
  /** Whether the current pass is watched. */
  isWatching = false;
  /** So many passes to come are watched, whatever the spacing. */
  private asked = 0;
  private sinceWatched: number;
  private isInPass = false;
  private passes = 0;
  private passStart = 0;
  /** Milliseconds that the passes took in the mean, watching not counted. */
  private passTime = 0;
  /** Milliseconds of watching: in the current pass, between passes, and in all. */
  private costOfPass = 0;
  private costBetween = 0;
  private cost = 0;
  /** When every unit had been seen often enough, and what watching had cost until then. */
  private settledAt: number | undefined;
  private costUntilSettled = 0;
  private readonly start: number;
  private end: number | undefined;

  constructor(
    private readonly every: 'auto' | number,
    private readonly overheadBudget: number,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.spacing = every === 'auto' ? 1 : every;
    this.sinceWatched = this.spacing;
    this.start = now();
  }

  /** The share of the time since the start, or until the end, that watching took. */
  get share(): number {
    const total = (this.end ?? this.now()) - this.start;
    return total > 0 ? this.cost / total : 0;
  }

  /** Whether what watching has taken so far, since 'auto' watches less, leaves room for more. */
  get isAffordable(): boolean {
    if (this.every !== 'auto' || this.settledAt === undefined) return true;
    const elapsed = this.now() - this.settledAt;
    return this.cost - this.costUntilSettled <= this.overheadBudget * elapsed;
  }

  beginPass(): void {
    this.isInPass = true;
    this.costOfPass = 0;
    this.passStart = this.now();
    this.sinceWatched++;
    this.isWatching = this.asked > 0 || this.sinceWatched >= this.spacing;
    this.asked = Math.max(0, this.asked - 1);
    if (this.isWatching) this.sinceWatched = 0;
  }

  /** Whether passes that were asked for are still to come. */
  get isExamining(): boolean {
    return this.asked > 0;
  }

  /** Watches the next passes, one after the other, where 'auto' would watch fewer. */
  watchNext(passes: number): void {
    if (this.every === 'auto') this.asked = passes;
  }

  /** `hasEnough`: whether every unit has been seen often enough for 'auto' to watch less. */
  endPass(hasEnough: boolean): void {
    this.isInPass = false;
    this.passes++;
    const elapsed = this.now() - this.passStart - this.costOfPass;
    this.passTime += (elapsed - this.passTime) * (this.passes === 1 ? 1 : SMOOTHING);
    if (this.every !== 'auto' || !this.isWatching || !hasEnough) return;
    if (this.settledAt === undefined) {
      this.settledAt = this.now();
      this.costUntilSettled = this.cost;
    }
    const budget = this.overheadBudget * this.passTime;
    const left = budget - this.costBetween / this.passes;
    const affordable = this.costOfPass / Math.max(left, LEAST_FOR_PASSES * budget);
    // An odd spacing meets both sides of a loop that alternates, such as a GAN's.
    this.spacing = Math.min(WIDEST_SPACING, Math.max(1, Math.ceil(affordable))) | 1;
  }

  /** Counts the time of `work` as cost of watching. */
  time<T>(work: () => T): T {
    const start = this.now();
    try {
      return work();
    } finally {
      this.spend(this.now() - start);
    }
  }

  /** As `time`, for work that waits. */
  async timeAsync<T>(work: () => Promise<T>): Promise<T> {
    const start = this.now();
    try {
      return await work();
    } finally {
      this.spend(this.now() - start);
    }
  }

  /** Training is over: its share of watching stands. */
  finish(): void {
    this.end ??= this.now();
  }

  private spend(milliseconds: number): void {
    this.cost += milliseconds;
    if (this.isInPass) this.costOfPass += milliseconds;
    else this.costBetween += milliseconds;
  }
}
