/** A value for each unit. (For many units, a loop is several times as fast as `Array.from`.) */
export function perUnit(units: number, value: (unit: number) => number): number[] {
  const values = new Array<number>(units);
  for (let unit = 0; unit < units; unit++) values[unit] = value(unit);
  return values;
}
