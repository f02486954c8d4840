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
