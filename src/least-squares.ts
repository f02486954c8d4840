/** What a model gives at its parameters: how far it is off at each point, and the slope of that. */
export interface Residuals {
  readonly values: Float64Array;
  /** For each parameter the derivatives of `values` by it. */
  readonly slopes: readonly Float64Array[];
}

export interface LeastSquaresFit {
  readonly parameters: readonly number[];
  readonly sumOfSquares: number;
}

const MOST_STEPS = 200;
const FIRST_DAMPING = 1e-3;
const LEAST_DAMPING = 1e-14;
const MOST_DAMPING = 1e8;
/** A step that lowers the sum of squares by less than this share of it is the last. */
const LEAST_PROGRESS = 1e-12;
/** The same from a start that is near the end. */
const LEAST_PROGRESS_NEAR = 1e-4;

export interface LeastSquaresOptions {
  /** A sum of squares that is as good as 0. Default: 0. */
  readonly enough?: number;
  /** Whether the start is near the end, so that a step of little progress is the last. */
  readonly isNear?: boolean;
}

/**
 * The parameters of least squares by the method of Levenberg and Marquardt, from `start`. A parameter
 * on which nothing depends stays as it is.
 *
 * A model linear in its parameters is solved to rounding; any other to the minimum below `start`.
 */
export function leastSquares(
  residualsAt: (parameters: readonly number[]) => Residuals,
  start: readonly number[],
  {enough = 0, isNear = false}: LeastSquaresOptions = {},
): LeastSquaresFit {
  let parameters = start;
  let residuals = residualsAt(start);
  let sumOfSquares = costOf(residuals);
  let damping = FIRST_DAMPING;
  for (let step = 0; step < MOST_STEPS; step++) {
    if (damping >= MOST_DAMPING || sumOfSquares <= enough) break;
    const change = dampedStep(residuals, damping);
    const next = parameters.map((value, index) => value - change[index]);
    const nextResiduals = residualsAt(next);
    const nextSum = costOf(nextResiduals);
    if (nextSum >= sumOfSquares) {
      damping *= 10;
      continue;
    }
    const progress = sumOfSquares - nextSum;
    const isLast = isNear
      ? damping <= FIRST_DAMPING && progress <= LEAST_PROGRESS_NEAR * sumOfSquares
      : damping <= LEAST_DAMPING * 100 && progress <= LEAST_PROGRESS * sumOfSquares;
    [parameters, residuals, sumOfSquares] = [next, nextResiduals, nextSum];
    damping = Math.max(damping / 100, LEAST_DAMPING);
    if (isLast) break;
  }
  return {parameters, sumOfSquares};
}

/** The d of least |slopes · d − values|² + damping · |size of each slope · d|². */
function dampedStep({values, slopes}: Residuals, damping: number): number[] {
  const count = values.length;
  const sizes = slopes.map(slope => Math.sqrt(squares(slope)));
  const rows = slopes.map((slope, index) => {
    const column = new Float64Array(count + slopes.length);
    column.set(slope);
    column[count + index] = Math.sqrt(damping) * sizes[index] || 1;
    return column;
  });
  const target = new Float64Array(count + slopes.length);
  target.set(values);
  return solve(rows, target);
}

/** The combination of independent columns that comes closest to `target`; both are overwritten. */
function solve(columns: readonly Float64Array[], target: Float64Array): number[] {
  const diagonal = columns.map((column, index) => {
    const pivot = reflector(column, index);
    for (const other of [...columns.slice(index + 1), target]) reflect(other, column, index);
    return pivot;
  });
  const solution = new Array<number>(columns.length).fill(0);
  for (let row = columns.length - 1; row >= 0; row--) {
    let rest = target[row];
    for (let index = row + 1; index < columns.length; index++) {
      rest -= columns[index][row] * solution[index];
    }
    solution[row] = rest / diagonal[row];
  }
  return solution;
}

/** Turns a column, from `first` on, into the unit normal of Householder's mirror; the image's size. */
function reflector(column: Float64Array, first: number): number {
  const tail = column.subarray(first);
  const image = Math.sqrt(squares(tail)) * (tail[0] > 0 ? -1 : 1);
  tail[0] -= image;
  const size = Math.sqrt(squares(tail)) || 1;
  for (let index = 0; index < tail.length; index++) tail[index] /= size;
  return image;
}

function reflect(column: Float64Array, normal: Float64Array, first: number): void {
  let product = 0;
  for (let index = first; index < column.length; index++) product += normal[index] * column[index];
  for (let index = first; index < column.length; index++) {
    column[index] -= 2 * product * normal[index];
  }
}

/** The sum of squares; infinite where a value is NaN. */
function costOf({values}: Residuals): number {
  const sum = squares(values);
  return Number.isNaN(sum) ? Infinity : sum;
}

function squares(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value * value, 0);
}
