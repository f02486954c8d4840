/** The WebAssembly types that kernels use. */
export const I32 = 0x7f;
export const V128 = 0x7b;

/** The instructions that kernels use, by their names in the specification. */
const INSTRUCTIONS = {
  loop: [0x03, 0x40],
  if: [0x04, 0x40],
  else: [0x05],
  end: [0x0b],
  br_if: [0x0d],
  'local.get': [0x20],
  'local.set': [0x21],
  'local.tee': [0x22],
  'i32.load': [0x28],
  'i32.store': [0x36],
  'i32.const': [0x41],
  'i32.lt_u': [0x49],
  'i32.ge_u': [0x4f],
  'i32.add': [0x6a],
  'i32.sub': [0x6b],
  'i32.shl': [0x74],
  select: [0x1b],
} as const;

const SIMD_INSTRUCTIONS = {
  'v128.load': 0x00,
  'v128.load32_splat': 0x09,
  'v128.store': 0x0b,
  'v128.const': 0x0c,
  'i8x16.shuffle': 0x0d,
  'i32x4.extract_lane': 0x1b,
  'f32x4.eq': 0x41,
  'f32x4.ne': 0x42,
  'f32x4.lt': 0x43,
  'f32x4.gt': 0x44,
  'f32x4.le': 0x45,
  'f32x4.ge': 0x46,
  'v128.and': 0x4e,
  'v128.andnot': 0x4f,
  'v128.or': 0x50,
  'v128.xor': 0x51,
  'v128.bitselect': 0x52,
  'v128.store32_lane': 0x5a,
  'v128.store64_lane': 0x5b,
  'v128.load32_zero': 0x5c,
  'v128.load64_zero': 0x5d,
  'f32x4.demote_f64x2_zero': 0x5e,
  'f64x2.promote_low_f32x4': 0x5f,
  'i32x4.all_true': 0xa3,
  'i32x4.shl': 0xab,
  'i32x4.shr_s': 0xac,
  'i32x4.shr_u': 0xad,
  'i32x4.add': 0xae,
  'i32x4.sub': 0xb1,
  'i32x4.min_s': 0xb6,
  'i32x4.max_s': 0xb8,
  'i64x2.shl': 0xcb,
  'i64x2.shr_s': 0xcc,
  'i64x2.add': 0xce,
  'i64x2.sub': 0xd1,
  'f32x4.abs': 0xe0,
  'f32x4.neg': 0xe1,
  'f32x4.sqrt': 0xe3,
  'f32x4.add': 0xe4,
  'f32x4.sub': 0xe5,
  'f32x4.mul': 0xe6,
  'f32x4.div': 0xe7,
  'f32x4.min': 0xe8,
  'f32x4.max': 0xe9,
  'f32x4.pmin': 0xea,
  'f32x4.pmax': 0xeb,
  'f64x2.add': 0xf0,
  'f64x2.sub': 0xf1,
  'f64x2.mul': 0xf2,
  'f64x2.div': 0xf3,
  'f64x2.min': 0xf4,
  'f64x2.max': 0xf5,
  'f64x2.pmin': 0xf6,
  'f64x2.pmax': 0xf7,
  'f32x4.convert_i32x4_s': 0xfa,
} as const;

export type Instruction = keyof typeof INSTRUCTIONS | keyof typeof SIMD_INSTRUCTIONS;
export type SimdInstruction = keyof typeof SIMD_INSTRUCTIONS;

const SIMD_PREFIX = 0xfd;

function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value >>> 0;
  do {
    const more = rest > 0x7f;
    bytes.push((rest & 0x7f) | (more ? 0x80 : 0));
    rest >>>= 7;
  } while (rest > 0);
  return bytes;
}

function signed(value: number): number[] {
  const bytes: number[] = [];
  let rest = value | 0;
  for (;;) {
    const byte = rest & 0x7f;
    rest >>= 7;
    const isLast = (rest === 0 && !(byte & 0x40)) || (rest === -1 && Boolean(byte & 0x40));
    bytes.push(isLast ? byte : byte | 0x80);
    if (isLast) return bytes;
  }
}

/** The body of a function, as it is being written. */
export class Code {
  private readonly bytes: number[] = [];
  private readonly localTypes: number[] = [];

  constructor(private readonly parameters: number) {}

  /** A new local variable of type I32 or V128. */
  local(type: number): number {
    this.localTypes.push(type);
    return this.parameters + this.localTypes.length - 1;
  }

  /** Writes an instruction; `operands` are indices of locals, depths of branches or lanes. */
  emit(name: Instruction, ...operands: number[]): void {
    if (name in INSTRUCTIONS) {
      this.bytes.push(...INSTRUCTIONS[name as keyof typeof INSTRUCTIONS]);
    } else {
      this.bytes.push(
        SIMD_PREFIX,
        ...unsigned(SIMD_INSTRUCTIONS[name as keyof typeof SIMD_INSTRUCTIONS]),
      );
    }
    for (const operand of operands) this.bytes.push(...unsigned(operand));
  }

  constantI32(value: number): void {
    this.emit('i32.const');
    this.bytes.push(...signed(value));
  }

  constantV128(bytes: Uint8Array): void {
    this.emit('v128.const');
    this.bytes.push(...bytes);
  }

  shuffle(lanes: readonly number[]): void {
    this.emit('i8x16.shuffle');
    this.bytes.push(...lanes);
  }

  /** A load or store `offset` bytes beyond the address on the stack; memory is taken as unaligned. */
  access(name: Instruction, offset = 0, lane?: number): void {
    this.emit(name, 0, offset);
    if (lane !== undefined) this.bytes.push(lane);
  }

  toBytes(): number[] {
    const locals = this.localTypes.flatMap(type => [1, type]);
    const body = [...unsigned(this.localTypes.length), ...locals, ...this.bytes, 0x0b];
    return [...unsigned(body.length), ...body];
  }
}

function section(id: number, items: readonly (readonly number[])[]): number[] {
  const content = [...unsigned(items.length), ...items.flat()];
  return [id, ...unsigned(content.length), ...content];
}

function text(name: string): number[] {
  return [...unsigned(name.length), ...Array.from(name, letter => letter.charCodeAt(0))];
}

const LARGEST_MEMORY_PAGES = 65536;

/**
 * A module with one exported function, `run`, that takes i32 parameters and returns nothing, and
 * imports its memory as `env.memory`.
 */
export function moduleBytes(code: Code, parameters: number, sharedMemory: boolean): Uint8Array {
  const type = [0x60, ...unsigned(parameters), ...Array<number>(parameters).fill(I32), 0];
  const limits = sharedMemory ? [0x03, 0, ...unsigned(LARGEST_MEMORY_PAGES)] : [0x00, 0];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [type]),
    ...section(2, [[...text('env'), ...text('memory'), 0x02, ...limits]]),
    ...section(3, [[0]]),
    ...section(7, [[...text('run'), 0x00, 0]]),
    ...section(10, [code.toBytes()]),
  ]);
}
