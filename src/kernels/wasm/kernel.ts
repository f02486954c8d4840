import {HISTOGRAM_BINS, LARGEST_EXPONENT, SMALLEST_EXPONENT} from '../histogram.js';
import {FLOAT32_BYTES} from '../float32.js';
import type {Program, Reduction} from '../program.js';
import {Code, I32, V128, moduleBytes} from './encoder.js';
import type {SimdInstruction} from './encoder.js';
import {orderOf} from './lanes.js';
import type {Lanes} from './lanes.js';
import {lower} from './lower.js';

/** How a tensor lies in the rows and columns that a kernel walks: where its elements differ. */
export interface Placement {
  readonly rows: boolean;
  readonly columns: boolean;
}

/** How a kernel writes an output. */
export interface OutputMode {
  readonly placement: Placement;
  /** Absent where each element is stored. */
  readonly reduction?: Reduction;
}

/** A kernel's reading of one input; a vector of coefficients is one stream for each. */
interface InputStream {
  readonly name: string;
  readonly placement: Placement;
}

/** A kernel's writing of one value of an output. */
interface OutputStream extends OutputMode {
  /** Right for all numbers. */
  readonly exact: Lanes;
  /** Right where the guards hold. */
  readonly fast: Lanes;
}

/** For each stream, the number of parameters of the kernel: an address and what else it needs. */
const INPUT_PARAMETERS = 2;
const OUTPUT_PARAMETERS = 3;

/** Rows after which float32 sums are added to float64 ones, and columns likewise. */
const BAND_ROWS = 32;
const CHUNK_COLUMNS = 256;

const VECTOR_BYTES = 16;
const LANES = 4;

/** How many vectors are computed in each turn of the loop, by the instructions that one takes. */
const SIDE_BY_SIDE: readonly (readonly [instructions: number, vectors: number])[] = [
  [48, 6],
  [200, 2],
];

const UPPER_HALF = [8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15];

/** How partial results are joined, in float32 and float64, and what they start from. */
const JOIN: Record<
  Exclude<Reduction, 'histogram'>,
  {narrow: SimdInstruction; wide: SimdInstruction; neutral: number}
> = {
  sum: {narrow: 'f32x4.add', wide: 'f64x2.add', neutral: 0},
  min: {narrow: 'f32x4.min', wide: 'f64x2.min', neutral: Infinity},
  max: {narrow: 'f32x4.max', wide: 'f64x2.max', neutral: -Infinity},
};

/** What a reduction starts from. */
export function neutralOf(reduction: Reduction): number {
  return reduction === 'histogram' ? 0 : JOIN[reduction].neutral;
}

/** The bin of each lane's number, as integers. */
function histogramBins(x: Lanes): Lanes {
  const count = LARGEST_EXPONENT - SMALLEST_EXPONENT + 1;
  const zeroBin = count + 1;
  const size = x.abs();
  const exponent = size.shiftRight(23).subIntegers(x.integer(127 + SMALLEST_EXPONENT));
  const bounded = exponent.atLeastInteger(x.integer(0)).atMostInteger(x.integer(count - 1));
  const step = size
    .equal(Infinity)
    .choose(x.integer(count + 1), bounded.addIntegers(x.integer(1)))
    .without(x.equal(0));
  const sign = x.shiftRightSigned(31);
  const bin = step.xor(sign).subIntegers(sign).addIntegers(x.integer(zeroBin));
  return x.equal(x).choose(bin, x.integer(HISTOGRAM_BINS - 1));
}

/**
 * The code of a kernel: the bytes of a module whose function `run` takes the number of rows and of
 * columns, then for each input stream its address and bytes from row to row, then for each output
 * stream the same and, where it is reduced along rows alone, the address of its float32 sums.
 *
 * What is reduced is added to float64 numbers at the output's address; a histogram to int32 counts.
 */
export function kernelBytes(
  program: Program,
  inputPlacements: ReadonlyMap<string, Placement>,
  outputModes: readonly OutputMode[],
  sharedMemory: boolean,
): Uint8Array {
  const {exact, fast, guards} = lower(program);
  const outputs = program.outputs.flatMap(({reduction}, index) => {
    const valueOf = (lanes: Lanes): Lanes =>
      reduction === 'histogram' ? histogramBins(lanes) : lanes;
    return exact[index].map((lanes, position) => ({
      ...outputModes[index],
      exact: valueOf(lanes),
      fast: valueOf(fast[index][position]),
    }));
  });
  const inputs = [...inputPlacements].map(([name, placement]) => ({name, placement}));
  return new KernelWriter(inputs, outputs, guards).write(sharedMemory);
}

