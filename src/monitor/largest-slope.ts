import type {AnyActivation} from '../activation-types.js';
import {derivative, evaluate} from '../formula/index.js';
import type {Values} from '../formula/index.js';
import type {Options} from '../options.js';

const LIMIT = 10;
const STEP = 0.125;

/** The largest |∂y/∂x| of an activation for −10 ≤ x ≤ 10, at given options and weights. */
export function largestSlope(activation: AnyActivation, options: Options, weights: Values): number {
  const slope = derivative(activation.instance(options).formula, 'x');
  let largest = 0;
  for (let x = -LIMIT; x <= LIMIT; x += STEP) {
    largest = Math.max(largest, Math.abs(evaluate(slope, {...weights, x})));
  }
  return largest;
}
