import {formatNumber, isKnown} from './numbers.js';
import type {SnapshotRecord} from './record.js';

export interface Axis {
  readonly title: string;
  /** What lies at its beginning (left, bottom) and at its end. */
  readonly domain: readonly [number, number];
  readonly ticks: readonly {readonly at: number; readonly label: string}[];
}

/** An axis has about this many ticks. */
const TICKS = 6;

/** From the least to the greatest of the numbers, with ticks at round ones. */
export function linearAxis(title: string, domain: readonly [number, number]): Axis {
  const step = roundStep((domain[1] - domain[0]) / TICKS);
  const first = Math.ceil(domain[0] / step - 1e-9);
  const last = Math.floor(domain[1] / step + 1e-9);
  const ticks = Array.from({length: last - first + 1}, (_, index) => {
    const at = Number(((first + index) * step).toPrecision(12));
    return {at, label: formatNumber(at)};
  });
  return {title, domain, ticks};
}

/** As `linearAxis`, and from a round number to a round number. */
export function roundAxis(title: string, [least, greatest]: readonly [number, number]): Axis {
  const size = Math.max(Math.abs(least), Math.abs(greatest));
  const room = greatest - least > 1e-6 * size ? 0 : size / 2 || 0.5;
  const from = least >= 0 ? Math.max(0, least - room) : least - room;
  const to = greatest + room;
  const step = roundStep((to - from) / TICKS);
  return linearAxis(title, [Math.floor(from / step) * step, Math.ceil(to / step) * step]);
}

/** For numbers given as their decadic logarithms. */
export function logarithmicAxis(title: string, [least, greatest]: readonly [number, number]): Axis {
  const domain = [Math.floor(least), Math.max(Math.ceil(greatest), Math.floor(least) + 1)] as const;
  const step = Math.ceil((domain[1] - domain[0]) / TICKS);
  const ticks = Array.from({length: Math.floor((domain[1] - domain[0]) / step) + 1}, (_, index) => {
    const at = domain[0] + index * step;
    return {at, label: formatNumber(10 ** at)};
  });
  return {title, domain, ticks};
}

/** Snapshot `i` takes the place from i to i + 1, and is named by its epoch, or else by its step. */
export function timeAxis(records: readonly SnapshotRecord[]): Axis {
  const isByEpoch = records.every(
    ({epoch}, index) => index === 0 || epoch > records[index - 1].epoch,
  );
  const stride = roundStride(records.length / 6);
  const ticks = records.flatMap(({epoch, step}, index) =>
    index % stride === 0 ? [{at: index + 0.5, label: String(isByEpoch ? epoch : step)}] : [],
  );
  return {title: isByEpoch ? 'epoch' : 'step', domain: [0, Math.max(1, records.length)], ticks};
}

/** Where the middle of each snapshot lies on the axis of time. */
export function times(records: readonly SnapshotRecord[]): number[] {
  return records.map((_, index) => index + 0.5);
}

/** The smallest of 1, 2, 5, 10, 20, … that is not below `least`. */
export function roundStride(least: number): number {
  return Math.max(1, roundStep(least));
}

function roundStep(least: number): number {
  if (!isKnown(least) || least <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(least) + 1e-9);
  return power * ([1, 2, 5].find(factor => factor * power >= least * (1 - 1e-9)) ?? 10);
}
