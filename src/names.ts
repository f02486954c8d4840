/** `hardSwish` → `hard_swish`, as tfjs writes names into a saved model. */
export function toSnakeCase(name: string): string {
  return name
    .replace(/(.)([A-Z][a-z0-9]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}

/** `hard_swish` → `hardSwish`, as tfjs reads them back. */
export function toCamelCase(name: string): string {
  return name.replace(/_+(\w|$)/g, (_, letter: string) => letter.toUpperCase());
}

/** Whether a name, saved and loaded by tfjs, is still the same. */
export function survivesSaving(name: string): boolean {
  return /^[a-z][a-zA-Z0-9]*$/.test(name) && toCamelCase(toSnakeCase(name)) === name;
}

/** `swishBeta` → `SwishBeta` */
export function toPascalCase(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
