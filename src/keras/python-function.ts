import {constant, nodesOf} from '../formula/index.js';
import type {Expression, Node} from '../formula/index.js';
import {toSnakeCase} from '../names.js';
import {HARMLESS, guarded} from './guard.js';
import {freeName} from './python-names.js';

/** What is longer than this gets a name of its own. */
const LONGEST = 40;

const INFIX: Readonly<Record<string, readonly [symbol: string, precedence: number]>> = {
  greater: ['>', 1],
  greaterEqual: ['>=', 1],
  less: ['<', 1],
  lessEqual: ['<=', 1],
  add: ['+', 2],
  sub: ['-', 2],
  mul: ['*', 3],
  div: ['/', 3],
};

const NEGATION = 4;

/** The functions of `keras.ops` that have other names than the operations. */
const KERAS_NAMES: Readonly<Record<string, string>> = {
  neg: 'negative',
  pow: 'power',
};

/** Functions that `keras.ops` lacks, as Python. */
export const HELPERS: Readonly<Record<string, string>> = {
  multiplyNoNan: `\
def multiply_no_nan(x, gate):
    """x * gate, but 0 wherever gate is 0, even where x is infinite or NaN."""
    is_cut = ops.logical_and(ops.equal(gate, 0.0), ops.logical_not(ops.isfinite(x)))
    return ops.where(is_cut, 0.0, x) * gate`,
  erfc: `\
def erfc(x):
    """1 - erf(x), right to the last digit where erf(x) is close to 1."""
    if keras.backend.backend() == "tensorflow":
        import tensorflow

        return tensorflow.math.erfc(x)
    if keras.backend.backend() == "jax":
        import jax

        return jax.scipy.special.erfc(x)
    if keras.backend.backend() == "torch":
        import torch

        return torch.special.erfc(x)
    return 1.0 - ops.erf(x)`,
};

/** What a function may use of the module around it. */
const OF_MODULE = new Set(['ops', 'keras', ...Object.keys(HELPERS).map(toSnakeCase)]);

/** `tLeft` → `t_left`, and `lambda` → `lambda_`. */
function parameterName(weight: string): string {
  return freeName(toSnakeCase(weight), OF_MODULE);
}

/** What a subexpression is called, by its operation. */
const VARIABLES: Readonly<Record<string, string>> = {
  add: 'total',
  sub: 'difference',
  mul: 'product',
  div: 'quotient',
  pow: 'power',
  minimum: 'lesser',
  maximum: 'greater',
  multiplyNoNan: 'gated',
  neg: 'negated',
  abs: 'size',
  square: 'squared',
  sqrt: 'root',
  rsqrt: 'inverse_root',
  exp: 'exponential',
  expm1: 'exponential',
  log: 'logarithm',
  log1p: 'logarithm',
  sin: 'sine',
  cos: 'cosine',
  where: 'chosen',
  greater: 'is_above',
  greaterEqual: 'is_above',
  less: 'is_below',
  lessEqual: 'is_below',
  equal: 'is_equal',
};

export interface PythonFunction {
  readonly source: string;
  /** Of HELPERS, those that it calls. */
  readonly helpers: readonly string[];
}

/**
 * A formula as a function of Python that takes tensors of any backend of Keras: `x`, then `weights`. A
 * coefficient `p[2]` is `p[..., 2]`.
 */
export function pythonFunction(
  name: string,
  weights: readonly string[],
  documentation: string,
  formula: Expression,
): PythonFunction {
  const parameters = ['x', ...weights.map(parameterName)];
  const root = guarded(formula);
  const nodes = nodesOf(root);
  const printer = new Printer(root, parameters);
  const lines = [...printer.definitions, `return ${printer.text(root, 0)}`];
  const body = [`"""${documentation}"""`, ...lines].map(line => `    ${line}`);
  return {
    source: [`def ${name}(${parameters.join(', ')}):`, ...body].join('\n'),
    helpers: Object.keys(HELPERS).filter(each => nodes.some(({operation}) => operation === each)),
  };
}

/** Prints nodes; those that are used twice or are long have been defined as variables first. */
class Printer {
  readonly definitions: string[] = [];
  private readonly names = new Map<Node, string>();
  private readonly taken: Set<string>;

  constructor(root: Expression, parameters: readonly string[]) {
    this.taken = new Set([...parameters, ...OF_MODULE]);
    const uses = new Map<Node, number>();
    for (const operand of nodesOf(root).flatMap(({operands}) => operands)) {
      uses.set(operand, (uses.get(operand) ?? 0) + 1);
    }
    for (const node of nodesOf(root)) {
      if (node.operands.length === 0 || node === root) continue;
      const text = this.text(node, 0);
      if ((uses.get(node) ?? 0) < 2 && text.length < LONGEST) continue;
      const name = freeName(variableOf(node), this.taken);
      this.taken.add(name);
      this.definitions.push(`${name} = ${text}`);
      this.names.set(node, name);
    }
  }

  text(node: Node, outer: number): string {
    const name = this.names.get(node);
    if (name !== undefined) return name;
    if (node.operation === 'constant') return this.constant((node as Expression).value, outer);
    if (node.operation === 'input') return inputText((node as Expression).name);
    if (node.operation === 'neg') {
      return parenthesize(`-${this.text(node.operands[0], NEGATION)}`, outer >= NEGATION);
    }
    const infix = INFIX[node.operation];
    if (infix) {
      const [symbol, precedence] = infix;
      const [left, right] = node.operands;
      const text = `${this.text(left, precedence)} ${symbol} ${this.text(right, precedence + 1)}`;
      return parenthesize(text, precedence < outer);
    }
    const operands = node.operands.map(operand => this.text(operand, 0)).join(', ');
    if (node.operation in HELPERS) return `${toSnakeCase(node.operation)}(${operands})`;
    return `ops.${KERAS_NAMES[node.operation] ?? node.operation}(${operands})`;
  }

  private constant(value: number, outer: number): string {
    const text = Number.isInteger(value) && Math.abs(value) < 1e15 ? `${value}.0` : String(value);
    return parenthesize(Object.is(value, -0) ? '-0.0' : text, value < 0 && outer >= NEGATION);
  }
}

/** What a guard has made harmless is called so. */
function variableOf({operation, operands}: Node): string {
  if (operation === 'where' && operands.includes(constant(HARMLESS))) return 'safe';
  return VARIABLES[operation] ?? toSnakeCase(operation);
}

function inputText(name: string): string {
  const [, vector, index] = /^(.*)\[(\d+)\]$/.exec(name) ?? [];
  return vector === undefined ? parameterName(name) : `${parameterName(vector)}[..., ${index}]`;
}

function parenthesize(text: string, needed: boolean): string {
  return needed ? `(${text})` : text;
}
