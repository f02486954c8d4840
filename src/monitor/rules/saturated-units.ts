import {
  lowerLearningRate,
  normalizeBeforeActivation,
  revive,
  scaleInputs,
  startAtScale,
} from '../fixes.js';
import {isStuck} from '../revival.js';
import {percent, plural} from '../text.js';
import {ENOUGH_SAMPLES} from '../types.js';
import type {LayerSnapshot, Snapshot} from '../types.js';
import {LAYER_SHARE, SAMPLES_NEEDED, isFiniteUnit, isOutput, unitsWhere} from '../units.js';
import {deadUnits} from './dead-units.js';
import {defineRule} from './define-rule.js';
import type {Problem} from './rule.js';

const ID = 'saturated-units';

/** A unit is saturated where its mean slope is below this share of the formula's largest. */
const SATURATED_SLOPE = 0.01;

/** Where the largest output is this many times the mean one, the unit rests at 0 and fires rarely. */
const RARE = 50;

interface SaturatedOptions {
  readonly samples?: number;
  readonly slope?: number;
}

/** The units whose mean |f′(z)| is below 1 % of the formula's largest, and that are not dead. */
export function saturatedUnits(
  layer: LayerSnapshot,
  {samples = ENOUGH_SAMPLES, slope: limit = SATURATED_SLOPE}: SaturatedOptions = {},
): number[] {
  const {slope, largestSlope} = layer;
  if (!slope || !largestSlope || layer.samples < samples) return [];
  const dead = new Set(deadUnits(layer));
  return unitsWhere(
    layer,
    unit =>
      slope[unit] < limit * largestSlope[unit] && !dead.has(unit) && isFiniteUnit(layer, unit),
  );
}

/**
 * Saturated: the output hardly moves with the input, by the formula's own derivative, such as a tanh
 * at ±1. A unit that rests at 0 and fires rarely is counted, but does no harm; nor does the output of a
 * model that has become sure.
 */
export const saturatedUnitsRule = defineRule({
  id: ID,
  description: 'Units that hardly move with their input',
  link: 'https://proceedings.mlr.press/v9/glorot10a.html',
  options: {
    samples: SAMPLES_NEEDED,
    slope: {
      default: SATURATED_SLOPE,
      description: 'Mean |f′(z)| below this share of the largest |f′|',
    },
    share: LAYER_SHARE,
  },
  check: ({snapshot, options}) =>
    snapshot.layers.flatMap(layer => checkLayer(layer, snapshot, options)),
});

function checkLayer(
  layer: LayerSnapshot,
  snapshot: Snapshot,
  options: Record<'samples' | 'slope' | 'share', number>,
): Problem[] {
  const units = saturatedUnits(layer, options);
  if (units.length === 0) return [];
  const relativeSlope = units.map(unit => layer.slope![unit] / layer.largestSlope![unit]);
  const outputs = units.map(unit => [layer.min[unit], layer.max[unit]] as const);
  const rare = units.filter(unit => firesRarely(layer, unit)).length;
  const share = (units.length - rare) / layer.units;
  const isWarning = share >= options.share && !isOutput(layer, snapshot);
  return [
    {
      severity: isWarning ? 'warning' : 'info',
      layer: layer.name,
      units,
      message:
        `${units.length} of ${plural(layer.units, 'unit')} hardly move: over ` +
        `${layer.samples} samples their mean slope is at most ${percent(Math.max(...relativeSlope))} ` +
        `of the formula's largest` +
        (rare > 0 ? `; ${restingText(rare, units.length)} rest at 0 and fire rarely` : ''),
      evidence: {
        samples: layer.samples,
        relativeSlope,
        outputs,
        rare,
        share,
      },
      fixes: [
        ...(outputs.some(isStuck) ? revive(layer, snapshot, ID) : []),
        scaleInputs,
        lowerLearningRate(snapshot),
        startAtScale(layer, initializerOf(layer, units)),
        normalizeBeforeActivation(layer),
      ],
    },
  ];
}

const restingText = (rare: number, all: number): string =>
  rare === all ? 'they' : `${rare} of them`;

/** Glorot's, but for units at rest with a slope of 1 elsewhere, as of a ReLU: then the usual one. */
function initializerOf(layer: LayerSnapshot, units: readonly number[]): string | undefined {
  const isLikeRelu = units.some(unit => firesRarely(layer, unit) && layer.largestSlope![unit] >= 1);
  return isLikeRelu ? undefined : 'glorotNormal';
}

function firesRarely({magnitude, min, max}: LayerSnapshot, unit: number): boolean {
  return Math.max(Math.abs(min[unit]), Math.abs(max[unit])) >= RARE * magnitude[unit];
}
