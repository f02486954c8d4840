/** The values of a function at many x, in float64. */
export type ManyValues = (xs: Float64Array) => Float64Array;

/** The least and the greatest value; null where there is no bound. */
export type Range = readonly [low: number | null, high: number | null];

const FINE_LIMIT = 20;
const STEPS_PER_UNIT = 512;
const LARGEST_POWER = 12;
const STEPS_PER_POWER = 50;

/** A function that gets this far has no bound. */
const UNBOUNDED = 1e8;

/** A fall by less than this share of the values is a rounding. */
const TOLERANCE = 1e-12;

const DIGITS = 10;

/** From −Infinity to Infinity: close together up to 20, then as a share of x. */
const POINTS = pointsOnBothSides();

function pointsOnBothSides(): Float64Array {
  const count = FINE_LIMIT * STEPS_PER_UNIT;
  const near = Array.from({length: count}, (_, index) => (index + 1) / STEPS_PER_UNIT);
  const powers = LARGEST_POWER - Math.log10(FINE_LIMIT);
  const far = Array.from(
    {length: Math.floor(powers * STEPS_PER_POWER)},
    (_, index) => FINE_LIMIT * 10 ** ((index + 1) / STEPS_PER_POWER),
  );
  const positive = [...near, ...far, Infinity];
  return Float64Array.from([...positive.map(x => -x).reverse(), 0, ...positive]);
}

/**
 * Between which values a function stays, to ten digits: over twenty thousand points, its limits, and
 * the extremes between points.
 */
export function rangeOf(f: ManyValues): Range {
  const values = f(POINTS);
  const high = greatest(f, values);
  const low = greatest(
    xs => f(xs).map(value => -value),
    values.map(value => -value),
  );
  return [low === null ? null : 0 - low, high];
}

/** Whether a function never falls, or never rises, over twenty thousand points and its limits. */
export function isMonotonic(f: ManyValues): boolean {
  const values = f(POINTS).filter(value => !Number.isNaN(value));
  const neverFalls = (sign: number): boolean =>
    values.every((value, index) => {
      if (index === 0) return true;
      const change = sign * (value - values[index - 1]);
      // Between two infinities there is none.
      return !(change < -TOLERANCE * Math.max(1, Math.abs(value)));
    });
  return neverFalls(1) || neverFalls(-1);
}

/** The greatest of the values and of those between their points; null if there is no bound. */
function greatest(f: ManyValues, values: Float64Array): number | null {
  let best = 0;
  for (let index = 1; index < values.length; index++) {
    if (Number.isNaN(values[best]) || values[index] > values[best]) best = index;
  }
  if (values[best] > UNBOUNDED) return null;
  const isInside = Math.abs(POINTS[best]) < FINE_LIMIT;
  const refined = isInside ? peakBetween(f, POINTS[best - 1], POINTS[best + 1]) : -Infinity;
  return Number(Math.max(values[best], refined).toPrecision(DIGITS)) + 0;
}

/** The greatest value between two points, by narrowing down to the best of a few, again and again. */
function peakBetween(f: ManyValues, low: number, high: number): number {
  let peak = -Infinity;
  for (let round = 0; round < 20; round++) {
    const step = (high - low) / 8;
    const xs = Float64Array.from({length: 9}, (_, index) => low + index * step);
    const values = f(xs);
    peak = Math.max(...values);
    const at = xs[values.indexOf(peak)];
    [low, high] = [at - step, at + step];
  }
  return peak;
}
