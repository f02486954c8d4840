import {createActivation} from '../definition.js';

/**
 * Swish made of straight lines, also called hard SiLU.
 *
 *     x · min(max(0, x + 3), 6) / 6
 */
export const hardSwish = createActivation({
  name: 'hardSwish',
  className: 'HardSwish',
  aliases: ['hardSilu', 'hardswish'],
  formula: ({x}) => x.multiplyNoNan(x.add(3).clipByValue(0, 6).div(6)),
  paper: 'Howard et al., 2019, https://arxiv.org/abs/1905.02244',
  note:
    'For mobile networks: the paper replaces Swish by it where exponentials are slow, in the ' +
    'deeper layers. Its gradient is 0 below −3.',
});

export const HardSwish = hardSwish.layerClass;
