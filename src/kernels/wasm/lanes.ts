import type {SimdInstruction} from './encoder.js';

const FLOAT32 = new Float32Array(1);
const FLOAT32_BITS = new Int32Array(FLOAT32.buffer);
const FLOAT64 = new Float64Array(1);
const FLOAT64_BITS = new Int32Array(FLOAT64.buffer);

/** What the methods of `Lanes` take: other lanes, or a number that stands in each of the four. */
type Operand = Lanes | number;

/**
 * A vector of four float32 numbers (or masks, integers, or two float64 numbers) in a kernel: what
 * it is computed from. Built again from the same parts, it is the same object, and computed once.
 */
export class Lanes {
  /** Use `LaneGraph` and the methods, which keep equal vectors one. */
  constructor(
    private readonly graph: LaneGraph,
    readonly instruction: SimdInstruction | 'input',
    readonly operands: readonly Lanes[],
    /** A shift's distance, the 16 bytes of a constant as four integers, or a shuffle's bytes. */
    readonly immediates: readonly number[] = [],
    readonly name = '',
  ) {}

  private apply(instruction: SimdInstruction, ...others: Operand[]): Lanes {
    const operands = others.map(other =>
      typeof other === 'number' ? this.graph.constant(other) : other,
    );
    return this.graph.node(instruction, [this, ...operands]);
  }

  add = (other: Operand): Lanes => this.apply('f32x4.add', other);
  sub = (other: Operand): Lanes => this.apply('f32x4.sub', other);
  mul = (other: Operand): Lanes => this.apply('f32x4.mul', other);
  div = (other: Operand): Lanes => this.apply('f32x4.div', other);
  neg = (): Lanes => this.apply('f32x4.neg');
  abs = (): Lanes =>
    this.instruction === 'f32x4.neg' ? this.operands[0].abs() : this.apply('f32x4.abs');
  sqrt = (): Lanes => this.apply('f32x4.sqrt');
  /** The smaller of both; NaN where either is. */
  min = (other: Operand): Lanes => this.apply('f32x4.min', other);
  max = (other: Operand): Lanes => this.apply('f32x4.max', other);
  /** As `min` and `max`, in one instruction, where `bound` is never NaN. */
  atMost = (bound: Operand): Lanes => this.apply('f32x4.pmin', bound);
  atLeast = (bound: Operand): Lanes => this.apply('f32x4.pmax', bound);

  equal = (other: Operand): Lanes => this.apply('f32x4.eq', other);
  notEqual = (other: Operand): Lanes => this.apply('f32x4.ne', other);
  less = (other: Operand): Lanes => this.apply('f32x4.lt', other);
  greater = (other: Operand): Lanes => this.apply('f32x4.gt', other);
  lessEqual = (other: Operand): Lanes => this.apply('f32x4.le', other);
  greaterEqual = (other: Operand): Lanes => this.apply('f32x4.ge', other);

  and = (other: Lanes): Lanes => this.apply('v128.and', other);
  or = (other: Lanes): Lanes => this.apply('v128.or', other);
  xor = (other: Lanes): Lanes => this.apply('v128.xor', other);
  /** These bits, but 0 where `mask` has ones. */
  without = (mask: Lanes): Lanes => this.apply('v128.andnot', mask);

  /** Of a mask: `whenTrue` where it holds, else `whenFalse`. */
  choose(whenTrue: Operand, whenFalse: Operand): Lanes {
    const [yes, no] = [whenTrue, whenFalse].map(each =>
      typeof each === 'number' ? this.graph.constant(each) : each,
    );
    if (yes === no) return yes;
    if (no === this.graph.constant(0)) return yes.and(this);
    if (yes === this.graph.constant(0)) return no.without(this);
    return this.graph.node('v128.bitselect', [yes, no, this]);
  }

