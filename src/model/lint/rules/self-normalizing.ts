import {followers} from '../chains.js';
import {useInitializer} from '../fixes.js';
import type {LintProblem, LintRule, LintedLayer} from '../types.js';

/** How near a kernel must be to LeCun's scale to do as well. */
const LEAST = 0.7;
const MOST = 1.1;

/** What self-normalizing activations ask of the layers around them. */
export const selfNormalizingRule: LintRule = {
  id: 'self-normalizing',
  description: 'A self-normalizing activation without what it needs',
  why:
    'SELU and its like draw signals to mean 0 and variance 1 only where kernels start with variance ' +
    '1 / fan-in, and nothing else moves the mean, as plain dropout does.',
  reference: 'Klambauer et al., 2017, https://arxiv.org/abs/1706.02515',
  check: ({layers}) => layers.flatMap(checkLayer),
};

function checkLayer(layer: LintedLayer): LintProblem[] {
  if (!layer.activation?.traits?.isSelfNormalizing) return [];
  return [...checkKernel(layer), ...checkDropout(layer)];
}

function checkKernel(layer: LintedLayer): LintProblem[] {
  const owner = layer.role === 'kernel' ? layer : layer.before[0];
  if (owner?.role !== 'kernel' || !owner.kernel || owner.kernel.isLecun || owner.isOutput)
    return [];
  const {initializer, scale} = owner.kernel;
  if (scale === null) return [];
  return [
    {
      severity: scale >= LEAST && scale <= MOST ? 'info' : 'warning',
      layer: owner.name,
      message: `${layer.activation!.name} normalizes itself with leCunNormal kernels alone; this one starts by ${initializer}`,
      evidence: {initializer, varianceTimesFanIn: scale, asked: 1},
      fixes: [useInitializer(owner, "'leCunNormal'", 'Start the kernel by leCunNormal')],
    },
  ];
}

function checkDropout(layer: LintedLayer): LintProblem[] {
  return followers(layer)
    .filter(
      ({role, keepsMoments, dropout}) => role === 'dropout' && !keepsMoments && dropout.rate > 0,
    )
    .map(dropout => ({
      severity: 'warning',
      layer: dropout.name,
      message: `plain dropout behind ${layer.activation!.name} moves the mean and variance that it keeps`,
      evidence: {rate: dropout.dropout.rate, behind: layer.name},
      fixes: [
        {
          title: 'Use AlphaDropout, at a tenth or so',
          code: 'model.add(tf.layers.alphaDropout({rate: 0.1}));',
        },
      ],
    }));
}
