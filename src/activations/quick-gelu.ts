import {createActivation} from '../definition.js';

/**
 * GELU approximated by a sigmoid.
 *
 *     x · sigmoid(1.702x)
 */
export const quickGelu = createActivation({
  name: 'quickGelu',
  className: 'QuickGELU',
  formula: ({x}) => x.multiplyNoNan(x.mul(1.702).sigmoid()),
  paper: 'Hendrycks & Gimpel, 2016, https://arxiv.org/abs/1606.08415',
  note: 'For models that were trained with it, such as CLIP.',
});

export const QuickGELU = quickGelu.layerClass;
