import type {Shape} from '../checked-layer.js';

/**
 * The number of an axis, counted from the front, for inputs of this rank; `first` is the first that
 * is accepted.
 * @throws if it is out of range.
 */
export function resolveAxis(owner: string, axis: number, rank: number, first = 0): number {
  const resolved = axis < 0 ? axis + rank : axis;
  if (resolved >= first && resolved < rank) return resolved;
  const isBatch = first > 0 ? ' (axis 0 is the batch)' : '';
  throw new Error(
    `${owner}: axis ${axis} is out of range for an input of rank ${rank}; ` +
      `accepted: ${first} to ${rank - 1}, or -1 to ${first - rank}${isBatch}`,
  );
}

/** The shape with another size of one axis. */
export function withSize(shape: Shape, axis: number, size: number | null): Shape {
  return shape.map((each, index) => (index === axis ? size : each));
}