/** When a vector is computed: once, once for each row, or for each vector of columns. */
type Level = 0 | 1 | 2;

/** Local variables of the vectors of a turn: for each, one for every vector computed side by side. */
type Slots = Map<Lanes, readonly number[]>;

class KernelWriter {
  private readonly code: Code;
  private readonly levels = new Map<Lanes, Level>();
  /** The local variables of what is computed outside the innermost loop. */
  private readonly outer = new Map<Lanes, number>();
  private readonly order: readonly Lanes[];

  private readonly rows = 0;
  private readonly columns = 1;
  private readonly positions = new Map<InputStream | OutputStream, number>();
  private readonly registers = new Map<OutputStream, number>();
  private readonly temporary: number;
  private readonly parameters: number;

  constructor(
    private readonly inputs: readonly InputStream[],
    private readonly outputs: readonly OutputStream[],
    private readonly guards: readonly Lanes[],
  ) {
    this.parameters = 2 + INPUT_PARAMETERS * inputs.length + OUTPUT_PARAMETERS * outputs.length;
    this.code = new Code(this.parameters);
    const values = outputs.flatMap(({exact, fast}) => [exact, fast]);
    this.order = orderOf([...values, ...guards]);
    this.temporary = this.code.local(V128);
    this.classify();
    for (const stream of [...inputs, ...outputs]) {
      if (stream.placement.columns) this.positions.set(stream, this.code.local(I32));
    }
    for (const output of outputs) {
      if (isInRegister(output)) this.registers.set(output, this.code.local(V128));
    }
  }

  write(sharedMemory: boolean): Uint8Array {
    this.computeOutside(0);
    const band = this.code.local(I32);
    this.countDown(this.rows, BAND_ROWS, band, () => {
      this.repeat(band, 1, () => this.row());
      for (const output of this.outputs) if (isInMemory(output)) this.widenColumns(output);
    });
    return moduleBytes(this.code, this.parameters, sharedMemory);
  }

  private classify(): void {
    for (const lanes of this.order) {
      const own = lanes.instruction === 'input' ? levelOf(this.inputOf(lanes).placement) : 0;
      const levels = lanes.operands.map(operand => this.levels.get(operand)!);
      const level = Math.max(own, ...levels) as Level;
      this.levels.set(lanes, level);
      if (level < 2) this.outer.set(lanes, this.code.local(V128));
    }
  }

  private inputOf({name}: Lanes): InputStream {
    return this.inputs.find(input => input.name === name)!;
  }

  private inputParameter(input: InputStream): number {
    return 2 + INPUT_PARAMETERS * this.inputs.indexOf(input);
  }

  private outputParameter(output: OutputStream): number {
    return (
      2 + INPUT_PARAMETERS * this.inputs.length + OUTPUT_PARAMETERS * this.outputs.indexOf(output)
    );
  }

  private parameterOf(stream: InputStream | OutputStream): number {
    return 'exact' in stream ? this.outputParameter(stream) : this.inputParameter(stream);
  }

  /** Computes what is the same along a row, or everywhere. */
  private computeOutside(level: Level): void {
    for (const lanes of this.order) {
      if (this.levels.get(lanes) !== level) continue;
      if (lanes.instruction === 'input') {
        this.code.emit('local.get', this.inputParameter(this.inputOf(lanes)));
        this.code.access('v128.load32_splat');
      } else {
        this.apply(lanes, operand => this.outer.get(operand)!);
      }
      this.code.emit('local.set', this.outer.get(lanes)!);
    }
  }

  /** Leaves a vector on the stack, from its operands in local variables. */
  private apply(lanes: Lanes, localOf: (operand: Lanes) => number): void {
    const {code} = this;
    for (const operand of lanes.operands) code.emit('local.get', localOf(operand));
    if (lanes.instruction === 'v128.const') {
      code.constantV128(new Uint8Array(Int32Array.from(lanes.immediates).buffer));
    } else if (lanes.instruction === 'i8x16.shuffle') {
      code.shuffle(lanes.immediates);
    } else {
      for (const distance of lanes.immediates) code.constantI32(distance);
      code.emit(lanes.instruction as SimdInstruction);
    }
  }

