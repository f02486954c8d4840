import {Condition, nodesOf} from '../../formula/index.js';
import type {Expression, Node, Operation} from '../../formula/index.js';
import {roundedOperand, withForms} from '../accurate.js';
import type {Reduction} from '../program.js';
import {CannotExpress} from '../target.js';
import {GPU_FORMS} from './forms.js';
import type {Language} from './language.js';
import {LARGEST_FLOAT32} from '../float32.js';

type Writer = (language: Language, u: string, v: string) => string;

/**
 * What is written as it stands: every operation but those of GPU_FORMS. Some devices lose a NaN in
 * exp, min and max, and have a finite logarithm of 0, or a logarithm and a root of negative numbers.
 */
const OPERATIONS: Partial<Record<Operation, Writer>> = {
  add: (_, u, v) => `(${u} + ${v})`,
  sub: (_, u, v) => `(${u} - ${v})`,
  mul: (_, u, v) => `(${u} * ${v})`,
  div: (_, u, v) => `(${u} / ${v})`,
  neg: (_, u) => `(-${u})`,
  square: (_, u) => `(${u} * ${u})`,
  abs: (_, u) => `abs(${u})`,
  sqrt: (language, u) => {
    const zero = language.literal(0);
    return language.choose(language.compare('less', u, zero), language.literal(NaN), `sqrt(${u})`);
  },
  log: logarithm,
  exp: (language, u) => language.choose(language.isNumber(u), `exp(${u})`, u),
  // For the large angles to which no form applies.
  sin: (language, u) => ofFinite(language, u, `sin(${u})`),
  cos: (language, u) => ofFinite(language, u, `cos(${u})`),
  sign: (language, u) => {
    const zero = language.literal(0);
    const below = language.choose(language.compare('less', u, zero), language.literal(-1), u);
    return language.choose(language.compare('greater', u, zero), language.literal(1), below);
  },
  minimum: (language, u, v) => extreme(language, 'min', u, v),
  maximum: (language, u, v) => extreme(language, 'max', u, v),
  multiplyNoNan: (language, u, v) => {
    const zero = language.literal(0);
    return language.choose(language.compare('equal', v, zero), zero, `(${u} * ${v})`);
  },
};

/** `text` where `u` is finite, else NaN. */
function ofFinite(language: Language, u: string, text: string): string {
  const isFinite = language.compare('lessEqual', `abs(${u})`, language.literal(LARGEST_FLOAT32));
  return language.choose(isFinite, text, language.literal(NaN));
}

function logarithm(language: Language, u: string): string {
  const zero = language.literal(0);
  const isZero = language.compare('equal', u, zero);
  const other = language.choose(isZero, language.literal(-Infinity), language.literal(NaN));
  return language.choose(language.compare('greater', u, zero), `log(${u})`, other);
}

/** The smaller or larger of both, NaN where either is. */
function extreme(language: Language, which: 'min' | 'max', u: string, v: string): string {
  const [first, second] = which === 'min' ? (['less', 'lessEqual'] as const) : MAXIMUM;
  const other = language.choose(language.compare(second, v, u), v, `(${u} + ${v})`);
  return language.choose(language.compare(first, u, v), u, other);
}

const MAXIMUM = ['greater', 'greaterEqual'] as const;

/** One step of a reduction: what `total` and a further `value` come to. */
export function accumulate(
  language: Language,
  reduction: Reduction,
  total: string,
  value: string,
): string {
  if (reduction === 'min' || reduction === 'max') return extreme(language, reduction, total, value);
  return `(${total} + ${value})`;
}

/** What a reduction of nothing is. */
export function identityOf(reduction: Reduction): number {
  return reduction === 'min' ? Infinity : reduction === 'max' ? -Infinity : 0;
}

/**
 * Statements that compute `expressions`, one for each node, and the names of their results.
 * `names` gives the name of an input.
 */
export function writeStatements(
  language: Language,
  expressions: readonly Expression[],
  names: (input: Expression) => string,
): {code: string; results: string[]} {
  const written = new Map<Node, string>();
  const lines: string[] = [];
  const roots = withForms(expressions, GPU_FORMS);
  for (const root of roots) {
    for (const node of nodesOf(root)) {
      if (written.has(node)) continue;
      if (node.operation === 'input') {
        written.set(node, names(node as Expression));
        continue;
      }
      const name = `t${written.size}`;
      const type = node instanceof Condition ? 'condition' : 'number';
      lines.push(language.declare(type, name, textOf(language, node, written)));
      written.set(node, name);
    }
  }
  return {code: lines.join('\n'), results: roots.map(root => written.get(root)!)};
}

function textOf(language: Language, node: Node, written: ReadonlyMap<Node, string>): string {
  const [u, v, w] = node.operands.map(operand => written.get(operand)!);
  if (node instanceof Condition) {
    const isSame = node.operation === 'equal' && u === v;
    return isSame ? language.isNumber(u) : language.compare(node.operation, u, v);
  }
  if (node.operation === 'constant') return language.literal(node.value);
  if (node.operation === 'where') return language.choose(u, v, w);
  const rounded = roundedOperand(node);
  if (rounded) return `floor(${written.get(rounded)!} + ${language.literal(0.5)})`;
  const write = OPERATIONS[node.operation as Operation];
  if (!write) throw new CannotExpress(`shaders have no ${node.operation}`);
  return write(language, u, v);
}
