import type {Finding, LayerSnapshot} from '../types.js';
import type {Problem, Rule} from './rule.js';
import {plural} from '../text.js';

const FIXES: Finding['fixes'] = [
  {title: 'Lower the learning rate', code: 'model.compile({optimizer: tf.train.adam(1e-4), …})'},
  {title: 'Look for NaN, Infinity and very large numbers in the inputs and targets'},
  {title: 'Keep arguments of log and division in the loss away from 0'},
];

/** NaN or infinite outputs, or such weights of the activation: then the next outputs will be. */
export const nonFiniteRule: Rule = {
  id: 'non-finite',
  description: 'NaN or infinity',
  options: {},
  check: ({snapshot}) => snapshot.layers.flatMap(checkLayer),
};

function checkLayer(layer: LayerSnapshot): Problem[] {
  const units = layer.nonFinite.flatMap((count, unit) => (count > 0 ? [unit] : []));
  const weights = nonFiniteWeights(layer);
  if (units.length === 0 && weights.length === 0) return [];
  const count = units.reduce((sum, unit) => sum + layer.nonFinite[unit], 0);
  const outputs = `${plural(count, 'output')} of ${plural(units.length, 'unit')}`;
  const messages = [
    ...(count > 0 ? [`${outputs} were NaN or infinite`] : []),
    ...(weights.length > 0 ? [`NaN or infinity is in the learned ${weights.join(', ')}`] : []),
  ];
  return [
    {
      severity: 'error',
      layer: layer.name,
      ...(units.length > 0 ? {units} : {}),
      message: messages.join('; '),
      evidence: {
        count,
        weights,
        lastFiniteMin: Math.min(...layer.min.filter(Number.isFinite)),
        lastFiniteMax: Math.max(...layer.max.filter(Number.isFinite)),
      },
      fixes: FIXES,
    },
  ];
}

function nonFiniteWeights({weights = {}}: LayerSnapshot): string[] {
  const isBroken = ([, values]: [string, readonly number[]]): boolean =>
    !values.every(Number.isFinite);
  return Object.entries(weights)
    .filter(isBroken)
    .map(([name]) => name);
}
