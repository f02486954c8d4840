import {ENOUGH_SAMPLES} from '../types.js';
import type {LayerSnapshot} from '../types.js';
import type {Problem, Rule} from './rule.js';
import {percent, plural} from '../text.js';
import {deadUnits} from './dead-units.js';

/** A unit is saturated where its mean slope is below this share of the formula's largest. */
const SATURATED_SHARE = 0.01;

/** The units whose mean |f′(z)| is below 1 % of the formula's largest, and that are not dead. */
export function saturatedUnits(layer: LayerSnapshot): number[] {
  const {slope, largestSlope, samples} = layer;
  if (!slope || !largestSlope || samples < ENOUGH_SAMPLES) return [];
  const dead = new Set(deadUnits(layer));
  return slope.flatMap((mean, unit) => {
    const isSaturated = mean < SATURATED_SHARE * largestSlope[unit];
    return isSaturated && !dead.has(unit) && layer.nonFinite[unit] === 0 ? [unit] : [];
  });
}

/** Saturated: the output hardly moves with the input, such as a tanh at ±1. */
export const saturatedUnitsRule: Rule = {
  id: 'saturated-units',
  description: 'Units that hardly move',
  options: {},
  check: ({snapshot}) => snapshot.layers.flatMap(checkLayer),
};

function checkLayer(layer: LayerSnapshot): Problem[] {
  const units = saturatedUnits(layer);
  if (units.length === 0) return [];
  const shares = units.map(unit => layer.slope![unit] / layer.largestSlope![unit]);
  const highest = Math.max(...shares);
  return [
    {
      severity: 'warning',
      layer: layer.name,
      units,
      message:
        `${units.length} of ${plural(layer.units, 'unit')} hardly move: over ` +
        `${layer.samples} samples their mean slope is at most ${percent(highest)} of the ` +
        `formula's largest`,
      evidence: {samples: layer.samples, relativeSlope: shares},
      fixes: [
        {title: 'Scale the inputs to mean 0 and variance 1'},
        {
          title: 'Start the kernels at the scale of the activation',
          code: "tf.layers.dense({units, kernelInitializer: 'glorotNormal'})",
        },
        {
          title: 'Normalize before the activation',
          code: 'model.add(tf.layers.batchNormalization())',
        },
      ],
    },
  ];
}
