import {where} from '../formula/index.js';
import type {Expression} from '../formula/index.js';
import {LARGEST_FLOAT32} from './float32.js';

/** Magnitudes from 2^−20 up to 2^12 have a bin for each power of two, on either side of zero. */
export const SMALLEST_EXPONENT = -20;
export const LARGEST_EXPONENT = 11;

const POWERS = LARGEST_EXPONENT - SMALLEST_EXPONENT + 1;

/**
 * The bins of a signed-log2 histogram, in order: −Infinity, the negative numbers from the largest
 * magnitude to the smallest, zero, the positive ones from the smallest to the largest, Infinity, NaN.
 * What is smaller or larger than every power of two counts in the nearest bin.
 */
export const HISTOGRAM_BINS = 2 * POWERS + 4;

/** For each bin, an expression that is 1 where `x` belongs to it and 0 elsewhere. */
export function histogramIndicators(x: Expression): Expression[] {
  const magnitudes = Array.from({length: POWERS}, (_, index) => index);
  const above = (bound: Expression, index: number): Expression => {
    const lower = index === 0 ? 0 : 2 ** (SMALLEST_EXPONENT + index);
    const upper = index === POWERS - 1 ? LARGEST_FLOAT32 : 2 ** (SMALLEST_EXPONENT + index + 1);
    const isBelow = index === POWERS - 1 ? bound.lessEqual(upper) : bound.less(upper);
    const isAbove = index === 0 ? bound.greater(lower) : bound.greaterEqual(lower);
    return where(isAbove, where(isBelow, 1, 0), 0);
  };
  return [
    where(x.less(-LARGEST_FLOAT32), 1, 0),
    ...magnitudes.map(index => above(x.neg(), POWERS - 1 - index)),
    where(x.equal(0), 1, 0),
    ...magnitudes.map(index => above(x, index)),
    where(x.greater(LARGEST_FLOAT32), 1, 0),
    where(x.equal(x), 0, 1),
  ];
}
