import {addActivation} from '../fixes.js';
import type {LintRule, LintedLayer, LintedWeight} from '../types.js';

const decayed = ({weights}: LintedLayer): LintedWeight[] =>
  weights.filter(({l1, l2, isDefault}) => (l1 > 0 || l2 > 0) && !isDefault);

/** Weight decay on the weights of an activation. */
export const decayedActivationWeightsRule: LintRule = {
  id: 'decayed-activation-weights',
  description: 'Weight decay on the learned weights of an activation',
  why:
    'Decay draws the weights of an activation to 0, where it is another one: a PReLU becomes a ReLU, a ' +
    'Swish becomes linear. He et al. leave it out for that reason.',
  reference: 'He et al., 2015, section 2.1, https://arxiv.org/abs/1502.01852',
  check: ({layers}) =>
    layers
      .filter(layer => decayed(layer).length > 0)
      .map(layer => ({
        severity: 'warning',
        layer: layer.name,
        message: `${decayed(layer)
          .map(({name}) => name)
          .join(
            ', ',
          )} of its activation ${decayed(layer).length === 1 ? 'is' : 'are'} drawn to 0 by weight decay`,
        evidence: Object.fromEntries(decayed(layer).map(({name, l1, l2}) => [name, {l1, l2}])),
        fixes: [addActivation(layer, 'Leave the regularizer out')],
      })),
};
