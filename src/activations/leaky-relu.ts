import {createActivation} from '../definition.js';
import {where} from '../formula/index.js';

/**
 * Leaky ReLU.
 *
 *     x for x > 0, alpha · x below
 *
 * `negativeSlope`, Keras 3's name, means alpha too. The op and the string 'leaky_relu' have alpha 0.2,
 * as in Keras 3; the layer has 0.3, as in Keras and TensorFlow.js.
 */
export const leakyRelu = createActivation({
  name: 'leakyRelu',
  className: 'LeakyReLU',
  options: {alpha: 0.2},
  layerOptions: {alpha: 0.3},
  optionAliases: {negativeSlope: 'alpha'},
  formula: ({x, alpha}) => where(x.lessEqual(0), x.multiplyNoNan(alpha), x),
  paper: 'Maas et al., 2013, https://ai.stanford.edu/~amaas/papers/relu_hybrid_icml2013_final.pdf',
  note: 'Where ReLU units die; the paper saw little difference in accuracy from ReLU.',
});

export const LeakyReLU = leakyRelu.layerClass;
