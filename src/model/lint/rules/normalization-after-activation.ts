import {onlyFollower} from '../chains.js';
import {normalize} from '../fixes.js';
import type {LintRule} from '../types.js';

/** A batch normalization of what a ReLU or its like has cut off. */
export const normalizationAfterActivationRule: LintRule = {
  id: 'normalization-after-activation',
  description: 'A batch normalization behind an activation that is flat below 0',
  why:
    'The outputs of a ReLU are no bell curve: half of them are 0, and stay alike when normalized, and ' +
    'the next layer gets what is not cut off at all. The paper normalizes before the activation.',
  reference: 'Ioffe & Szegedy, 2015, section 3.2, https://arxiv.org/abs/1502.03167',
  check: ({layers}) =>
    layers
      .filter(
        layer =>
          layer.activation?.traits?.isFlatBelow &&
          layer.role !== 'recurrent' &&
          onlyFollower(layer)?.role === 'batch normalization',
      )
      .map(layer => ({
        severity: 'info',
        layer: onlyFollower(layer)!.name,
        message: `it normalizes what ${layer.activation!.name} in ${layer.name} has already cut off at 0`,
        evidence: {activation: layer.activation!.name, in: layer.name},
        fixes: [normalize(layer)],
      })),
};
