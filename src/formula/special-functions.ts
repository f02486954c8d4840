/** 1 / (1 + e⁻ˣ) */
export function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** ln(1 + eˣ); `round` is applied to each of its steps. */
export function softplus(x: number, round = (value: number): number => value): number {
  return Math.max(x, 0) + round(Math.log1p(round(Math.exp(-Math.abs(x)))));
}

/** Below this, erf is summed as a series; from here on, erfc is a continued fraction. */
const SERIES_LIMIT = 1.5;

/** 2/√π · ∫₀ˣ e^(−t²) dt, to about 1e−15. */
export function erf(x: number): number {
  if (Math.abs(x) < SERIES_LIMIT) return erfSeries(x);
  return Math.sign(x) * (1 - erfcFraction(Math.abs(x)));
}

/** 1 − erf(x), to about 1e−15 of its value. */
export function erfc(x: number): number {
  if (x >= SERIES_LIMIT) return erfcFraction(x);
  if (x > 0.5) return 1 - erfSeries(x);
  return 1 - erf(x);
}

/** erf(x) = 2/√π · e^(−x²) · Σ 2ⁿ x²ⁿ⁺¹ / (2n+1)!!, Abramowitz & Stegun 7.1.6: all terms of one sign. */
function erfSeries(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > Math.abs(sum) * 1e-17; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/** The continued fraction of erfc for x ≥ 1.5, Abramowitz & Stegun 7.1.14, from its far end. */
function erfcFraction(x: number): number {
  if (x > 30) return 0;
  if (Number.isNaN(x)) return NaN;
  let fraction = x;
  for (let n = 120; n > 0; n--) fraction = x + n / 2 / fraction;
  return Math.exp(-x * x) / (fraction * Math.sqrt(Math.PI));
}
