import {createActivation} from '../definition.js';
import {where} from '../formula/index.js';
import type {Expression} from '../formula/index.js';

/** Below it the difference, and its slope, would lose their digits. */
const SMALL = 0.5;

/** x²/(3 + x²/(5 + x²/(7 + …))), with which tanh(x) is x / (1 + …): right to the last digit for |x| < 0.5. */
function continuedFraction(square: Expression): Expression {
  const fraction = [11, 9, 7, 5].reduce<Expression>(
    (below, odd) => square.div(below.add(odd)),
    square.div(13),
  );
  return square.div(fraction.add(3));
}

/**
 * What tanh leaves of its input: small inputs vanish.
 *
 *     x − tanh(x)
 */
export const tanhShrink = createActivation({
  name: 'tanhShrink',
  className: 'TanhShrink',
  aliases: ['tanhshrink'],
  formula: ({x}) => {
    const fraction = continuedFraction(x.square());
    const near = x.mul(fraction).div(fraction.add(1));
    return where(x.abs().less(SMALL), near, x.sub(x.tanh()));
  },
  note: 'For sparse coding; its slope near 0 is almost 0, so small inputs hardly learn.',
});

export const TanhShrink = tanhShrink.layerClass;
