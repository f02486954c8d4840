/** What Python reserves, and the functions that it has without an import. */
const RESERVED = new Set(
  (
    'and as assert async await break class continue def del elif else except finally for from global if ' +
    'import in is lambda nonlocal not or pass raise return try while with yield False None True ' +
    'abs all any ascii bin bool bytes callable chr compile complex delattr dict dir divmod enumerate eval ' +
    'exec filter float format frozenset getattr globals hasattr hash help hex id input int isinstance ' +
    'issubclass iter len list locals map max memoryview min next object oct open ord pow print property ' +
    'range repr reversed round set setattr slice sorted staticmethod str sum super tuple type vars zip'
  ).split(' '),
);

/**
 * `wanted` as a name that means nothing to Python and is not among `taken`: `lambda` becomes `lambda_`, and
 * what is taken `wanted_2`.
 */
export function freeName(wanted: string, taken: ReadonlySet<string>): string {
  const unreserved = RESERVED.has(wanted) ? `${wanted}_` : wanted;
  let name = unreserved;
  for (let count = 2; taken.has(name); count++) name = `${unreserved}_${count}`;
  return name;
}

/** `LeakyReLU` → `leaky_re_lu`, as Keras names what it saves. */
export function kerasSnakeCase(className: string): string {
  return className
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}

/** A JSON value as Python writes it. */
export function pythonLiteral(value: unknown): string {
  if (value === null || value === undefined) return 'None';
  if (value === true) return 'True';
  if (value === false) return 'False';
  if (Array.isArray(value)) return `[${value.map(pythonLiteral).join(', ')}]`;
  if (typeof value !== 'object') return JSON.stringify(value);
  const entries = Object.entries(value);
  return `{${entries.map(([key, each]) => `${JSON.stringify(key)}: ${pythonLiteral(each)}`).join(', ')}}`;
}
