import {createActivation} from '../definition.js';

/**
 * Swish with the logarithm of the sigmoid.
 *
 *     x · ln(1 + sigmoid(x))
 */
export const logish = createActivation({
  name: 'logish',
  className: 'Logish',
  formula: ({x}) => x.multiplyNoNan(x.sigmoid().log1p()),
  paper: 'Zhu et al., 2021, https://doi.org/10.1016/j.neucom.2021.06.067',
  note:
    'The paper reports gains over Swish and Mish in image classification. Its slope at large ' +
    'inputs is ln 2.',
});

export const Logish = logish.layerClass;
