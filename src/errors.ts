/** A value as an error message shows it. */
export function describe(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  if (typeof value === 'object' && value !== null) return JSON.stringify(value) ?? 'an object';
  return String(value);
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
