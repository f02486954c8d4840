import {LARGEST_EXPONENT, SMALLEST_EXPONENT} from '../kernels/histogram.js';

/** The numbers that a bin of a histogram counts: from `low` to below `high` in magnitude. */
export interface HistogramBin {
  readonly kind: 'number' | 'zero' | 'infinite' | 'nan';
  /** Of a 'number', its bounds; the outermost bins also hold all that is larger or smaller. */
  readonly low: number;
  readonly high: number;
}

const exponents = Array.from(
  {length: LARGEST_EXPONENT - SMALLEST_EXPONENT + 1},
  (_, index) => SMALLEST_EXPONENT + index,
);
const positive = exponents.map(exponent => ({
  kind: 'number' as const,
  low: 2 ** exponent,
  high: 2 ** (exponent + 1),
}));
const negative = positive.map(({kind, low, high}) => ({kind, low: -high, high: -low})).reverse();

/** What each place of a snapshot's `histogram` counts: signed powers of two, and what is none. */
export const HISTOGRAM_BINS: readonly HistogramBin[] = [
  {kind: 'infinite', low: -Infinity, high: -Infinity},
  ...negative,
  {kind: 'zero', low: 0, high: 0},
  ...positive,
  {kind: 'infinite', low: Infinity, high: Infinity},
  {kind: 'nan', low: NaN, high: NaN},
];
