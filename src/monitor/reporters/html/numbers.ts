import {percent} from '../../text.js';

/** A number of a snapshot (NaN where there is none) or of a report (null). */
export type Figure = number | null | undefined;

export const NONE = '–';

export function isKnown(value: Figure): value is number {
  return Number.isFinite(value);
}

/** A whole number in full, any other with so many digits; what is very large or small as a power of ten. */
export function formatNumber(value: Figure, digits = 3): string {
  if (!isKnown(value)) return NONE;
  if (Number.isInteger(value) && Math.abs(value) < 1e9) return formatCount(value);
  const magnitude = Math.abs(value);
  const isExtreme = magnitude !== 0 && (magnitude < 1e-3 || magnitude >= 1e6);
  const text = isExtreme
    ? shortExponential(value, digits)
    : String(Number(value.toPrecision(digits)));
  return text.replace(/-/g, '−');
}

function shortExponential(value: number, digits: number): string {
  const [mantissa, exponent] = value.toExponential(digits - 1).split('e');
  return `${Number(mantissa)}e${Number(exponent)}`;
}

/** A whole number with every digit, in groups of three. */
export function formatCount(value: number): string {
  return value.toLocaleString('en').replace('-', '−');
}

export function formatShare(value: Figure): string {
  return isKnown(value) ? percent(value) : NONE;
}

/** The least and the greatest of those that are known; null where none is. */
export function extent(values: readonly Figure[]): [number, number] | null {
  let [least, greatest] = [Infinity, -Infinity];
  for (const value of values) {
    if (!isKnown(value)) continue;
    least = Math.min(least, value);
    greatest = Math.max(greatest, value);
  }
  return least <= greatest ? [least, greatest] : null;
}
