import {createActivation} from '../definition.js';
import {constant, where} from '../formula/index.js';

/**
 * Rectified linear unit.
 *
 *     max(0, x), or with options: maxValue for x ≥ maxValue; x for x > threshold;
 *     negativeSlope · (x − threshold) at the threshold and below, as Keras computes it
 */
export const relu = createActivation({
  name: 'relu',
  className: 'ReLU',
  options: {
    maxValue: {default: null, minimum: 0},
    negativeSlope: {default: 0, minimum: 0},
    threshold: {default: 0, minimum: 0},
  },
  formula: ({x, maxValue, negativeSlope, threshold}) => {
    const below = negativeSlope === 0 ? constant(0) : x.sub(threshold).mul(negativeSlope);
    const unbounded = where(x.lessEqual(threshold), below, x);
    return maxValue === null ? unbounded : unbounded.minimum(maxValue);
  },
  paper: 'Nair & Hinton, 2010, https://icml.cc/Conferences/2010/papers/432.pdf',
  note:
    'The usual first choice with He initialization. Units whose inputs stay negative die: their ' +
    'gradient is 0.',
});

export const ReLU = relu.layerClass;
