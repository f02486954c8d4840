import {createActivation} from '../definition.js';

/**
 * Nearly linear above zero, with a tail that fades fast below; also called TanhExp.
 *
 *     x · tanh(eˣ)
 */
export const telu = createActivation({
  name: 'telu',
  className: 'TeLU',
  aliases: ['tanhExp'],
  formula: ({x}) => x.multiplyNoNan(x.exp().tanh()),
  paper: 'Fernandez & Mali, 2024, https://arxiv.org/abs/2412.20269',
  note: 'The paper claims fast convergence, near-linear above 0, and stable training. Not monotonic.',
});

export const TeLU = telu.layerClass;
