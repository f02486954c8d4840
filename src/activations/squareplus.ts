import {createActivation} from '../definition.js';
import {constant, where} from '../formula/index.js';

const FAR = 1e6;

/**
 * A ReLU rounded off by a square root: no exponential.
 *
 *     (x + √(x² + b)) / 2
 */
export const squareplus = createActivation({
  name: 'squareplus',
  className: 'Squareplus',
  options: {b: {default: 4, minimum: 0}},
  formula: ({x, b}) => {
    if (b === 0) return where(x.lessEqual(0), 0, x);
    const root = x.square().add(b).sqrt();
    const near = where(x.greater(0), x.add(root).mul(0.5), constant(b / 2).div(root.sub(x)));
    // Far out the root is |x| to the last digit, and x² would overflow.
    const far = FAR * Math.sqrt(b + 1);
    const beyond = where(x.greater(far), x, constant(-b / 4).div(x));
    return where(x.abs().greater(far), beyond, near);
  },
  paper: 'Barron, 2021, https://arxiv.org/abs/2112.11687',
  note:
    'A smooth ReLU for devices on which exponentials are slow; the paper states that it needs ' +
    'algebraic operations only.',
});

export const Squareplus = squareplus.layerClass;
