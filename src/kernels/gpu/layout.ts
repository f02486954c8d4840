import type {Language} from './language.js';

/** The axes of a call, as few as tell its shapes apart, and how each shape is walked along them. */
export interface Axes {
  readonly sizes: readonly number[];
  /** For each shape, the step along each axis from one element to the next: 0 where it broadcasts. */
  readonly strides: readonly (readonly number[])[];
}

/** Axes for shapes that broadcast to `full`: neighbours along which all do alike become one. */
export function axesOf(full: readonly number[], shapes: readonly (readonly number[])[]): Axes {
  const padded = shapes.map(shape => padTo(full.length, shape));
  const steps = padded.map(stridesOf);
  const sizes: number[] = [];
  const strides = shapes.map((): number[] => []);
  let previous: string | undefined;
  full.forEach((size, axis) => {
    if (size === 1) return;
    const pattern = padded.map(shape => shape[axis] === 1).join();
    if (pattern === previous) sizes[sizes.length - 1] *= size;
    else sizes.push(size);
    previous = pattern;
    strides.forEach((own, index) => {
      own[sizes.length - 1] = padded[index][axis] === 1 ? 0 : steps[index][axis];
    });
  });
  return {sizes, strides};
}

/** The shape with axes of size 1 put before its own. */
export function padTo(rank: number, shape: readonly number[]): number[] {
  return [...Array<number>(Math.max(0, rank - shape.length)).fill(1), ...shape];
}

function stridesOf(shape: readonly number[]): number[] {
  let stride = 1;
  return shape
    .map(size => size)
    .reverse()
    .map(size => {
      const own = stride;
      stride *= size;
      return own;
    })
    .reverse();
}

/** The integers that a shader is given, by which one shader serves every size. */
export class Uniforms {
  readonly values: number[] = [];

  constructor(private readonly language: Language) {}

  add(value: number): string {
    return this.language.uniform(this.values.push(value) - 1);
  }
}

/** Statements that split the position `from` along axes of these sizes, and the axes' names. */
export function splitPosition(
  language: Language,
  uniforms: Uniforms,
  sizes: readonly number[],
  from: string,
  prefix: string,
): {code: string; names: string[]} {
  const lines: string[] = [];
  const names: string[] = [];
  let rest = from;
  for (let axis = sizes.length - 1; axis > 0; axis--) {
    const size = uniforms.add(sizes[axis]);
    lines.push(language.declare('integer', `${prefix}${axis}`, `${rest} % ${size}`));
    lines.push(language.declare('integer', `${prefix}Rest${axis}`, `${rest} / ${size}`));
    names[axis] = `${prefix}${axis}`;
    rest = `${prefix}Rest${axis}`;
  }
  if (sizes.length > 0) names[0] = rest;
  return {code: lines.join('\n'), names};
}

/** The offset of the element at these positions along the axes. */
export function offsetText(
  uniforms: Uniforms,
  names: readonly string[],
  strides: readonly number[],
): string {
  const terms = names.flatMap((name, axis) =>
    strides[axis] === 0 ? [] : [`${name} * ${uniforms.add(strides[axis])}`],
  );
  return terms.length > 0 ? terms.join(' + ') : '0';
}
