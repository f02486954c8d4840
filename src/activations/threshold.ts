import {createActivation} from '../definition.js';
import {where} from '../formula/index.js';

/**
 * Replaces all that is not above a threshold.
 *
 *     x for x > threshold, value elsewhere
 *
 * `defaultValue`, the name in Keras 3, means value too.
 */
export const threshold = createActivation({
  name: 'threshold',
  className: 'Threshold',
  options: {threshold: 1, value: 0},
  optionAliases: {defaultValue: 'value'},
  formula: ({x, threshold, value}) => where(x.lessEqual(threshold), value, x),
  note: 'As thresholdedRelu, with a value of choice below; its gradient there is 0.',
});

export const Threshold = threshold.layerClass;
