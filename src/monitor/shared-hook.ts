/** A hook that is in place on an object, for one or more observers. */
export interface SharedHook<T> {
  readonly observers: Set<T>;
  /** Takes the hook away. */
  remove(): void;
}

/**
 * Adds an observer to the hook of an object, which is made for the first one. Returns a function that
 * ends that; when the last observer leaves, in whatever order, the hook is removed.
 */
export function joinHook<O extends object, T, H extends SharedHook<T>>(
  hooks: WeakMap<O, H>,
  owner: O,
  make: () => H,
  observer: T,
): () => void {
  const hook = hooks.get(owner) ?? make();
  hooks.set(owner, hook);
  hook.observers.add(observer);
  return () => {
    hook.observers.delete(observer);
    if (hook.observers.size > 0 || hooks.get(owner) !== hook) return;
    hooks.delete(owner);
    hook.remove();
  };
}

/** Replaces a member of an object, on the instance. */
export class ReplacedMember<O extends object, K extends keyof O> {
  private readonly earlier: PropertyDescriptor | undefined;

  constructor(
    private readonly owner: O,
    private readonly member: K,
    private readonly replacement: O[K],
  ) {
    this.earlier = Object.getOwnPropertyDescriptor(owner, member);
    owner[member] = replacement;
  }

  /** Puts back what was there, unless another has replaced it since: then that stays. */
  restoreUnlessReplaced(): void {
    if (this.owner[this.member] === this.replacement) this.restore();
  }

  /** Puts back what was there. */
  restore(): void {
    const {owner, member, earlier} = this;
    // Assignment where it does: defining a property anew makes the object slow to use.
    if (earlier?.writable) owner[member] = earlier.value as O[K];
    else if (earlier) Object.defineProperty(owner, member, earlier);
    else delete (owner as Partial<O>)[member];
  }
}
