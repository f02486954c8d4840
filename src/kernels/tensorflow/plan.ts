import {constant, where} from '../../formula/index.js';
import type {Comparison, Condition, Expression, Node, Operation} from '../../formula/index.js';
import {withAccurateForms, withForms} from '../accurate.js';
import {expressionsOf, valuesOf} from '../program.js';
import type {Program} from '../program.js';
import {argumentOfSlope} from '../sigmoid-slope.js';

/** All but those that are given in terms of others. */
type Named = Exclude<Operation, 'softplus'> | Comparison | 'where';

/** What is run for each node of a formula. */
export const OPS: Readonly<Record<Named, string>> = {
  add: 'AddV2',
  sub: 'Sub',
  mul: 'Mul',
  div: 'RealDiv',
  pow: 'Pow',
  minimum: 'Minimum',
  maximum: 'Maximum',
  multiplyNoNan: 'MulNoNan',
  neg: 'Neg',
  abs: 'Abs',
  sign: 'Sign',
  square: 'Square',
  sqrt: 'Sqrt',
  rsqrt: 'Rsqrt',
  exp: 'Exp',
  expm1: 'Expm1',
  log: 'Log',
  log1p: 'Log1p',
  sigmoid: 'Sigmoid',
  tanh: 'Tanh',
  erf: 'Erf',
  erfc: 'Erfc',
  sin: 'Sin',
  cos: 'Cos',
  greater: 'Greater',
  greaterEqual: 'GreaterEqual',
  less: 'Less',
  lessEqual: 'LessEqual',
  equal: 'Equal',
  where: 'SelectV2',
};

/** One op: what it reads are numbers of earlier values. */
export interface Step {
  readonly op: string;
  readonly alpha?: number;
  readonly operands: readonly number[];
  /** The values that nothing reads after it. */
  readonly lastUses: readonly number[];
}

/**
 * A program as a list of ops. Its values are numbered: first all numbers that inputs hold for an
 * element, one or several each, then the constants, then what each step gives.
 */
export interface Plan {
  readonly constants: readonly number[];
  readonly steps: readonly Step[];
  /** For each output its value, or those that are stacked. */
  readonly outputs: readonly (readonly number[])[];
}

const plans = new WeakMap<Program, Plan>();

/** How ops run a program that gathers nothing. */
export function planOf(program: Program): Plan {
  let plan = plans.get(program);
  if (!plan) {
    plan = makePlan(program);
    plans.set(program, plan);
  }
  return plan;
}

function makePlan(program: Program): Plan {
  const outputs = program.outputs.map(output => inFewOps(valuesOf(output)));
  const calls = callsFor(outputs.flat());
  const constants = [...calls.values()]
    .flatMap(({operands}) => operands)
    .concat(outputs.flat())
    .filter(({operation}) => operation === 'constant');
  const values = [...program.inputs.flatMap(expressionsOf), ...new Set(constants), ...calls.keys()];
  const numbers = new Map<Node, number>(values.map((node, index) => [node, index]));
  const numberOf = (node: Node): number => numbers.get(node)!;
  const lastReaders = new Map<number, Node>();
  for (const [node, {operands}] of calls) {
    for (const operand of operands) lastReaders.set(numberOf(operand), node);
  }
  for (const value of outputs.flat()) lastReaders.delete(numberOf(value));
  const lastUses = new Map<Node, number[]>([...calls.keys()].map(node => [node, []]));
  for (const [value, reader] of lastReaders) lastUses.get(reader)!.push(value);
  return {
    constants: [...new Set(constants)].map(node => (node as Expression).value),
    steps: [...calls].map(([node, {op, alpha, operands}]) => ({
      op,
      alpha,
      operands: operands.map(numberOf),
      lastUses: lastUses.get(node)!,
    })),
    outputs: outputs.map(parts => parts.map(numberOf)),
  };
}

