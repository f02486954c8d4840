import {activationLayerOf, onlyFollower} from '../chains.js';
import {useInitializer} from '../fixes.js';
import type {LintProblem, LintRule, LintedLayer} from '../types.js';

/** Kernels whose numbers all start alike. */
export const identicalKernelsRule: LintRule = {
  id: 'identical-kernels',
  description: 'A hidden kernel whose numbers all start alike',
  why:
    'Units that start alike do the same until the layer behind tells them apart, and learn little until ' +
    'then. Where that starts alike too, or the activation is flat at 0 and the kernel is 0, they never ' +
    'come apart: the layer is as good as one unit. Zeros in a linear layer at the end of a branch are fine.',
  reference:
    'Goodfellow, Bengio & Courville, 2016, Deep Learning, section 8.4, https://www.deeplearningbook.org/contents/optimization.html',
  check: ({layers}) => layers.flatMap(checkLayer),
};

function checkLayer(layer: LintedLayer): LintProblem[] {
  const {kernel, isOutput, units} = layer;
  if (!kernel || kernel.uniformValue === null || isOutput || units === 1) return [];
  const acting = layerThatBends(layer);
  const next = onlyFollower(acting);
  const staysAlike = next?.role === 'kernel' && next.kernel?.uniformValue != null;
  const isStuck = staysAtZero(layer, acting);
  const isLinear = acting.activation?.traits?.isLinear;
  if (kernel.uniformValue === 0 && isLinear && !staysAlike) return [];
  const {initializer} = kernel;
  return [
    {
      severity: isStuck || staysAlike ? 'error' : 'warning',
      layer: layer.name,
      message:
        `its ${units ?? ''} units all start alike, by ${initializer}` +
        (isStuck
          ? `, where ${acting.activation!.name} has no slope`
          : staysAlike
            ? `, and so does ${next.name}: they stay alike`
            : ''),
      evidence: {initializer, units, isStuck, staysAlike},
      fixes: [useInitializer(layer, initializerFor(acting), 'Start the kernel at random')],
    },
  ];
}

/** As code: what the activation asks for, by its kind. */
function initializerFor({activation}: LintedLayer): string {
  if (activation?.traits?.isSelfNormalizing) return "'leCunNormal'";
  return activation?.traits?.isSaturating ? "'glorotNormal'" : "'heNormal'";
}

/** The layer that applies the activation behind a kernel, past a batch normalization. */
function layerThatBends(layer: LintedLayer): LintedLayer {
  const own = activationLayerOf(layer);
  const next = onlyFollower(own);
  if (!own.activation?.traits?.isLinear || next?.role !== 'batch normalization') return own;
  const behind = onlyFollower(next);
  return behind?.role === 'activation' ? behind : own;
}

/** Whether the activation is given 0 alone, and has no slope there. */
function staysAtZero(layer: LintedLayer, {activation}: LintedLayer): boolean {
  const {kernel, hasBias, initialBias} = layer;
  if (kernel?.uniformValue !== 0 || (hasBias && initialBias !== 0)) return false;
  return activation?.traits?.slopeAt(0) === 0;
}
