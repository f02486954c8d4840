const LONGEST = 100;

/** A value as an error message shows it. */
export function describe(value: unknown): string {
  const text = textOf(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  if (typeof value === 'function') return 'a function';
  if (Array.isArray(value)) return `[${value.map(textOf).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  const prototype = Object.getPrototypeOf(value) as object | null;
  if (prototype !== null && prototype !== Object.prototype) {
    const {className, name} = prototype.constructor as {className?: string; name: string};
    return `an instance of ${className ?? name}`;
  }
  const entries = Object.entries(value).map(([key, each]) => `${key}: ${shallow(each)}`);
  return `{${entries.join(', ')}}`;
}

/** Objects inside of objects may lead back to themselves. */
function shallow(value: unknown): string {
  return typeof value === 'object' && value !== null ? '…' : textOf(value);
}

/** @throws if a name is not among those accepted. */
export function checkKnown(
  owner: string,
  kind: string,
  names: readonly string[],
  accepted: readonly string[],
): void {
  for (const name of names) {
    if (accepted.includes(name)) continue;
    const list = accepted.length > 0 ? accepted.join(', ') : 'none';
    throw new Error(`${owner}: unknown ${kind} '${name}'; accepted: ${list}`);
  }
}

/** @throws if `value` is not an object with names for keys. */
export function checkObject(
  owner: string,
  argument: string,
  value: unknown,
): asserts value is Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return;
  throw new Error(`${owner}: ${argument} must be an object, got ${describe(value)}`);
}

/** @throws if `value` is not one number (with a length, that many), or one is not accepted. */
export function checkNumbers(
  owner: string,
  argument: string,
  value: unknown,
  length: number | undefined,
  isAccepted: (each: unknown) => boolean = each => typeof each === 'number',
): void {
  const isRight =
    length === undefined
      ? isAccepted(value)
      : Array.isArray(value) && value.length === length && value.every(isAccepted);
  if (isRight) return;
  const accepted = length === undefined ? 'a number' : `${length} numbers`;
  throw new Error(`${owner}: ${argument} must be ${accepted}, got ${describe(value)}`);
}

/** The message of whatever was thrown; errors of another realm are no instances of this one's. */
export function messageOf(error: unknown): string {
  return String((error as Partial<Error> | null | undefined)?.message ?? error);
}
