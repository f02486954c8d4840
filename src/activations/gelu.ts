import {createActivation} from '../definition.js';
import type {Expression} from '../formula/index.js';

const PAPER = 'Hendrycks & Gimpel, 2016, https://arxiv.org/abs/1606.08415';

/** x · sigmoid(2u) is x/2 · (1 + tanh u), without its cancellation. */
function tanhForm(x: Expression): Expression {
  const u = x.add(x.mul(x.square()).mul(0.044715)).mul(Math.sqrt(2 / Math.PI));
  return x.multiplyNoNan(u.mul(2).sigmoid());
}

/**
 * Gaussian error linear unit.
 *
 *     x/2 · erfc(−x/√2), or with `approximate`: x/2 · (1 + tanh(√(2/π) · (x + 0.044715x³)))
 */
export const gelu = createActivation({
  name: 'gelu',
  className: 'GELU',
  options: {approximate: false},
  formula: ({x, approximate}) =>
    approximate ? tanhForm(x) : x.multiplyNoNan(x.mul(-Math.SQRT1_2).erfc().mul(0.5)),
  paper: PAPER,
  note: 'The usual choice in transformers. Not monotonic.',
});

/**
 * The tanh form of GELU, under the name that TensorFlow.js has for it.
 *
 *     x/2 · (1 + tanh(√(2/π) · (x + 0.044715x³)))
 */
export const geluNew = createActivation({
  name: 'geluNew',
  className: 'GELUNew',
  formula: ({x}) => tanhForm(x),
  paper: PAPER,
  note: 'For models that were trained with it, such as BERT and GPT-2.',
});

export const GELU = gelu.layerClass;
export const GELUNew = geluNew.layerClass;