  /** As integers. */
  shiftLeft = (bits: number): Lanes => this.graph.node('i32x4.shl', [this], [bits]);
  shiftRight = (bits: number): Lanes => this.graph.node('i32x4.shr_u', [this], [bits]);
  shiftRightSigned = (bits: number): Lanes => this.graph.node('i32x4.shr_s', [this], [bits]);
  addIntegers = (other: Lanes): Lanes => this.apply('i32x4.add', other);
  subIntegers = (other: Lanes): Lanes => this.apply('i32x4.sub', other);
  atMostInteger = (bound: Lanes): Lanes => this.apply('i32x4.min_s', bound);
  atLeastInteger = (bound: Lanes): Lanes => this.apply('i32x4.max_s', bound);
  toFloat = (): Lanes => this.apply('f32x4.convert_i32x4_s');

  /** Any further instruction of the same kind. */
  with = (instruction: SimdInstruction, ...others: Lanes[]): Lanes =>
    this.apply(instruction, ...others);

  /** A number in each lane. */
  constant = (value: number): Lanes => this.graph.constant(value);
  /** A 32-bit integer in each lane. */
  integer = (value: number): Lanes => this.graph.integer(value);
  /** A float64 number in both halves. */
  float64 = (value: number): Lanes => this.graph.float64(value);
  /** Lanes 2 and 3, twice. */
  upperHalf = (): Lanes => this.shuffle(this, [2, 3, 2, 3]);
  /** Lanes 0 and 1 of this, then of the other. */
  joinLowerHalves = (other: Lanes): Lanes => this.shuffle(other, [0, 1, 4, 5]);
  /** Lanes 1 and 3 of this, then of the other. */
  joinOddLanes = (other: Lanes): Lanes => this.shuffle(other, [1, 3, 5, 7]);

  /** Four lanes of both, numbered from 0 to 7. */
  private shuffle(other: Lanes, lanes: readonly number[]): Lanes {
    const bytes = lanes.flatMap(lane => [0, 1, 2, 3].map(byte => 4 * lane + byte));
    return this.graph.node('i8x16.shuffle', [this, other], bytes);
  }

  shiftWide = (instruction: 'i64x2.shl' | 'i64x2.shr_s', bits: number): Lanes =>
    this.graph.node(instruction, [this], [bits]);
}

/** The vectors of one kernel, each once. */
export class LaneGraph {
  private readonly known = new Map<string, Lanes>();
  private readonly ids = new Map<Lanes, number>();

  input(name: string): Lanes {
    return this.intern(`input ${name}`, () => new Lanes(this, 'input', [], [], name));
  }

  constant(value: number): Lanes {
    FLOAT32[0] = value;
    return this.integer(FLOAT32_BITS[0]);
  }

  integer(value: number): Lanes {
    return this.node('v128.const', [], [value, value, value, value]);
  }

  float64(value: number): Lanes {
    FLOAT64[0] = value;
    const [low, high] = FLOAT64_BITS;
    return this.node('v128.const', [], [low, high, low, high]);
  }

  node(
    instruction: SimdInstruction,
    operands: readonly Lanes[],
    immediates: readonly number[] = [],
  ): Lanes {
    const ids = operands.map(operand => this.ids.get(operand));
    return this.intern(
      `${instruction} ${ids} ${immediates}`,
      () => new Lanes(this, instruction, operands, immediates),
    );
  }

  private intern(key: string, create: () => Lanes): Lanes {
    let lanes = this.known.get(key);
    if (!lanes) {
      lanes = create();
      this.known.set(key, lanes);
      this.ids.set(lanes, this.ids.size);
    }
    return lanes;
  }
}

/** Every vector that `roots` are computed from, each once, operands before what uses them. */
export function orderOf(roots: readonly Lanes[]): Lanes[] {
  const seen = new Set<Lanes>();
  const visit = (lanes: Lanes): void => {
    if (seen.has(lanes)) return;
    lanes.operands.forEach(visit);
    seen.add(lanes);
  };
  roots.forEach(visit);
  return [...seen];
}
