import type {Rule} from '../types.js';
import {plural} from '../text.js';

/** NaN or infinite outputs. */
export const nonFiniteRule: Rule = {
  id: 'non-finite',
  check(layer) {
    const units = layer.nonFinite.flatMap((count, unit) => (count > 0 ? [unit] : []));
    if (units.length === 0) return [];
    const count = units.reduce((sum, unit) => sum + layer.nonFinite[unit], 0);
    return [
      {
        rule: 'non-finite',
        severity: 'error',
        layer: layer.name,
        units,
        message: `${plural(count, 'output')} of ${plural(units.length, 'unit')} were NaN or infinite`,
        evidence: {
          count,
          lastFiniteMin: Math.min(...layer.min),
          lastFiniteMax: Math.max(...layer.max),
        },
        fixes: [
          {
            title: 'Lower the learning rate',
            code: 'model.compile({optimizer: tf.train.adam(1e-4), …})',
          },
          {title: 'Look for NaN, Infinity and very large numbers in the inputs and targets'},
          {title: 'Keep arguments of log and division in the loss away from 0'},
        ],
      },
    ];
  },
};
