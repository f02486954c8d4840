import type {SharedAxes} from '../activation-types.js';
import {describe} from '../errors.js';

export type DataFormat = 'channelsLast' | 'channelsFirst';

/** @throws if `dataFormat` is not known. */
export function checkDataFormat(owner: string, dataFormat: unknown): DataFormat {
  if (dataFormat === 'channelsLast' || dataFormat === 'channelsFirst') return dataFormat;
  throw new Error(
    `${owner}: dataFormat must be 'channelsLast' or 'channelsFirst', got ${describe(dataFormat)}`,
  );
}

/** @throws if `sharedAxes` is not a number, an array of numbers, 'spatial' or 'all'. */
export function checkSharedAxes(
  owner: string,
  sharedAxes: unknown,
  argument = 'sharedAxes',
): SharedAxes {
  if (sharedAxes === 'spatial' || sharedAxes === 'all') return sharedAxes;
  if ([sharedAxes].flat().every(axis => Number.isInteger(axis))) return sharedAxes as SharedAxes;
  throw new Error(
    `${owner}: ${argument} must be an axis number, an array of them, 'spatial' or 'all', ` +
      `got ${describe(sharedAxes)}`,
  );
}

/**
 * The numbers of the axes that share a weight, ascending, for inputs of this rank.
 * @throws if an axis is the batch's, or out of range.
 */
export function resolveSharedAxes(
  owner: string,
  sharedAxes: SharedAxes,
  rank: number,
  dataFormat: DataFormat,
): number[] {
  const all = Array.from({length: rank - 1}, (_, index) => index + 1);
  if (sharedAxes === 'all') return all;
  if (sharedAxes === 'spatial') {
    const channel = dataFormat === 'channelsFirst' ? 1 : rank - 1;
    return all.filter(axis => axis !== channel);
  }
  const axes = [sharedAxes].flat().map(axis => {
    const resolved = axis < 0 ? axis + rank : axis;
    if (all.includes(resolved)) return resolved;
    throw new Error(
      `${owner}: shared axis ${axis} is out of range for an input of rank ${rank}; ` +
        `accepted: 1 to ${rank - 1}, or -1 to ${1 - rank} (axis 0 is the batch)`,
    );
  });
  return [...new Set(axes)].sort((a, b) => a - b);
}

/**
 * The shape of a layer's weights: the input's without the batch, 1 where shared.
 * @throws if an axis that is not shared has no known size.
 */
export function weightShape(
  owner: string,
  inputShape: readonly (number | null)[],
  sharedAxes: readonly number[],
): number[] {
  return inputShape.slice(1).map((size, index) => {
    if (sharedAxes.includes(index + 1)) return 1;
    if (size !== null) return size;
    throw new Error(
      `${owner}: the size of axis ${index + 1} is unknown in [${inputShape.map(String)}], so it ` +
        `cannot have weights of its own; share it: sharedAxes: ` +
        `[${[...sharedAxes, index + 1].sort((a, b) => a - b).join(', ')}]`,
    );
  });
}
