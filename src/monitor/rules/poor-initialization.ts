import {normalizeBeforeActivation, startAtScale} from '../fixes.js';
import type {Fix} from '../fixes.js';
import {kernelScales, ownerOf} from '../kernels.js';
import {initializedCode, isRecurrent} from '../layer-code.js';
import {plural} from '../text.js';
import type {LayerClass, LayerSnapshot, Snapshot} from '../types.js';
import {isOutput, rootMeanSquare} from '../units.js';
import {defineRule} from './define-rule.js';
import type {Problem} from './rule.js';

type Options = Record<'small' | 'large' | 'smallest' | 'largest', number>;

/**
 * Poor initialization, judged in the first window: most hidden kernels are far from the scale at which
 * the usual initializers (Glorot, He, LeCun) start them, and across the depth the spread of what goes
 * into the activations has left the range in which they work. Both are asked for, since normalization
 * repairs the one, and unscaled inputs are enough for the other. Also where all units of a layer are
 * the same. What the steps of the window may have added is not counted as large.
 */
export const poorInitializationRule = defineRule({
  id: 'poor-initialization',
  description: 'Kernels that started too large, too small, or all the same',
  link: 'https://arxiv.org/abs/1502.01852',
  options: {
    small: {default: 0.25, description: 'Kernel ÷ the usual scale, below'},
    large: {default: 3, description: 'Kernel ÷ the usual scale, above'},
    smallest: {
      default: 0.05,
      description: 'Standard deviation of the inputs of an activation, below',
    },
    largest: {default: 5, description: 'The same, above'},
    steps: {default: 1000, description: 'Training steps after which a window is not the first'},
  },
  check({snapshot, history, options}) {
    const first = history[0] ?? snapshot;
    if (first.step >= options.steps) return [];
    const hidden = first.layers.filter(
      layer => layer.input !== null && layer.slope !== null && !isOutput(layer, first),
    );
    const alike = hidden.find(hasUnitsAlike);
    const problem = alike ? areAlike(alike) : isOffScale(hidden, first, options);
    return problem ? [problem] : [];
  },
});

function isOffScale(
  hidden: readonly LayerSnapshot[],
  first: Snapshot,
  options: Options,
): Problem | undefined {
  const spreads = hidden.map(({input}) => rootMeanSquare(input!.std));
  const scales = kernelScales(first);
  const small = scales.filter(({high}) => high < options.small);
  const large = scales.filter(({kernel: {magnitude, update, steps}, low}) => {
    const before = 1 - (steps * update) / magnitude;
    return low * before > options.large;
  });
  const found = large.length > small.length ? large : small;
  const isLarge = found === large;
  const hasLeft = spreads.some(spread =>
    isLarge ? spread > options.largest : spread < options.smallest,
  );
  if (!hasLeft || found.length <= scales.length / 2) return undefined;
  const [{kernel, low, high}] = found;
  const scale = isLarge ? low : high;
  const owner = ownerOf(kernel, first);
  return {
    severity: 'warning',
    layer: kernel.layer,
    message:
      `${found.length} of ${plural(scales.length, 'hidden kernel')} started too ` +
      `${isLarge ? 'large' : 'small'}, this one at ${scale.toPrecision(2)} of the usual scale`,
    evidence: {
      scale,
      alsoIn: found.slice(1).map(each => each.kernel.layer),
      std: Object.fromEntries(hidden.map(({name}, index) => [name, spreads[index]])),
    },
    fixes: [
      startAtScale(owner),
      ...(isRecurrent(owner) ? [] : [startForTanh(owner)]),
      normalizeBeforeActivation(owner),
    ],
  };
}

/** The gates of recurrent layers are such by themselves. */
function startForTanh(layer: LayerClass): Fix {
  return {
    title: 'For tanh, sigmoid and the like, start at their scale',
    code: `${initializedCode(layer, 'glorotNormal', {activation: "'tanh'"})};`,
  };
}

/** Behind a layer whose units are all dead they are the same too, and do not vary. */
function hasUnitsAlike({units, input}: LayerSnapshot): boolean {
  const {mean, std, min, max} = input!;
  const isAlike = (values: readonly number[]): boolean =>
    values.every(value => Math.abs(value - values[0]) <= 1e-5 * Math.abs(values[0]));
  return units > 1 && std[0] > 0 && [mean, std, min, max].every(isAlike);
}

function areAlike(layer: LayerSnapshot): Problem {
  const {name, units, input} = layer;
  return {
    severity: 'warning',
    layer: name,
    message: `its ${units} units are all the same: they started alike, and learn alike`,
    evidence: {mean: input!.mean[0], std: input!.std[0]},
    fixes: [startAtScale(layer)],
  };
}
