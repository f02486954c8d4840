import {checkKnown, describe} from '../errors.js';

/** A wrong argument as an error message shows it: an instance by its class, anything else in full. */
export function describeArgument(value: unknown): string {
  const className = (value as object | null)?.constructor?.name;
  const isInstance = typeof value === 'object' && !['Object', 'Array'].includes(className ?? '');
  return isInstance && className !== undefined ? `a ${className} object` : describe(value);
}

/** @throws if the options are not an object, or hold a name that is not among those accepted. */
export function checkOptions(owner: string, options: unknown, accepted: readonly string[]): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new TypeError(
      `${owner}: the options must be an object, got ${describeArgument(options)}`,
    );
  }
  checkKnown(owner, 'option', Object.keys(options), accepted);
}

/** @throws if a value is not a path, such as a URL. */
export function checkPath(
  owner: string,
  argument: string,
  value: unknown,
): asserts value is string {
  const refuse = (problem: string): never => {
    throw new TypeError(`${owner}: ${argument} must be a path, ${problem}`);
  };
  const given = describeArgument(value);
  if (value instanceof URL) refuse(`got ${given}. Make it one: fileURLToPath(url) of 'node:url'`);
  if (typeof value !== 'string' || value === '') return refuse(`got ${given}`);
  const scheme = /^[a-z][a-z0-9+.-]+:\/\//i.exec(value)?.[0];
  if (scheme === 'file://') refuse(`not a URL, got ${given}. Leave out 'file://'`);
  if (scheme !== undefined) refuse(`not a URL, got ${given}`);
}
