import {onlyFollower} from '../chains.js';
import {useActivation} from '../fixes.js';
import type {LintRule} from '../types.js';

/** A softmax where the next layer wants features. */
export const hiddenProbabilitiesRule: LintRule = {
  id: 'hidden-probabilities',
  description: 'A softmax or its like between two layers with kernels',
  why:
    'Outputs that share 1 make the units of a hidden layer compete: one is large, the others vanish, ' +
    'and so do their gradients. It is for outputs, and for weighing (attention).',
  reference:
    'Goodfellow, Bengio & Courville, 2016, Deep Learning, section 6.2.2.3, https://www.deeplearningbook.org/contents/mlp.html',
  check: ({layers}) =>
    layers
      .filter(({activation, role}) => activation?.gives && ['kernel', 'activation'].includes(role))
      .filter(layer => onlyFollower(layer)?.role === 'kernel')
      .map(layer => ({
        severity: 'warning',
        layer: layer.name,
        message: `${layer.activation!.name} makes its ${layer.units ?? ''} units share 1 before ${onlyFollower(layer)!.name}`,
        evidence: {activation: layer.activation!.name, next: onlyFollower(layer)!.name},
        fixes: [useActivation(layer, 'relu')],
      })),
};