  private row(): void {
    const {code} = this;
    this.computeOutside(1);
    for (const [stream, position] of this.positions) {
      const start = isInMemory(stream) ? 2 : 0;
      code.emit('local.get', this.parameterOf(stream) + start);
      code.emit('local.set', position);
    }
    const rest = code.local(I32);
    code.emit('local.get', this.columns);
    code.emit('local.set', rest);
    if (this.registers.size === 0) {
      this.walk(rest);
    } else {
      const chunk = code.local(I32);
      this.countDown(rest, CHUNK_COLUMNS, chunk, () => {
        for (const [output, register] of this.registers) {
          this.pushConstant(neutralOf(output.reduction!));
          code.emit('local.set', register);
        }
        this.walk(chunk);
        for (const output of this.registers.keys()) this.widenRegister(output);
      });
    }
    for (const stream of [...this.inputs, ...this.outputs]) {
      if (!stream.placement.rows) continue;
      const parameter = this.parameterOf(stream);
      code.emit('local.get', parameter);
      code.emit('local.get', parameter + 1);
      code.emit('i32.add');
      code.emit('local.set', parameter);
    }
  }

  /** Computes `count` columns: several vectors at a time, then one, then single elements. */
  private walk(count: number): void {
    const fast = this.innerOf(this.outputs.map(output => output.fast)).length;
    const sideBySide = SIDE_BY_SIDE.find(([instructions]) => fast <= instructions)?.[1] ?? 1;
    for (const vectors of [sideBySide, 2, 1].filter((each, at) => at > 0 || each > 2)) {
      if (vectors <= sideBySide) this.turns(count, vectors, LANES);
    }
    this.turns(count, 1, 1);
  }

  /** Repeats a turn that computes `vectors` vectors of `width` elements, while that many are left. */
  private turns(count: number, vectors: number, width: number): void {
    this.repeat(count, width * vectors, () => {
      this.turn(vectors, width);
      for (const [stream, position] of this.positions) {
        this.code.emit('local.get', position);
        this.code.constantI32(FLOAT32_BYTES * width * vectors * bytesPerStep(stream));
        this.code.emit('i32.add');
        this.code.emit('local.set', position);
      }
    });
  }

  /** Computes vectors side by side: the fast way, if all guards hold, else the exact one. */
  private turn(vectors: number, width: number): void {
    const {code} = this;
    if (this.guards.length === 0 || width === 1) {
      this.computeAndDeliver('exact', new Map(), vectors, width);
      return;
    }
    const slots: Slots = new Map();
    this.compute(this.innerOf(this.guards), slots, [], vectors, width);
    this.guards.forEach((guard, index) => {
      for (let vector = 0; vector < vectors; vector++) {
        code.emit('local.get', this.localOf(guard, slots, vector));
        if (index + vector > 0) code.emit('v128.and');
      }
    });
    code.emit('i32x4.all_true');
    code.emit('if');
    this.computeAndDeliver('fast', slots, vectors, width);
    code.emit('else');
    this.computeAndDeliver('exact', slots, vectors, width);
    code.emit('end');
  }

  private computeAndDeliver(
    way: 'exact' | 'fast',
    computed: Slots,
    vectors: number,
    width: number,
  ): void {
    const slots: Slots = new Map(computed);
    const values = this.outputs.map(output => output[way]);
    this.compute(
      this.innerOf(values).filter(lanes => !computed.has(lanes)),
      slots,
      values,
      vectors,
      width,
    );
    for (const output of this.outputs) {
      for (let vector = 0; vector < vectors; vector++) {
        this.deliver(output, this.localOf(output[way], slots, vector), vector, width);
      }
    }
  }

  /** What must be computed in the innermost loop, in order. */
  private innerOf(values: readonly Lanes[]): Lanes[] {
    return orderOf(values).filter(lanes => this.levels.get(lanes) === 2);
  }

  private localOf(lanes: Lanes, slots: Slots, vector: number): number {
    return this.outer.get(lanes) ?? slots.get(lanes)![vector];
  }

  /**
   * Computes vectors side by side, step by step, so that a processor need not wait for one step's
   * result before it begins the next. Without results to keep, all are kept.
   */
  private compute(
    inner: readonly Lanes[],
    slots: Slots,
    results: readonly Lanes[],
    vectors: number,
    width: number,
  ): void {
    const {code} = this;
    const lastUse = new Map<Lanes, number>();
    inner.forEach((lanes, index) => {
      if (results.length === 0) lastUse.set(lanes, Infinity);
      else lanes.operands.forEach(operand => lastUse.set(operand, index));
    });
    for (const result of results) lastUse.set(result, Infinity);
    const own = new Set(inner);
    const free: (readonly number[])[] = [];
    inner.forEach((lanes, index) => {
      for (const operand of new Set(lanes.operands)) {
        if (lastUse.get(operand) === index && own.has(operand)) free.push(slots.get(operand)!);
      }
      const slot = free.pop() ?? Array.from({length: vectors}, () => code.local(V128));
      slots.set(lanes, slot);
    });
    for (const lanes of inner) {
      for (let vector = 0; vector < vectors; vector++) {
        if (lanes.instruction === 'input') {
          code.emit('local.get', this.positions.get(this.inputOf(lanes))!);
          code.access(width === 1 ? 'v128.load32_zero' : 'v128.load', vector * VECTOR_BYTES);
        } else {
          this.apply(lanes, operand => this.localOf(operand, slots, vector));
        }
        code.emit('local.set', this.localOf(lanes, slots, vector));
      }
    }
  }

