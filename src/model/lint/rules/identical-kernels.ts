import {useInitializer} from '../fixes.js';
import type {LintRule} from '../types.js';

/** Kernels whose numbers all start alike. */
export const identicalKernelsRule: LintRule = {
  id: 'identical-kernels',
  description: 'A hidden kernel whose numbers all start alike',
  why:
    'Units that start alike get the same gradient and stay alike for ever: the layer is as good as one ' +
    'unit. From a kernel of zeros no gradient reaches the layers before.',
  reference:
    'Goodfellow, Bengio & Courville, 2016, Deep Learning, section 8.4, https://www.deeplearningbook.org/contents/optimization.html',
  check: ({layers}) =>
    layers
      .filter(({kernel, isOutput, units}) => kernel?.isUniform && !isOutput && units !== 1)
      .map(layer => ({
        severity: 'error',
        layer: layer.name,
        message: `its ${layer.units ?? ''} units all start alike, by ${layer.kernel!.initializer}`,
        evidence: {initializer: layer.kernel!.initializer, units: layer.units},
        fixes: [useInitializer(layer, "'heNormal'", 'Start the kernel at random')],
      })),
};