/** An op on what other nodes stand for. */
interface Call {
  readonly op: string;
  readonly alpha?: number;
  readonly operands: readonly Node[];
}

/** The ops for some expressions, operands first. */
function callsFor(expressions: readonly Expression[]): Map<Node, Call> {
  const calls = new Map<Node, Call>();
  const visit = (node: Node): void => {
    if (calls.has(node) || node.operands.length === 0) return;
    const call = callFor(node);
    call.operands.forEach(visit);
    calls.set(node, call);
  };
  expressions.forEach(visit);
  return calls;
}

function callFor(node: Node): Call {
  return (
    leakyRelu(node) ??
    slopeOfSigmoid(node) ?? {op: OPS[node.operation as Named], operands: node.operands}
  );
}

/** `where(x <= 0, x · α, x)` */
function leakyRelu({operation, operands}: Node): Call | undefined {
  if (operation !== 'where') return undefined;
  const [condition, scaled, x] = operands;
  if (condition !== (x as Expression).lessEqual(0) || scaled.operation !== 'mul') return undefined;
  const [factor, alpha] = scaled.operands as Expression[];
  if (factor !== x || alpha.operation !== 'constant') return undefined;
  return {op: 'LeakyRelu', alpha: alpha.value, operands: [x]};
}

/** σ(s) · σ(−s), by itself or with a factor; from σ(−|s|) it is right in both tails. */
function slopeOfSigmoid(node: Node): Call | undefined {
  if (node.operation !== 'mul') return undefined;
  const [u, v] = node.operands as Expression[];
  for (const [slope, factor] of [
    [node, undefined],
    [u, v],
    [v, u],
  ] as const) {
    const [s] = argumentOfSlope(slope);
    if (!s || factor?.operation === 'constant') continue;
    const tail = s.abs().neg().sigmoid();
    if (factor) return {op: 'SigmoidGrad', operands: [tail, factor]};
    return {op: 'Mul', operands: [tail, constant(1).sub(tail)]};
  }
  return undefined;
}

function inFewOps(expressions: readonly Expression[]): Expression[] {
  return withForms(withAccurateForms(expressions, ['pow']), {mul: product, softplus});
}

/** TensorFlow's own Softplus has lost a digit where the exponential is near 1. */
function softplus(x: Expression): Expression {
  return x.maximum(0).add(x.abs().neg().exp().log1p());
}

/** A product as TensorFlow takes the fewest or the fastest ops for it. */
function product(u: Expression, v: Expression): Expression {
  if (choosesConstant(u)) return productOfChoice(u, v);
  if (choosesConstant(v)) return productOfChoice(v, u);
  if (isScaledSlope(u)) return scaledSlope(u, v);
  if (isScaledSlope(v)) return scaledSlope(v, u);
  if (isOne(u)) return v;
  return isOne(v) ? u : u.mul(v);
}

/** To choose between tensors takes less time than between a tensor and a number, which is first spread. */
function productOfChoice(choice: Expression, factor: Expression): Expression {
  const [condition, whenTrue, whenFalse] = choice.operands;
  const branches = [whenTrue, whenFalse].map(branch => product(branch as Expression, factor));
  return where(condition as Condition, branches[0], branches[1]);
}

function choosesConstant({operation, operands}: Expression): boolean {
  return operation === 'where' && operands.some(each => each.operation === 'constant');
}

/** Whether an expression is σ(s) · σ(−s) · c. */
function isScaledSlope({operation, operands}: Expression): boolean {
  if (operation !== 'mul') return false;
  const [slope, scale] = operands;
  return scale.operation === 'constant' && argumentOfSlope(slope).length > 0;
}

/** The same with the factor beside the slope, where one op multiplies it. */
function scaledSlope({operands}: Expression, factor: Expression): Expression {
  const [slope, scale] = operands as Expression[];
  return slope.mul(factor.mul(scale));
}

const isOne = ({operation, value}: Expression): boolean => operation === 'constant' && value === 1;
