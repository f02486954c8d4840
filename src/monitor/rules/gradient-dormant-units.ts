import {fewerUnits, lowerLearningRate, normalizeBeforeActivation} from '../fixes.js';
import {plural} from '../text.js';
import type {LayerSnapshot, Snapshot} from '../types.js';
import {LAYER_SHARE, SAMPLES_NEEDED, hiddenLayers, unitsBelow} from '../units.js';
import {deadUnits} from './dead-units.js';
import {defineRule} from './define-rule.js';
import type {Problem} from './rule.js';
import {saturatedUnits} from './saturated-units.js';

/**
 * Gradient-dormant by GraMa: mean |∂loss/∂z| over its mean in the layer is at most 0.01, so that the
 * unit hardly learns. It tells also for activations that never rest at 0. Only hidden layers are judged,
 * and only where any gradient comes.
 */
export const gradientDormantUnitsRule = defineRule({
  id: 'gradient-dormant-units',
  description: 'Units that get much less gradient than their layer',
  link: 'https://arxiv.org/abs/2505.24061',
  options: {
    samples: SAMPLES_NEEDED,
    score: {default: 0.01, description: 'Mean |∂loss/∂z| ÷ the mean of the layer, at most'},
    share: LAYER_SHARE,
  },
  check: ({snapshot, options}) =>
    hiddenLayers(snapshot, options.samples).flatMap(layer => checkLayer(layer, snapshot, options)),
});

function checkLayer(
  layer: LayerSnapshot,
  snapshot: Snapshot,
  options: Record<'score' | 'share', number>,
): Problem[] {
  const gradient = layer.inputGradient ?? layer.gradient;
  if (!gradient) return [];
  const others = new Set([...deadUnits(layer), ...saturatedUnits(layer)]);
  const {units, scores, mean, share} = unitsBelow(layer, gradient, options.score, others);
  if (units.length === 0) return [];
  return [
    {
      severity: share >= options.share ? 'warning' : 'info',
      layer: layer.name,
      units,
      message:
        `${units.length} of ${plural(layer.units, 'unit')} hardly learn: their mean gradient is at ` +
        `most ${options.score} of the layer's`,
      evidence: {samples: layer.samples, scores, layerMean: mean, share},
      fixes: [lowerLearningRate(snapshot), normalizeBeforeActivation(layer), fewerUnits(layer)],
    },
  ];
}
