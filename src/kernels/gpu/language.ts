import type {Comparison} from '../../formula/index.js';

/** How a shading language writes what all of them can. */
export interface Language {
  /** Declares a name for good: `number` and `condition` have a value for each lane. */
  declare(type: 'number' | 'condition' | 'integer', name: string, text: string): string;
  /** The number as a constant, which may be NaN; what float32 cannot hold is infinite. */
  literal(value: number): string;
  compare(comparison: Comparison, u: string, v: string): string;
  choose(condition: string, whenTrue: string, whenFalse: string): string;
  /** Whether `u` is not NaN, told by its bits: a compiler may take u = u for granted. */
  isNumber(u: string): string;
  /** The integer that the host gives at this position. */
  uniform(position: number): string;
}

const SYMBOLS: Record<Comparison, string> = {
  greater: '>',
  greaterEqual: '>=',
  less: '<',
  lessEqual: '<=',
  equal: '==',
};

const VECTOR_FUNCTIONS: Record<Comparison, string> = {
  greater: 'greaterThan',
  greaterEqual: 'greaterThanEqual',
  less: 'lessThan',
  lessEqual: 'lessThanEqual',
  equal: 'equal',
};

/** The float32 nearest to `value`, as text that has a decimal point or an exponent. */
function decimal(value: number): string {
  const text = String(Math.fround(value));
  return /[.e]/.test(text) ? text : `${text}.0`;
}

/** GLSL ES 3.00 on single numbers. */
export const glsl: Language = {
  declare: (type, name, text) =>
    `${{number: 'float', condition: 'bool', integer: 'int'}[type]} ${name} = ${text};`,
  literal: value => {
    if (Number.isFinite(Math.fround(value))) return decimal(value);
    if (Number.isNaN(value)) return 'uintBitsToFloat(0x7fc00000u)';
    return `uintBitsToFloat(${value > 0 ? '0x7f800000u' : '0xff800000u'})`;
  },
  compare: (comparison, u, v) => `(${u} ${SYMBOLS[comparison]} ${v})`,
  // Not with ?:, which is a branch: some compilers take minutes over hundreds of them.
  choose: (condition, whenTrue, whenFalse) => `mix(${whenFalse}, ${whenTrue}, ${condition})`,
  isNumber: u => `((floatBitsToUint(${u}) & 0x7fffffffu) <= 0x7f800000u)`,
  uniform: position => `d${position}`,
};

/** GLSL ES 3.00 on four numbers at a time. */
export const glslVector: Language = {
  declare: (type, name, text) =>
    `${{number: 'vec4', condition: 'bvec4', integer: 'int'}[type]} ${name} = ${text};`,
  literal: value => `vec4(${glsl.literal(value)})`,
  compare: (comparison, u, v) => `${VECTOR_FUNCTIONS[comparison]}(${u}, ${v})`,
  choose: (condition, whenTrue, whenFalse) => `mix(${whenFalse}, ${whenTrue}, ${condition})`,
  isNumber: u => `lessThanEqual(floatBitsToUint(${u}) & uvec4(0x7fffffffu), uvec4(0x7f800000u))`,
  uniform: glsl.uniform,
};

/** WGSL, on one number or four at a time. */
export function wgsl(lanes: 1 | 4): Language {
  const vector = (type: string): string => (lanes === 1 ? type : `vec4<${type}>`);
  return {
    declare: (_, name, text) => `let ${name} = ${text};`,
    literal: value => {
      if (Number.isFinite(Math.fround(value))) return `${vector('f32')}(${decimal(value)})`;
      if (Number.isNaN(value)) return `${vector('f32')}(uniforms.NAN)`;
      return `${vector('f32')}(${value > 0 ? '' : '-'}uniforms.INFINITY)`;
    },
    compare: (comparison, u, v) => `(${u} ${SYMBOLS[comparison]} ${v})`,
    choose: (condition, whenTrue, whenFalse) => `select(${whenFalse}, ${whenTrue}, ${condition})`,
    isNumber: u => {
      const unsigned = vector('u32');
      const size = `(bitcast<${unsigned}>(${u}) & ${unsigned}(0x7fffffffu))`;
      return `(${size} <= ${unsigned}(0x7f800000u))`;
    },
    uniform: position => `uniforms.d${position}`,
  };
}
