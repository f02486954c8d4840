import {createActivation} from '../definition.js';

/**
 * A smooth ReLU.
 *
 *     ln(1 + eˣ)
 */
export const softplus = createActivation({
  name: 'softplus',
  className: 'Softplus',
  formula: ({x}) => x.softplus(),
  paper: 'Dugas et al., 2001',
});

export const Softplus = softplus.layerClass;
