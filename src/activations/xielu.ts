import {createActivation} from '../definition.js';
import {where} from '../formula/index.js';

/** The slope at zero. */
const BETA = 0.5;
const EPSILON = -1e-6;

const inverseSoftplus = (value: number): number => Math.log(Math.expm1(value));

/**
 * Expanded integral of the ELU: a parabola above zero and an exponential below, whose slope grows with
 * the input. Both curvatures are learned through softplus, so they stay positive; a whole layer shares them.
 *
 *     αₚ · x² + x/2 for x > 0
 *     αₙ · (e^min(x, −10⁻⁶) − 1 − x) + x/2 below
 *     αₚ = softplus(alphaPositive), αₙ = 1/2 + softplus(alphaNegative); both start at 0.8
 */
export const xielu = createActivation({
  name: 'xielu',
  className: 'XIELU',
  weights: {
    alphaPositive: {initializer: inverseSoftplus(0.8)},
    alphaNegative: {initializer: inverseSoftplus(0.8 - BETA)},
  },
  sharedAxes: 'all',
  formula: ({x, alphaPositive, alphaNegative}) => {
    const above = x.square().mul(alphaPositive.softplus()).add(x.mul(BETA));
    const slack = alphaNegative.softplus();
    const below = x.minimum(EPSILON).expm1().mul(slack.add(BETA)).sub(x.mul(slack));
    return where(x.greater(0), above, below);
  },
  paper: 'Huang & Schlag, 2024, https://arxiv.org/abs/2411.13010',
  note:
    'The paper trains language models of about a billion parameters with it, and reports a lower ' +
    'perplexity than ReLU² and SwiGLU at equal compute. Its slope grows linearly: use it with ' +
    'normalization.',
});

export const XIELU = xielu.layerClass;
