import {ENOUGH_SAMPLES} from '../types.js';
import type {LayerSnapshot} from '../types.js';
import type {Problem, Rule} from './rule.js';
import {percent, plural} from '../text.js';

/** An output this close to 0 rests there. */
const REST = 1e-6;

/** The share of a layer's units from which its dead ones are an error. */
const ERROR_SHARE = 0.5;

/** The units that never fired in enough samples, rest at 0, and whose weights get no gradient. */
export function deadUnits(layer: LayerSnapshot): number[] {
  if (!layer.slope) return [];
  return layer.quietSamples.flatMap((samples, unit) =>
    samples >= ENOUGH_SAMPLES &&
    Math.max(Math.abs(layer.min[unit]), Math.abs(layer.max[unit])) <= REST &&
    (layer.weightSlope?.[unit] ?? 0) === 0 &&
    layer.nonFinite[unit] === 0
      ? [unit]
      : [],
  );
}

/** Dead: never fired in n ≥ 300 samples, which bounds its firing rate at 3/n with 95 % confidence. */
export const deadUnitsRule: Rule = {
  id: 'dead-units',
  description: 'Units that never fire',
  options: {},
  check: ({snapshot}) => snapshot.layers.flatMap(checkLayer),
};

function checkLayer(layer: LayerSnapshot): Problem[] {
  const units = deadUnits(layer);
  if (units.length === 0) return [];
  const samples = Math.min(...units.map(unit => layer.quietSamples[unit]));
  const bound = 3 / samples;
  return [
    {
      severity: units.length / layer.units >= ERROR_SHARE ? 'error' : 'warning',
      layer: layer.name,
      units,
      message:
        `${units.length} of ${plural(layer.units, 'unit')} did not fire in the last ${samples} ` +
        `samples or more: each fires for less than ${percent(bound)} of inputs (95 % confidence)`,
      evidence: {samples, firingRateBound: bound, share: units.length / layer.units},
      fixes: [
        {
          title: 'Lower the learning rate',
          code: 'model.compile({optimizer: tf.train.adam(1e-3), …})',
        },
        {
          title: 'Start the biases at 0 and the kernels at the scale of the activation',
          code: "tf.layers.dense({units, kernelInitializer: 'heNormal', biasInitializer: 'zeros'})",
        },
        {
          title: 'Use an activation with a slope on both sides',
          code: 'model.add(tf.layers.dense({units})); model.add(layers.prelu({alphaInitializer: tf.initializers.constant({value: 0.25})}))',
        },
      ],
    },
  ];
}
