import {lowerLearningRate, revive, scaleInputs, slopeOnBothSides, startAtScale} from '../fixes.js';
import {percent, plural} from '../text.js';
import {ENOUGH_SAMPLES} from '../types.js';
import type {LayerSnapshot, Snapshot} from '../types.js';
import {LAYER_SHARE, isFiniteUnit, unitsWhere} from '../units.js';
import {defineRule} from './define-rule.js';
import type {Problem} from './rule.js';

const ID = 'dead-units';

/** An output this close to 0 rests there. */
const REST = 1e-6;

interface DeadOptions {
  readonly samples?: number;
}

/** The units that never fired in enough samples, rest at 0, and whose weights get no gradient. */
export function deadUnits(
  layer: LayerSnapshot,
  {samples = ENOUGH_SAMPLES}: DeadOptions = {},
): number[] {
  if (!layer.slope || layer.samples < Math.min(samples, ENOUGH_SAMPLES)) return [];
  return unitsWhere(
    layer,
    unit =>
      layer.quietSamples[unit] >= samples &&
      Math.max(Math.abs(layer.min[unit]), Math.abs(layer.max[unit])) <= REST &&
      (layer.weightSlope?.[unit] ?? 0) === 0 &&
      isFiniteUnit(layer, unit),
  );
}

/**
 * Dead: never fired in 300 samples, at rest at 0, and without a gradient for its own weights. Of n
 * different samples, that bounds its firing rate at 3/n with 95 % confidence (the rule of three); repeats
 * of the samples of a small data set are no further evidence. Small ReLU networks that learn well often
 * lose a third of their units: keras-contrib's detector warns from 10 % of a layer, SageMaker's from
 * 50 %, as this one does. It is an error where hardly anything of the layer is left.
 */
export const deadUnitsRule = defineRule({
  id: ID,
  description: 'Units that never fire',
  link: 'https://arxiv.org/abs/1903.06733',
  options: {
    samples: {
      default: ENOUGH_SAMPLES,
      minimum: 1,
      description: 'Samples in a row without firing',
    },
    share: LAYER_SHARE,
    errorShare: {default: 0.75, description: 'Share of a layer from which it is an error'},
  },
  check: ({snapshot, options}) =>
    snapshot.layers.flatMap(layer => checkLayer(layer, snapshot, options)),
});

function checkLayer(
  layer: LayerSnapshot,
  snapshot: Snapshot,
  options: Record<'samples' | 'share' | 'errorShare', number>,
): Problem[] {
  const units = deadUnits(layer, options);
  if (units.length === 0) return [];
  const share = units.length / layer.units;
  const quietSamples = Math.min(...units.map(unit => layer.quietSamples[unit]));
  // A sample that was seen again is no further evidence.
  const samples = Math.min(quietSamples, snapshot.trainingSamples ?? Infinity);
  const bound = Math.min(1, 3 / samples);
  const lastFired = units.map(unit => layer.lastFired[unit]);
  const neverFired = lastFired.filter(step => step < 0).length;
  return [
    {
      severity: share >= options.errorShare ? 'error' : share >= options.share ? 'warning' : 'info',
      layer: layer.name,
      units,
      message:
        `${units.length} of ${plural(layer.units, 'unit')} did not fire in the last ${quietSamples} ` +
        `samples or more${samples < quietSamples ? ` (${samples} different ones)` : ''}: each fires ` +
        `for less than ${percent(bound)} of inputs (95 % confidence)` +
        (neverFired === units.length ? '; none of them ever fired' : ''),
      evidence: {
        samples,
        quietSamples,
        firingRateBound: bound,
        share,
        lastFired,
        neverFired,
        ...validationEvidence(layer, units),
      },
      fixes: fixesOf(layer, snapshot, neverFired > units.length / 2),
    },
  ];
}

/** In how many validation samples they were silent too; which of them were not. */
function validationEvidence({validation}: LayerSnapshot, units: readonly number[]): object {
  if (!validation?.firingRate) return {};
  const {firingRate, samples} = validation;
  return {
    validationSamples: samples,
    firedInValidation: units.filter(unit => firingRate[unit] > 0),
  };
}

/** Units that never fired started that way; the others were pushed by an update that was too large. */
function fixesOf(
  layer: LayerSnapshot,
  snapshot: Snapshot,
  neverFired: boolean,
): NonNullable<Problem['fixes']> {
  const start = [scaleInputs, startAtScale(layer)];
  const rate = lowerLearningRate(snapshot);
  return [
    ...revive(layer, snapshot, ID),
    ...(neverFired ? [...start, rate] : [rate, ...start]),
    ...slopeOnBothSides(layer),
  ];
}