  /** Stores or gathers the vector `vector` of an output, or with a width of 1 its first element. */
  private deliver(output: OutputStream, value: number, vector: number, width: number): void {
    const {code} = this;
    const {reduction} = output;
    const offset = VECTOR_BYTES * vector * bytesPerStep(output);
    if (reduction === undefined) {
      code.emit('local.get', this.positions.get(output)!);
      code.emit('local.get', value);
      this.store(offset, width);
    } else if (reduction === 'histogram') {
      this.count(output, value, vector, width);
    } else if (isInRegister(output)) {
      const register = this.registers.get(output)!;
      code.emit('local.get', register);
      code.emit('local.get', value);
      if (width === 1) this.keepFirst(neutralOf(reduction));
      code.emit(JOIN[reduction].narrow);
      code.emit('local.set', register);
    } else if (isInMemory(output)) {
      code.emit('local.get', this.positions.get(output)!);
      code.emit('local.get', value);
      code.emit('local.get', this.positions.get(output)!);
      code.access(width === 1 ? 'v128.load32_zero' : 'v128.load', offset);
      code.emit(JOIN[reduction].narrow);
      this.store(offset, width);
    } else {
      this.widen(value, this.positions.get(output)!, offset, reduction, width);
    }
  }

  private store(offset: number, width: number): void {
    if (width === 1) this.code.access('v128.store32_lane', offset, 0);
    else this.code.access('v128.store', offset);
  }

  /** Leaves the first lane of the vector on the stack, and the neutral number in the others. */
  private keepFirst(neutral: number): void {
    const bytes = new Uint8Array(VECTOR_BYTES);
    bytes.fill(0xff, 0, FLOAT32_BYTES);
    if (neutral !== 0) this.pushConstant(neutral);
    this.code.constantV128(bytes);
    this.code.emit(neutral === 0 ? 'v128.and' : 'v128.bitselect');
  }

  private pushConstant(value: number): void {
    this.code.constantV128(new Uint8Array(Float32Array.of(value, value, value, value).buffer));
  }

  /** Leaves the lower or upper half of a float32 vector on the stack, as float64. */
  private pushHalf(value: number, isUpper: boolean): void {
    const {code} = this;
    code.emit('local.get', value);
    if (isUpper) {
      code.emit('local.get', value);
      code.shuffle(UPPER_HALF);
    }
    code.emit('f64x2.promote_low_f32x4');
  }

  /** Joins float32 numbers with float64 ones in memory. */
  private widen(
    value: number,
    position: number,
    offset: number,
    reduction: Exclude<Reduction, 'histogram'>,
    width: number,
  ): void {
    const {code} = this;
    const halves = width === 1 ? [false] : [false, true];
    halves.forEach((isUpper, half) => {
      const at = offset + half * VECTOR_BYTES;
      code.emit('local.get', position);
      this.pushHalf(value, isUpper);
      code.emit('local.get', position);
      code.access(width === 1 ? 'v128.load64_zero' : 'v128.load', at);
      code.emit(JOIN[reduction].wide);
      if (width === 1) code.access('v128.store64_lane', at, 0);
      else code.access('v128.store', at);
    });
  }

  /** Joins a register's lanes with the float64 number of its output. */
  private widenRegister(output: OutputStream): void {
    const {code} = this;
    const {wide} = JOIN[output.reduction as Exclude<Reduction, 'histogram'>];
    const register = this.registers.get(output)!;
    const address = this.outputParameter(output);
    this.pushHalf(register, false);
    this.pushHalf(register, true);
    code.emit(wide);
    code.emit('local.set', this.temporary);
    code.emit('local.get', address);
    code.emit('local.get', this.temporary);
    code.emit('local.get', this.temporary);
    code.emit('local.get', this.temporary);
    code.shuffle(UPPER_HALF);
    code.emit(wide);
    code.emit('local.get', address);
    code.access('v128.load64_zero');
    code.emit(wide);
    code.access('v128.store64_lane', 0, 0);
  }

