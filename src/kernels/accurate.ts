import {Expression, apply, constant, polynomial, rewrite, where} from '../formula/index.js';
import type {Operation} from '../formula/index.js';

/** For an operation, what to compute in its place. */
export type Forms = Partial<Record<Operation, (u: Expression, v: Expression) => Expression>>;

/**
 * Float32 forms of operations in terms of others, for backends whose own op is inaccurate.
 *
 * They consist of single float32 steps, each rounded, and rely on it: `(x + 1) − 1` is not `x` here,
 * so they must not be simplified. The coefficients are minimax fits (`scripts/fit_coefficients.py`).
 */
export const FORMS: Forms = {
  sign: x => where(x.greater(0), 1, where(x.less(0), -1, x)),
  maximum: (u, v) => where(u.greaterEqual(v), u, where(u.less(v), v, u.add(v))),
  minimum: (u, v) => where(u.lessEqual(v), u, where(u.greater(v), v, u.add(v))),
  // v − v makes NaN of ±1 to an infinite or NaN power, for which C's pow has 1.
  pow: (u, v) => where(u.abs().equal(1), u.pow(v).add(v.sub(v)), u.pow(v)),
  log1p: log1pFromLog,
  erf: erfFromExp,
  erfc: erfcFromExp,
  sin: x => {
    const halfTurns = roundToInteger(x.mul(1 / Math.PI));
    const sine = sineAfter(x, halfTurns, isOdd(halfTurns));
    return where(x.abs().less(LARGEST_ANGLE), sine, x.sin());
  },
  cos: x => {
    const halfTurns = roundToInteger(x.mul(1 / Math.PI).sub(0.5));
    const cosine = sineAfter(x, halfTurns.add(0.5), isOdd(halfTurns)).neg();
    return where(x.abs().less(LARGEST_ANGLE), cosine, x.cos());
  },
};

/** The operations that have an accurate form. */
export const ACCURATE_FORMS = Object.keys(FORMS) as Operation[];

/** Rewrites the operations named as their accurate float32 forms. */
export function withAccurateForms(
  expressions: readonly Expression[],
  names: readonly Operation[],
): Expression[] {
  // Forms of two operands are for NaN and infinity, which no constant is.
  const forms = names.map((name): [Operation, Forms[Operation]] => [
    name,
    (u, v) => (v?.operation === 'constant' ? apply(name, [u, v]) : FORMS[name]!(u, v)),
  ]);
  return withForms(expressions, Object.fromEntries(forms));
}

/** Rewrites every operation that has a form as that form. */
export function withForms(expressions: readonly Expression[], forms: Forms): Expression[] {
  return rewrite(expressions, node => {
    const form = forms[node.operation as Operation];
    const [u, v] = node.operands as Expression[];
    return form ? form(u, v) : node;
  });
}

/** With u = 1 + x as rounded, log(u) · x/(u − 1) makes good what rounding lost. */
function log1pFromLog(x: Expression): Expression {
  const u = x.add(1);
  const lost = u.sub(1);
  return where(u.equal(1), x, where(lost.equal(x), u.log(), u.log().mul(x.div(lost))));
}

const ERF = [
  1.128379166, -0.3761262582, 0.1128358515, -0.02685381193, 0.00518832768, -0.0008010193578,
  7.853861194e-5,
];

function erfFromExp(x: Expression): Expression {
  const rest = erfcFromExp(x.abs());
  const tail = where(x.less(0), rest.sub(1), rest.neg().add(1));
  return where(x.abs().less(1), x.mul(polynomial(x.square(), ERF)), tail);
}

/** (1 + 2x) · e^(x²) · erfc(x) as a polynomial of (x − 3)/(x + 3), for 0 ≤ x ≤ 10.5. */
const SCALED_ERFC = [
  1.25300806, -0.1356211425, -0.04756244184, 0.1296464833, -0.1192702456, 0.06829577375,
  -0.02380151693, 0.002563946975, 0.00200769822, -0.0007678671579, -0.0002643568338,
];

/** From here on erfc(x) is 0 in float32. */
const ERFC_END = 10.5;

/** Splits a float32 into halves of 12 bits, so that the square of the upper one is exact. */
const SPLITTER = 4097;

function erfcFromExp(x: Expression): Expression {
  const distance = x.abs().minimum(ERFC_END);
  const scaled = distance.mul(SPLITTER);
  const upper = scaled.sub(scaled.sub(distance));
  const bell = upper
    .square()
    .neg()
    .exp()
    .mul(upper.sub(distance).mul(upper.add(distance)).exp());
  const position = distance.sub(3).div(distance.add(3));
  const tail = bell.mul(polynomial(position, SCALED_ERFC)).div(distance.mul(2).add(1));
  return where(x.less(0), tail.neg().add(2), tail);
}

/** Adding and subtracting 1.5 · 2²³ leaves no bits for a fraction: right for |x| < 2²². */
const NO_FRACTION = 1.5 * 2 ** 23;

function roundToInteger(x: Expression): Expression {
  return x.add(NO_FRACTION).sub(NO_FRACTION);
}

/** Of an expression that rounds to an integer, what it rounds; of any other, undefined. */
export function roundedOperand({operation, operands}: Expression): Expression | undefined {
  const sum = operands.find(operand => operand.operation === 'add');
  const x = sum?.operands.find(operand => operand.operation !== 'constant') as Expression;
  const isRounding = operation === 'sub' && x && x.add(NO_FRACTION) === sum;
  return isRounding && operands[1] === constant(NO_FRACTION) ? x : undefined;
}

/** 1 for odd integers, 0 for even ones. */
export function isOdd(integer: Expression): Expression {
  return integer.sub(roundToInteger(integer.mul(0.5)).mul(2)).abs();
}

/** From here on π in four parts is not enough, and the backend's own sine the better one. */
const LARGEST_ANGLE = 100_000;

/** π in parts, of which all but the last have 8 bits: their multiples by less than 2¹⁵ are exact. */
const PI_PARTS = [3.140625, 0.000965118408203125, 2.5331974029541016e-6, 1.984187159361081e-9];

/** (sin r − r) / r³ as a polynomial of r², for |r| ≤ π/2. */
const SINE = [-0.1666666666, 0.008333332744, -0.0001984108133, 2.753611444e-6, -2.407291061e-8];

/** sin(x − π · halfTurns), negated where `odd` is 1. */
function sineAfter(x: Expression, halfTurns: Expression, odd: Expression): Expression {
  const r = PI_PARTS.reduce((rest, part) => rest.sub(halfTurns.mul(part)), x);
  const sine = r.add(r.mul(r.square().mul(polynomial(r.square(), SINE))));
  return where(odd.greater(0), sine.neg(), sine);
}
