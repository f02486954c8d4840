import {isStraight, onlyFollower, rangeText} from '../chains.js';
import {layerCode} from '../../../monitor/layer-code.js';
import type {LintProblem, LintRule, LintedLayer} from '../types.js';

/** An activation right behind another. */
export const doubledActivationRule: LintRule = {
  id: 'doubled-activation',
  description: 'An activation applied to the outputs of another',
  why:
    'Mostly the layer before was given an activation and another was added by oversight: what the ' +
    'first cut off, the second never sees, and gradients shrink twice.',
  reference: 'Nikanjam et al., 2021, NeuraLint, https://arxiv.org/abs/2105.08095',
  check: ({layers}) => layers.flatMap(checkLayer),
};

function checkLayer(layer: LintedLayer): LintProblem[] {
  const {role, activation} = layer;
  if (!activation || isStraight(layer) || role === 'recurrent' || role === 'other') return [];
  const next = onlyFollower(layer);
  if (next?.role !== 'activation' || !next.activation || isStraight(next)) return [];
  const second = next.activation;
  // Layers that mix units may do the work of a kernel.
  if (![activation, second].every(({traits, gives}) => traits ?? gives)) return [];
  const isIdle =
    activation.traits && second.traits && !second.traits.changes(activation.traits.range);
  const squashesTwice = activation.gives !== undefined && second.gives !== undefined;
  const {range} = activation.traits ?? {};
  return [
    {
      severity: squashesTwice ? 'error' : isIdle ? 'info' : 'warning',
      layer: next.name,
      message:
        `${second.name} is applied to the outputs of ${activation.name} in ${layer.name}` +
        (isIdle ? ', where it changes nothing' : range ? `, which are ${rangeText(range)}` : ''),
      evidence: {
        first: activation.name,
        second: second.name,
        in: layer.name,
        changesNothing: Boolean(isIdle),
      },
      fixes: [
        role === 'kernel'
          ? {
              title: `Leave out the activation of ${layer.name}`,
              code: `${layerCode(layer)};`,
            }
          : {title: `Leave out ${layer.name}`},
        {title: `Or leave out ${next.name}`},
      ],
    },
  ];
}
