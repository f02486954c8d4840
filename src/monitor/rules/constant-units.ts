import {fewerUnits, lowerLearningRate, scaleInputs} from '../fixes.js';
import type {Fix} from '../fixes.js';
import {layerCode} from '../layer-code.js';
import {plural} from '../text.js';
import type {LayerSnapshot, Snapshot} from '../types.js';
import {LAYER_SHARE, SAMPLES_NEEDED, isFiniteUnit, isOutput, unitsWhere} from '../units.js';
import {deadUnits} from './dead-units.js';
import {defineRule} from './define-rule.js';
import type {Problem} from './rule.js';
import {saturatedUnits} from './saturated-units.js';

/** Outputs whose spread is below this share of the largest differ by rounding only. */
const ROUNDING = 1e-6;

/**
 * Constant: the output is the same for every sample, though the unit is neither dead nor saturated.
 * Such as a softmax over one unit, or a unit behind inputs that do not vary. It is an error where no
 * output of the model varies: it answers the same to everything.
 */
export const constantUnitsRule = defineRule({
  id: 'constant-units',
  description: 'Units whose output never varies, though they are neither dead nor saturated',
  link: 'https://arxiv.org/abs/2204.00694',
  options: {
    samples: SAMPLES_NEEDED,
    share: LAYER_SHARE,
    patience: 2,
  },
  check: ({snapshot, options}) =>
    upToFirstConstant(snapshot.layers)
      .filter(({samples}) => samples >= options.samples)
      .flatMap(layer => checkLayer(layer, snapshot, options.share)),
});

/** Behind a layer none of whose units varies, nothing can. */
function upToFirstConstant(layers: readonly LayerSnapshot[]): readonly LayerSnapshot[] {
  const first = layers.findIndex(
    layer => unitsWhere(layer, unit => isConstant(layer, unit)).length === layer.units,
  );
  return first < 0 ? layers : layers.slice(0, first + 1);
}

function checkLayer(layer: LayerSnapshot, snapshot: Snapshot, warningShare: number): Problem[] {
  const others = new Set([...deadUnits(layer), ...saturatedUnits(layer)]);
  const units = unitsWhere(
    layer,
    unit => isConstant(layer, unit) && !others.has(unit) && isFiniteUnit(layer, unit),
  );
  if (units.length === 0) return [];
  const share = units.length / layer.units;
  const isOfOutputs = isOutput(layer, snapshot);
  const isError = isOfOutputs && share === 1;
  return [
    {
      severity: isError ? 'error' : share >= warningShare ? 'warning' : 'info',
      layer: layer.name,
      units,
      message:
        `${units.length} of ${plural(layer.units, 'unit')} gave the same output for each of ` +
        `${layer.samples} samples${isError ? ', so the model answers the same to everything' : ''}`,
      evidence: {samples: layer.samples, outputs: units.map(unit => layer.mean[unit]), share},
      fixes: isSingleSoftmax(layer) ? [useSigmoid(layer)] : fixesOf(layer, snapshot, isOfOutputs),
    },
  ];
}

/** How many outputs there are is the task's choice. */
function fixesOf(layer: LayerSnapshot, snapshot: Snapshot, isOfOutputs: boolean): Fix[] {
  return [
    {
      title: 'See whether the inputs vary from sample to sample',
      code: 'tf.moments(x, 0).variance.print();',
    },
    scaleInputs,
    lowerLearningRate(snapshot),
    ...(isOfOutputs || layer.units === 1 ? [] : [fewerUnits(layer)]),
  ];
}

function isSingleSoftmax({units, slope}: LayerSnapshot): boolean {
  return units === 1 && slope === null;
}

function useSigmoid(layer: LayerSnapshot): Fix {
  return {
    title: 'A single output with softmax is always 1: use sigmoid',
    code: `${layerCode(layer, {activation: "'sigmoid'"})};`,
  };
}

function isConstant({min, max}: LayerSnapshot, unit: number): boolean {
  const largest = Math.max(Math.abs(min[unit]), Math.abs(max[unit]));
  return max[unit] - min[unit] <= ROUNDING * largest;
}
