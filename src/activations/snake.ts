import {createActivation} from '../definition.js';
import {polynomial, where} from '../formula/index.js';

/** sin²(u)/u² as a polynomial of u², by its series: right to the last digit of a float64 for |u| < 0.1. */
const SQUARED_SINC = [1, -1 / 3, 2 / 45, -1 / 315, 2 / 14175, -2 / 467775];
const SMALL = 0.1;

/**
 * For periodic data: keeps its trend, and learns the frequency a.
 *
 *     x + sin²(a · x) / a; x at a = 0
 */
export const snake = createActivation({
  name: 'snake',
  className: 'Snake',
  weights: {a: {initializer: 'ones'}},
  formula: ({x, a}) => {
    const angle = x.mul(a);
    const near = x.mul(angle).mul(polynomial(angle.square(), SQUARED_SINC));
    const ripple = where(angle.abs().less(SMALL), near, angle.sin().square().div(a));
    return x.add(ripple);
  },
  paper: 'Ziyin et al., 2020, https://arxiv.org/abs/2006.08195',
  note: "For periodic data that must extrapolate: the paper's claim. One frequency for each channel.",
});

export const Snake = snake.layerClass;
