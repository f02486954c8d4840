import type {Placement} from './kernel.js';

/** How one tensor is walked: its elements from step to step along each merged axis, 0 where shared. */
export interface Walk extends Placement {
  /** Elements from one outer step to the next, for each outer axis. */
  readonly outerStrides: readonly number[];
  /** Elements from one row to the next. */
  readonly rowStride: number;
  /** Whether its elements lie in memory in the order in which rows and columns are walked. */
  readonly inOrder: boolean;
}

/**
 * A broadcast, cut down to few axes: neighbours that all tensors share or none does are one. The
 * last two are the rows and columns of a kernel, the others are walked outside.
 */
export interface Layout {
  readonly outer: readonly number[];
  readonly rows: number;
  readonly columns: number;
  readonly walks: readonly Walk[];
}

/** The shapes broadcast to `full`, aligned at their last axis. */
export function layoutOf(full: readonly number[], shapes: readonly (readonly number[])[]): Layout {
  const merged: {size: number; varies: boolean[]}[] = [];
  full.forEach((size, axis) => {
    if (size === 1) return;
    const varies = shapes.map(shape => shape[axis - full.length + shape.length] === size);
    const last = merged[merged.length - 1];
    if (last && last.varies.every((each, index) => each === varies[index])) last.size *= size;
    else merged.push({size, varies});
  });
  while (merged.length < 2) merged.unshift({size: 1, varies: shapes.map(() => false)});
  if (merged[1].size === 1) merged[1].varies = shapes.map(() => true);

  const sizes = merged.map(({size}) => size);
  const [rows, columns] = sizes.slice(-2);
  const walks = shapes.map((_, index): Walk => {
    const strides: number[] = [];
    let elements = 1;
    for (const {size, varies} of [...merged].reverse()) {
      strides.unshift(varies[index] ? elements : 0);
      if (varies[index]) elements *= size;
    }
    const [rowStride, columnStride] = strides.slice(-2);
    return {
      outerStrides: strides.slice(0, -2),
      rowStride,
      rows: rowStride > 0,
      columns: columnStride > 0,
      inOrder: columnStride > 0 && (rowStride > 0 || rows === 1),
    };
  });
  return {outer: sizes.slice(0, -2), rows, columns, walks};
}

/** Rows narrower than this are drawn together, so that vectors are full and loops long. */
const NARROW = 256;
const LANES = 4;

/**
 * How many rows to walk as one: 1 where rows are wide, or a tensor differs from row to row alone.
 * Tensors that are the same in every row are then repeated that often.
 */
export function rowsTogether({rows, columns, walks}: Layout): number {
  const isWide = columns >= NARROW && (columns % LANES === 0 || columns >= LANES * NARROW);
  if (isWide || walks.some(walk => walk.rows && !walk.columns)) return 1;
  const step = LANES / greatestCommonDivisor(columns, LANES);
  const enough = step * Math.ceil(NARROW / (columns * step));
  // Groups that come out even leave no rows for a further call.
  for (let together = enough; together <= Math.min(2 * enough, rows); together += step) {
    if (rows % together === 0) return together;
  }
  return Math.min(enough, rows);
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/** The offset of each tensor at every step of the outer axes. */
export function outerOffsets({outer, walks}: Layout): number[][] {
  return outer.reduce(
    (offsets, size, axis) =>
      offsets.flatMap(offset =>
        Array.from({length: size}, (_, step) =>
          offset.map((elements, index) => elements + step * walks[index].outerStrides[axis]),
        ),
      ),
    [walks.map(() => 0)],
  );
}
