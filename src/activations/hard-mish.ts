import {createActivation} from '../definition.js';

/**
 * Mish made of a parabola and straight lines.
 *
 *     x/2 · min(max(0, x + 2), 2)
 */
export const hardMish = createActivation({
  name: 'hardMish',
  className: 'HardMish',
  formula: ({x}) => x.mul(0.5).multiplyNoNan(x.add(2).clipByValue(0, 2)),
  note: 'As Mish where exponentials are slow. Its gradient is 0 below −2.',
});

export const HardMish = hardMish.layerClass;
