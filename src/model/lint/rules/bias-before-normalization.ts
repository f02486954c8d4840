import {isStraight} from '../chains.js';
import {layerCode} from '../../../monitor/layer-code.js';
import type {LintRule} from '../types.js';

/** A bias that a batch normalization takes away again. */
export const biasBeforeNormalizationRule: LintRule = {
  id: 'bias-before-normalization',
  description: 'A bias that the batch normalization behind it cancels',
  why:
    'Batch normalization subtracts the mean, and the bias with it; its own offset does that work. The ' +
    'weights are wasted, but do no harm.',
  reference: 'Ioffe & Szegedy, 2015, section 3.2, https://arxiv.org/abs/1502.03167',
  check: ({layers}) =>
    layers
      .filter(
        layer =>
          layer.role === 'kernel' &&
          layer.hasBias &&
          isStraight(layer) &&
          layer.after.length === 1 &&
          layer.after[0].role === 'batch normalization',
      )
      .map(layer => ({
        severity: 'info',
        layer: layer.name,
        message: `${layer.after[0].name} cancels its bias`,
        evidence: {normalization: layer.after[0].name, biases: layer.units},
        fixes: [{title: 'Leave out the bias', code: `${layerCode(layer, {useBias: 'false'})};`}],
      })),
};
