import {createActivation} from '../definition.js';
import {cubicBasis, where} from '../formula/index.js';
import type {Expression, Operand} from '../formula/index.js';

const BOUND = 3;
const PIECES = 10;

/** The least-squares fit of Swish on [−3, 3]: off by 0.00012 at most (`scripts/fit_coefficients.py`). */
const COEFFICIENTS = [
  -0.09363043, -0.1401684, -0.1993175, -0.2600918, -0.2920361, -0.2382135, -0.0310688, 0.3617865,
  0.9079639, 1.539908, 2.200683, 2.859832, 3.50637,
];

const combine = (coefficients: readonly Expression[], basis: readonly Operand[]): Expression =>
  coefficients
    .map((coefficient, index) => coefficient.mul(basis[index]))
    .reduce((sum, term) => sum.add(term));

/**
 * A learned curve: a cubic spline of ten pieces from −3 to 3, which goes on straight beyond. It starts as a
 * fit of Swish.
 *
 *     coefficientsᵢ · B₀(t) + … + coefficientsᵢ₊₃ · B₃(t) between the knots i and i + 1, t of the way
 *     the tangent at ±3 beyond
 */
export const bSpline = createActivation({
  name: 'bSpline',
  className: 'BSpline',
  weights: {coefficients: {length: PIECES + 3, initializer: COEFFICIENTS}},
  formula: ({x, coefficients}) => {
    const position = x.add(BOUND).mul(PIECES / (2 * BOUND));
    const from = (first: number): Expression[] => coefficients.slice(first, first + 4);
    const piece = (index: number): Expression =>
      combine(from(index), cubicBasis(position.sub(index)));
    const inside = Array.from({length: PIECES - 1}, (_, index) => index).reduceRight(
      (right, index) => where(position.less(index + 1), piece(index), right),
      piece(PIECES - 1),
    );
    const tangent = (end: Expression[], from: Expression): Expression =>
      combine(end, [1 / 6, 4 / 6, 1 / 6]).add(from.multiplyNoNan(end[2].sub(end[0]).mul(0.5)));
    const beyondRight = tangent(coefficients.slice(-3), position.sub(PIECES));
    const right = where(position.lessEqual(PIECES), inside, beyondRight);
    return where(position.less(0), tangent(coefficients.slice(0, 3), position), right);
  },
  domain: [-BOUND, BOUND],
  paper: 'Bohra et al., 2020, https://doi.org/10.1109/OJSP.2020.3039379',
  note:
    'Where the shape itself is to be learned, and seen. Normalize before it: beyond ±3 it is ' +
    'straight.',
});

export const BSpline = bSpline.layerClass;
