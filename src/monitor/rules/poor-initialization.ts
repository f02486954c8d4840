import {normalizeBeforeActivation, startAtScale} from '../fixes.js';
import {plural} from '../text.js';
import type {LayerSnapshot, Snapshot} from '../types.js';
import {isOutput, rootMeanSquare} from '../units.js';
import {defineRule} from './define-rule.js';
import type {Problem} from './rule.js';

/** From this layer to the next the spread should stay about the same; so much is too much. */
interface Step {
  readonly layer: LayerSnapshot;
  /** The spread of what goes into the activation. */
  readonly spread: number;
  /** The same over the spread of what the watched layer before gives. */
  readonly gain: number;
}

type Options = Record<'gain' | 'largest' | 'smallest' | 'steps', number>;

/**
 * Poor initialization, judged in the first window: from layer to layer the kernels enlarge or shrink
 * the spread of the data (over 5 times), and it has left the range in which activations work. Both are
 * asked for, since unscaled inputs alone, pooling, normalization, and the small outputs of a sigmoid
 * each show one. Told where most hidden layers after the first are so, or where all units of a layer
 * are the same.
 */
export const poorInitializationRule = defineRule({
  id: 'poor-initialization',
  description: 'Kernels that started too large, too small, or all the same',
  link: 'https://arxiv.org/abs/1502.01852',
  options: {
    gain: {default: 5, description: 'Growth or shrinkage of the spread in a layer, above'},
    largest: {default: 5, description: 'Standard deviation of the inputs of an activation, above'},
    smallest: {default: 0.05, description: 'The same, below'},
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
  {step}: Snapshot,
  options: Options,
): Problem | undefined {
  const steps = hidden.slice(1).map((layer, index): Step => {
    const spread = rootMeanSquare(layer.input!.std);
    return {layer, spread, gain: spread / rootMeanSquare(hidden[index].std)};
  });
  const {gain: limit, largest, smallest} = options;
  const large = steps.filter(({gain, spread}) => gain > limit && spread > largest);
  const small = steps.filter(({gain, spread}) => gain < 1 / limit && spread < smallest);
  const found = large.length > small.length ? large : small;
  if (found.length === 0 || found.length <= steps.length / 2) return undefined;
  const [{layer, spread, gain}] = found;
  return {
    severity: 'warning',
    layer: layer.name,
    message:
      `within the first ${plural(step + 1, 'step')}, ${found.length} of ` +
      `${plural(steps.length, 'hidden layer')} after the first ${found === large ? 'enlarge' : 'shrink'} ` +
      `the spread of the data, this one ${gain.toPrecision(2)} times, to ${spread.toPrecision(2)}`,
    evidence: {
      gains: Object.fromEntries(steps.map(each => [each.layer.name, each.gain])),
      std: Object.fromEntries(steps.map(each => [each.layer.name, each.spread])),
      alsoIn: found.slice(1).map(each => each.layer.name),
    },
    fixes: [
      startAtScale,
      {
        title: 'For tanh, sigmoid and the like',
        code: "tf.layers.dense({units, activation: 'tanh', kernelInitializer: 'glorotNormal'});",
      },
      normalizeBeforeActivation,
    ],
  };
}

function hasUnitsAlike({units, input}: LayerSnapshot): boolean {
  const {mean, std, min, max} = input!;
  const isAlike = (values: readonly number[]): boolean =>
    values.every(value => Math.abs(value - values[0]) <= 1e-5 * Math.abs(values[0]));
  return units > 1 && [mean, std, min, max].every(isAlike);
}

function areAlike({name, units, input}: LayerSnapshot): Problem {
  return {
    severity: 'warning',
    layer: name,
    message: `its ${units} units are all the same: they started alike, and learn alike`,
    evidence: {mean: input!.mean[0], std: input!.std[0]},
    fixes: [startAtScale],
  };
}
