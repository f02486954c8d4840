/** The mean of the values that are numbers and finite; NaN where none is. */
export function meanOfKnown(values: readonly (number | null)[]): number {
  const known = values.filter((value): value is number => Number.isFinite(value));
  return known.reduce((sum, value) => sum + value, 0) / known.length;
}
