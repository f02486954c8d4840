/** The widest spacing that 'auto' chooses, in passes. */
const WIDEST_SPACING = 999;

/** Of so many passes of each sort the median is taken: some are held up by what else the machine does. */
const RECENT = 31;

/** The share of the budget that stays for watching passes, whatever the work between them takes. */
const LEAST_FOR_PASSES = 0.5;

/**
 * Which training passes to watch, and what watching costs. Pure but for its clock: it counts passes
 * and milliseconds, and knows no model.
 *
 * What a watched pass costs is the time of what is done in it for watching, or how much longer it
 * takes than others, if that is more: watching also fills caches and leaves garbage.
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
  /** When the work of the pass was over, if that is known before it is said to be. */
  private workEnd: number | undefined;
  /** Whether what is done now is being timed. */
  private isTiming = false;
  /** Milliseconds of recent passes: of unwatched ones, of watched ones, and of watching them. */
  private readonly unwatched = new RecentMedian(RECENT);
  private readonly watched = new RecentMedian(RECENT);
  private readonly own = new RecentMedian(RECENT);
  /** Milliseconds of watching: in the current pass, between passes, and in all. */
  private costOfPass = 0;
  private costBetween = 0;
  private cost = 0;
  /** Milliseconds that the passes took, watching not counted. */
  private training = 0;
  /** When every unit had been seen often enough: what training and watching had taken until then. */
  private settled: {readonly training: number; readonly cost: number} | undefined;

  constructor(
    private readonly every: 'auto' | number,
    private readonly overheadBudget: number,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.spacing = every === 'auto' ? 1 : every;
    this.sinceWatched = this.spacing;
  }

  /** What watching took, as a share of what the passes took without it. */
  get share(): number {
    return this.training > 0 ? this.cost / this.training : 0;
  }

  /** Whether what watching has taken so far, since 'auto' watches less, leaves room for more. */
  get isAffordable(): boolean {
    const {every, settled, cost, training, overheadBudget} = this;
    if (every !== 'auto' || settled === undefined) return true;
    return cost - settled.cost <= overheadBudget * (training - settled.training);
  }

  beginPass(): void {
    this.isInPass = true;
    this.costOfPass = 0;
    this.workEnd = undefined;
    this.passStart = this.now();
    this.sinceWatched++;
    this.isWatching = this.asked > 0 || this.sinceWatched >= this.spacing;
    this.asked = Math.max(0, this.asked - 1);
    if (this.isWatching) this.sinceWatched = 0;
  }

  /** The work of the pass is over, as far as is known: what comes then may be anything. */
  endWork(): void {
    this.workEnd = this.now();
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
    const elapsed = (this.workEnd ?? this.now()) - this.passStart;
    if (!this.isWatching) {
      this.training += elapsed;
      this.unwatched.add(elapsed);
      return;
    }
    this.watched.add(elapsed);
    this.own.add(this.costOfPass);
    const unseen = this.unseenCost();
    this.cost += unseen;
    this.training += Math.max(0, elapsed - this.costOfPass - unseen);
    if (this.every === 'auto' && hasEnough) this.chooseSpacing(unseen);
  }

  /** How much longer watched passes take than is accounted for. */
  private unseenCost(): number {
    const {unwatched, watched, own} = this;
    if (unwatched.isEmpty) return 0;
    return Math.max(0, watched.median - unwatched.median - own.median);
  }

  private chooseSpacing(unseen: number): void {
    this.settled ??= {training: this.training, cost: this.cost};
    const {unwatched, watched, own} = this;
    const passTime = unwatched.isEmpty ? watched.median - own.median : unwatched.median;
    const budget = this.overheadBudget * passTime;
    const left = budget - this.costBetween / this.passes;
    const affordable = (own.median + unseen) / Math.max(left, LEAST_FOR_PASSES * budget);
    // An odd spacing meets both sides of a loop that alternates, such as a GAN's.
    this.spacing = Math.min(WIDEST_SPACING, Math.max(1, Math.ceil(affordable))) | 1;
  }

  /** Counts the time of `work` as cost of watching, once where it is counted already. */
  time<T>(work: () => T): T {
    if (this.isTiming) return work();
    const start = this.beginTiming();
    try {
      return work();
    } finally {
      this.endTiming(start);
    }
  }

  /** As `time`, for work that training waits for. */
  async timeAsync<T>(work: () => Promise<T>): Promise<T> {
    if (this.isTiming) return work();
    const start = this.beginTiming();
    try {
      return await work();
    } finally {
      this.endTiming(start);
    }
  }

  private beginTiming(): number {
    this.isTiming = true;
    return this.now();
  }

  private endTiming(start: number): void {
    this.isTiming = false;
    const milliseconds = this.now() - start;
    this.cost += milliseconds;
    if (!this.isInPass) {
      this.costBetween += milliseconds;
      return;
    }
    this.costOfPass += milliseconds;
    if (this.workEnd !== undefined) this.workEnd += milliseconds;
  }
}

/** The median of the latest numbers. */
class RecentMedian {
  private readonly values: number[] = [];
  private next = 0;

  constructor(private readonly count: number) {}

  get isEmpty(): boolean {
    return this.values.length === 0;
  }

  add(value: number): void {
    this.values[this.next] = value;
    this.next = (this.next + 1) % this.count;
  }

  get median(): number {
    const sorted = Float64Array.from(this.values).sort();
    return sorted[sorted.length >> 1];
  }
}