  /** Joins the float32 results of a band of rows with the float64 ones, and starts them anew. */
  private widenColumns(output: OutputStream): void {
    const {code} = this;
    const reduction = output.reduction as Exclude<Reduction, 'histogram'>;
    const [narrow, wide, rest] = [code.local(I32), code.local(I32), code.local(I32)];
    const parameter = this.outputParameter(output);
    for (const [local, from] of [
      [narrow, parameter + 2],
      [wide, parameter],
      [rest, this.columns],
    ]) {
      code.emit('local.get', from);
      code.emit('local.set', local);
    }
    for (const width of [LANES, 1]) {
      this.repeat(rest, width, () => {
        code.emit('local.get', narrow);
        code.access(width === 1 ? 'v128.load32_zero' : 'v128.load');
        code.emit('local.set', this.temporary);
        this.widen(this.temporary, wide, 0, reduction, width);
        code.emit('local.get', narrow);
        this.pushConstant(neutralOf(reduction));
        this.store(0, width);
        for (const [local, bytes] of [
          [narrow, width * FLOAT32_BYTES],
          [wide, width * 2 * FLOAT32_BYTES],
        ]) {
          code.emit('local.get', local);
          code.constantI32(bytes);
          code.emit('i32.add');
          code.emit('local.set', local);
        }
      });
    }
  }

  /** Adds 1 to the count of each lane's bin. */
  private count(output: OutputStream, value: number, vector: number, width: number): void {
    const {code} = this;
    const binBytes = HISTOGRAM_BINS * FLOAT32_BYTES;
    const base = this.positions.get(output) ?? this.outputParameter(output);
    const address = code.local(I32);
    for (let lane = 0; lane < width; lane++) {
      const unit = output.placement.columns ? vector * LANES + lane : 0;
      code.emit('local.get', value);
      code.emit('i32x4.extract_lane', lane);
      code.constantI32(2);
      code.emit('i32.shl');
      code.emit('local.get', base);
      code.emit('i32.add');
      code.emit('local.tee', address);
      code.emit('local.get', address);
      code.access('i32.load', unit * binBytes);
      code.constantI32(1);
      code.emit('i32.add');
      code.access('i32.store', unit * binBytes);
    }
  }

  /** Repeats `body`, `step` off `counter` each time, while that much is left. */
  private repeat(counter: number, step: number, body: () => void): void {
    const {code} = this;
    const isLeft = (): void => {
      code.constantI32(step);
      code.emit('i32.ge_u');
    };
    code.emit('local.get', counter);
    isLeft();
    code.emit('if');
    code.emit('loop');
    body();
    code.emit('local.get', counter);
    code.constantI32(step);
    code.emit('i32.sub');
    code.emit('local.tee', counter);
    isLeft();
    code.emit('br_if', 0);
    code.emit('end');
    code.emit('end');
  }

  /** Repeats `body` with `part` set to at most `largest`, until `total` is used up. */
  private countDown(total: number, largest: number, part: number, body: () => void): void {
    const {code} = this;
    this.repeat(total, 1, () => {
      code.emit('local.get', total);
      code.constantI32(largest);
      code.emit('local.get', total);
      code.constantI32(largest);
      code.emit('i32.lt_u');
      code.emit('select');
      code.emit('local.set', part);
      code.emit('local.get', total);
      code.emit('local.get', part);
      code.emit('i32.sub');
      code.constantI32(1);
      code.emit('i32.add');
      code.emit('local.set', total);
      body();
    });
  }
}

function levelOf({rows, columns}: Placement): Level {
  if (columns) return 2;
  return rows ? 1 : 0;
}

/** Reduced along the columns: kept in a register while a row is walked. */
function isInRegister({reduction, placement}: OutputStream): boolean {
  return reduction !== undefined && reduction !== 'histogram' && !placement.columns;
}

/** Reduced along the rows alone: kept as float32 in memory for a band of rows. */
function isInMemory(stream: InputStream | OutputStream): boolean {
  if (!('exact' in stream)) return false;
  const {reduction, placement} = stream;
  return (
    reduction !== undefined && reduction !== 'histogram' && placement.columns && !placement.rows
  );
}

/** How many times as far a stream's position moves as that of float32 numbers. */
function bytesPerStep(stream: InputStream | OutputStream): number {
  if (!('exact' in stream) || stream.reduction === undefined || isInMemory(stream)) return 1;
  return stream.reduction === 'histogram' ? HISTOGRAM_BINS : 2;
}
