import {onlyFollower} from '../chains.js';
import type {LintRule} from '../types.js';

/** Dropout whose noise a batch normalization takes for variance. */
export const dropoutBeforeNormalizationRule: LintRule = {
  id: 'dropout-before-normalization',
  description: 'Dropout right before a batch normalization',
  why:
    'Dropout raises the variance in training alone; the moving variance that batch normalization uses ' +
    'afterwards is then too large, and predictions are off.',
  reference: 'Li et al., 2018, https://arxiv.org/abs/1801.05134',
  check: ({layers}) =>
    layers
      .filter(layer => layer.role === 'dropout' && layer.dropout.rate > 0)
      .filter(layer => onlyFollower(layer)?.role === 'batch normalization')
      .map(layer => ({
        severity: 'info',
        layer: layer.name,
        message: `${onlyFollower(layer)!.name} normalizes what it has dropped from`,
        evidence: {rate: layer.dropout.rate, normalization: onlyFollower(layer)!.name},
        fixes: [
          {
            title: 'Drop behind the normalization',
            code: `model.add(tf.layers.batchNormalization());\nmodel.add(tf.layers.dropout({rate: ${layer.dropout.rate}}));`,
          },
        ],
      })),
};
