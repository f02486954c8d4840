import type {Reporter} from './types.js';

type Work = () => void | Promise<void>;

/**
 * Tells reporters what happens, each in order, and takes note of what goes wrong: nothing here may
 * end the training.
 */
export class Telling {
  readonly problems: string[] = [];
  /** What each reporter is still busy with. */
  private readonly busy = new Map<Reporter, Promise<void>>();

  constructor(private readonly reporters: readonly Reporter[]) {}

  tell(work: (reporter: Reporter) => void | Promise<void>): void {
    for (const reporter of this.reporters) {
      const own = (): void | Promise<void> =>
        this.attempt('a reporter failed', () => work(reporter));
      const earlier = this.busy.get(reporter);
      const now = earlier ? earlier.then(own) : own();
      if (!now) continue;
      this.busy.set(reporter, now);
      const forget = (): void => {
        if (this.busy.get(reporter) === now) this.busy.delete(reporter);
      };
      void now.then(forget);
    }
  }

  async isDone(): Promise<void> {
    await Promise.all(this.busy.values());
  }

  /** Runs `work`; if it fails, at once or later, says so. The promise that it may return holds. */
  attempt(what: string, work: Work): void | Promise<void> {
    const fail = (error: unknown): void => this.warn(what, error);
    try {
      const result = work();
      return result instanceof Promise ? result.catch(fail) : undefined;
    } catch (error) {
      return fail(error);
    }
  }

  /** Says once what went wrong. */
  warn(what: string, error: unknown): void {
    const problem = `${what}; training goes on. ${String(error)}`;
    if (this.problems.includes(problem)) return;
    this.problems.push(problem);
    console.warn(`ActivationMonitor: ${problem}`);
  }
}
