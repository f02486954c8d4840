import {formatNumber, isKnown} from './numbers.js';
import type {SnapshotRecord} from './record.js';

export interface Axis {
  readonly title: string;
  /** What lies at its beginning (left, bottom) and at its end. */
  readonly domain: readonly [number, number];
  readonly ticks: readonly Tick[];
}

export interface Tick {
  readonly at: number;
  readonly label: string;
}

/** An axis has about this many ticks. */
const TICKS = 6;

/** What differs by less than this share of its size is drawn as a level line, not as its noise. */
const LEAST_RANGE = 1e-4;

const MOST_DIGITS = 15;

/** From the least to the greatest of the numbers, with ticks at round ones, by default about six. */
export function linearAxis(
  title: string,
  domain: readonly [number, number],
  step = roundStep((domain[1] - domain[0]) / TICKS),
): Axis {
  const first = Math.ceil(domain[0] / step - 1e-9);
  const last = Math.floor(domain[1] / step + 1e-9);
  const places = Array.from({length: last - first + 1}, (_, index) =>
    Number(((first + index) * step).toPrecision(12)),
  );
  return {title, domain, ticks: labelled(places)};
}

/** From 0 to a whole number, with ticks at whole ones. */
export function countAxis(title: string, greatest: number): Axis {
  return linearAxis(title, [0, greatest], roundStride(greatest / TICKS));
}

/** With as many digits as it takes to tell the labels apart. */
function labelled(places: readonly number[]): Tick[] {
  let labels: string[] = [];
  for (let digits = 3; digits <= MOST_DIGITS; digits++) {
    labels = places.map(at => formatNumber(at, digits));
    if (new Set(labels).size === places.length) break;
  }
  return places.map((at, index) => ({at, label: labels[index]}));
}

/** As `linearAxis`, and from a round number to a round number. */
export function roundAxis(title: string, [least, greatest]: readonly [number, number]): Axis {
  const size = Math.max(Math.abs(least), Math.abs(greatest));
  const room = greatest - least > LEAST_RANGE * size ? 0 : size / 2 || 0.5;
  const from = least >= 0 ? Math.max(0, least - room) : least - room;
  const to = greatest + room;
  const step = roundStep((to - from) / TICKS);
  const places = [Math.floor(from / step + 1e-9), Math.ceil(to / step - 1e-9)];
  return linearAxis(title, [places[0] * step, places[1] * step], step);
}

/** For numbers given as their decadic logarithms. */
export function logarithmicAxis(title: string, [least, greatest]: readonly [number, number]): Axis {
  const domain = [Math.floor(least), Math.max(Math.ceil(greatest), Math.floor(least) + 1)] as const;
  const decades = domain[1] - domain[0];
  const step = Math.ceil(decades / TICKS);
  const factors = decades <= 2 ? [1, 2, 5] : [1];
  const ticks = Array.from({length: Math.floor(decades / step) + 1}, (_, index) =>
    factors.map(factor => {
      const power = domain[0] + index * step;
      return {at: power + Math.log10(factor), label: formatNumber(factor * 10 ** power)};
    }),
  );
  return {title, domain, ticks: ticks.flat().filter(({at}) => at <= domain[1])};
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
  const title = isByEpoch ? 'epoch' : 'step of each snapshot';
  return {title, domain: [0, Math.max(1, records.length)], ticks};
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
