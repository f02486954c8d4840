/** The mean of the values; NaN of none. */
export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The mean of the values that are numbers and finite; NaN where none is. */
export function meanOfKnown(values: readonly (number | null | undefined)[]): number {
  return meanOf(values.filter((value): value is number => Number.isFinite(value)));
}
