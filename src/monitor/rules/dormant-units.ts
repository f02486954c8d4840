import {fewerUnits, lowerLearningRate, startAtScale} from '../fixes.js';
import {plural} from '../text.js';
import type {LayerSnapshot, Snapshot} from '../types.js';
import {LAYER_SHARE, SAMPLES_NEEDED, hiddenLayers, unitsBelow} from '../units.js';
import {deadUnits} from './dead-units.js';
import {defineRule} from './define-rule.js';
import type {Problem} from './rule.js';

/**
 * Dormant by ReDo's score: mean |output| over its mean in the layer, E|h_i| ÷ mean_k E|h_k| ≤ τ. A
 * few are common, and so are many at the start; where most units are later, a network has stopped using
 * its width. Dead units, whose score is 0, have a rule of their own. The scale of a model's outputs is
 * the task's, so only hidden layers are judged.
 */
export const dormantUnitsRule = defineRule({
  id: 'dormant-units',
  description: 'Units that are much quieter than their layer',
  link: 'https://arxiv.org/abs/2302.12902',
  options: {
    samples: SAMPLES_NEEDED,
    score: {default: 0.025, description: 'Mean |output| ÷ the mean of the layer, at most'},
    share: LAYER_SHARE,
  },
  check: ({snapshot, options}) =>
    hiddenLayers(snapshot, options.samples)
      .filter(({slope}) => slope !== null)
      .flatMap(layer => checkLayer(layer, snapshot, options)),
});

function checkLayer(
  layer: LayerSnapshot,
  snapshot: Snapshot,
  options: Record<'score' | 'share', number>,
): Problem[] {
  const dead = new Set(deadUnits(layer));
  const {units, scores, share} = unitsBelow(layer, layer.magnitude, options.score, dead);
  if (units.length === 0) return [];
  const isWarning = share >= options.share && layer.fromStep > 0;
  return [
    {
      severity: isWarning ? 'warning' : 'info',
      layer: layer.name,
      units,
      message:
        `${units.length} of ${plural(layer.units, 'unit')} are dormant: their mean |output| is at ` +
        `most ${options.score} of the layer's`,
      evidence: {samples: layer.samples, scores, share},
      fixes: [lowerLearningRate(snapshot), startAtScale(layer), fewerUnits(layer)],
    },
  ];
}
