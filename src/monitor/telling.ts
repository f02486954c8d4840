import type {Reporter} from './types.js';

type Work = () => void | Promise<void>;

/**
 * Tells reporters what happens, each in order, and takes note of what goes wrong: nothing here may
 * end the training.
 */
export class Telling {
  readonly problems: string[] = [];
  /** Which methods of whom have failed. */
  private readonly failed = new Map<Reporter, Set<string>>();
  /** What each reporter is still busy with. */
  private readonly busy = new Map<Reporter, Promise<void>>();

  constructor(private readonly reporters: readonly Reporter[]) {}

  tell<M extends keyof Reporter>(method: M, ...what: Parameters<Required<Reporter>[M]>): void {
    for (const reporter of this.reporters) {
      const work = (): void | Promise<void> => {
        const told = reporter[method] as
          ((...args: typeof what) => void | Promise<void>) | undefined;
        return told?.apply(reporter, what);
      };
      const fail = (error: unknown): void => this.warnOf(reporter, method, error);
      const own = (): void | Promise<void> => attempt(work, fail);
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
    return attempt(work, error => this.warn(what, error));
  }

  /** Says once what went wrong. */
  warn(what: string, error: unknown): void {
    const problem = `${what}; training goes on. ${String(error)}`;
    if (this.problems.includes(problem)) return;
    this.problems.push(problem);
    console.warn(`ActivationMonitor: ${problem}`);
  }

  /** As `warn`; of one method of a reporter the first failure alone, since its text may vary. */
  private warnOf(reporter: Reporter, method: string, error: unknown): void {
    const failed = this.failed.get(reporter) ?? new Set();
    if (failed.has(method)) return;
    this.failed.set(reporter, failed.add(method));
    this.warn('a reporter failed', error);
  }
}

function attempt(work: Work, fail: (error: unknown) => void): void | Promise<void> {
  try {
    const result = work();
    return result instanceof Promise ? result.catch(fail) : undefined;
  } catch (error) {
    return fail(error);
  }
}
