/** An array of any rank in float64, for references that share no code with what they check. */
export interface Float64 {
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

export const sizeOf = (shape: readonly number[]): number =>
  shape.reduce((product, size) => product * size, 1);

/** Numbers between −2 and 2, none close to 0, to another, or to 1 from it; always the same. */
export function spread(size: number, seed = 1): number[] {
  const values = Array.from({length: size}, (_, index) => -1.86 + (3.72 * (index + 0.55)) / size);
  return values.map((_, index) => values[(index * coprime(size) + 3 * seed) % size]);
}

/** A step that visits every index of a ring of this size. */
function coprime(size: number): number {
  const divides = (a: number, b: number): number => (b === 0 ? a : divides(b, a % b));
  let step = Math.floor(size * 0.618) + 1;
  while (divides(step, size) !== 1) step++;
  return step;
}

/** Applies `work` to each line along an axis; it may give longer or shorter ones. */
export function alongAxis(
  {shape, values}: Float64,
  axis: number,
  work: (line: number[]) => number[],
): Float64 {
  const inner = sizeOf(shape.slice(axis + 1));
  const size = shape[axis];
  const results: number[][] = [];
  for (let line = 0; line < values.length / size; line++) {
    const start = Math.floor(line / inner) * inner * size + (line % inner);
    results.push(work(Array.from({length: size}, (_, index) => values[start + index * inner])));
  }
  const newSize = results[0].length;
  const output: number[] = Array(results.length * newSize);
  results.forEach((result, line) => {
    const start = Math.floor(line / inner) * inner * newSize + (line % inner);
    result.forEach((value, index) => (output[start + index * inner] = value));
  });
  return {shape: shape.map((each, index) => (index === axis ? newSize : each)), values: output};
}

/** Applies `work` to everything that differs along the given axes alone. */
export function alongAxes(
  {shape, values}: Float64,
  axes: readonly number[],
  work: (part: number[]) => number[],
): Float64 {
  const parts = new Map<string, number[]>();
  values.forEach((_, position) => {
    const key = coordinates(position, shape)
      .filter((_, axis) => !axes.includes(axis))
      .join();
    parts.set(key, [...(parts.get(key) ?? []), position]);
  });
  const output: number[] = Array(values.length);
  for (const positions of parts.values()) {
    const results = work(positions.map(position => values[position]));
    positions.forEach((position, index) => (output[position] = results[index]));
  }
  return {shape, values: output};
}

/** Where an element lies, along each axis. */
export function coordinates(position: number, shape: readonly number[]): number[] {
  return shape.map((size, axis) => Math.floor(position / sizeOf(shape.slice(axis + 1))) % size);
}

/** What the loss of a check is: a sum of squares, each with a weight of its own. */
export const lossWeight = (index: number): number => 0.3 + (((index + 1) * 7) % 11) / 11;

const lossOf = (values: readonly number[]): number =>
  values.reduce((sum, value, index) => sum + lossWeight(index) * value ** 2, 0);

type Reference = (x: readonly number[]) => readonly number[];

/** ∂loss/∂x, by differences. */
export function gradientOf(reference: Reference, x: readonly number[]): number[] {
  const step = 1e-5;
  const at = (index: number, by: number): number => lossOf(reference(moved(x, index, by)));
  return x.map((_, index) => (at(index, step) - at(index, -step)) / (2 * step));
}

/** The derivative of ∂loss/∂x along `direction`, by differences. */
export function curvatureOf(
  reference: Reference,
  x: readonly number[],
  direction: readonly number[],
): number[] {
  const step = 1e-4;
  const along = (by: number): number[] => x.map((value, index) => value + by * direction[index]);
  const [ahead, behind] = [along(step), along(-step)];
  const at = (from: readonly number[], index: number, by: number): number =>
    lossOf(reference(moved(from, index, by)));
  return x.map((_, index) => {
    const slope = (from: readonly number[]): number =>
      at(from, index, step) - at(from, index, -step);
    return (slope(ahead) - slope(behind)) / (4 * step ** 2);
  });
}

function moved(x: readonly number[], index: number, by: number): number[] {
  return x.map((value, each) => (each === index ? value + by : value));
}
