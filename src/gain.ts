const LIMIT = 10;
const STEPS = 20_000;

/**
 * 1/√E[f(z)²] for z ~ N(0, 1), by the trapezoidal rule over |z| ≤ 10.
 *
 * Infinity for an activation that is 0 everywhere.
 */
export function gainOf(f: (z: number) => number): number {
  const step = (2 * LIMIT) / STEPS;
  let secondMoment = 0;
  for (let index = 0; index <= STEPS; index++) {
    const z = -LIMIT + index * step;
    const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
    secondMoment += f(z) ** 2 * density * step;
  }
  return 1 / Math.sqrt(secondMoment);
}
