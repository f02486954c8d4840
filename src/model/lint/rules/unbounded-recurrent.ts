import {rangeText} from '../chains.js';
import {useActivation} from '../fixes.js';
import type {LintRule, LintedLayer} from '../types.js';

/** A recurrent layer whose state may grow from step to step. */
export const unboundedRecurrentRule: LintRule = {
  id: 'unbounded-recurrent',
  description: 'An activation without bounds in a recurrent layer',
  why:
    'The state goes through the same kernel at every step: what is not bounded grows or shrinks ' +
    'exponentially with the length of the sequence. A ReLU can do with a recurrent kernel that starts ' +
    'as the identity.',
  reference: 'Le, Jaitly & Hinton, 2015, https://arxiv.org/abs/1504.00941',
  check: ({layers}) =>
    layers.filter(isUnbounded).map(layer => {
      const {name, traits} = layer.activation!;
      const {range} = traits!;
      return {
        severity: 'warning',
        layer: layer.name,
        message: `${name} gives ${rangeText(range)} at each step, and the next step starts from it`,
        evidence: {activation: name, range},
        fixes: [useActivation(layer, 'tanh')],
      };
    }),
};

function isUnbounded({role, activation, keepsState}: LintedLayer): boolean {
  const [low, high] = activation?.traits?.range ?? [0, 0];
  return role === 'recurrent' && !keepsState && (low === null || high === null);
}
