import * as tf from '@tensorflow/tfjs';
import {describe} from '../../errors.js';
import type {Range} from '../../range.js';

/** What a loss takes for outputs and targets. */
export interface LossTraits {
  readonly name: string;
  /** How it reads the outputs. */
  readonly reads: 'class probabilities' | 'probabilities' | 'logits' | 'class logits' | 'numbers';
  /** The outputs that it is made for. */
  readonly outputs: Range;
  /** The targets that it is made for. */
  readonly targets: Range;
  /** Whether the targets are indices of classes. */
  readonly isSparse: boolean;
  /** The activation that suits it, for code. */
  readonly activation: string;
  /** How it goes into `compile`. */
  readonly code: string;
}

const ANY: Range = [null, null];
const UNIT: Range = [0, 1];
const SIGNED: Range = [-1, 1];
const POSITIVE: Range = [0, null];

type Entry = Pick<LossTraits, 'reads' | 'outputs' | 'targets' | 'activation'>;

const numbers: Entry = {reads: 'numbers', outputs: ANY, targets: ANY, activation: 'linear'};
const classes: Entry = {
  reads: 'class probabilities',
  outputs: UNIT,
  targets: UNIT,
  activation: 'softmax',
};
const binary: Entry = {
  reads: 'probabilities',
  outputs: UNIT,
  targets: UNIT,
  activation: 'sigmoid',
};
const logits: Entry = {reads: 'logits', outputs: ANY, targets: UNIT, activation: 'linear'};
const margins: Entry = {...numbers, targets: SIGNED};
const counts: Entry = {
  reads: 'numbers',
  outputs: POSITIVE,
  targets: POSITIVE,
  activation: 'softplus',
};

/** The losses that `compile` knows by name. */
const BY_NAME: Readonly<Record<string, Entry>> = {
  meanSquaredError: numbers,
  meanAbsoluteError: numbers,
  meanAbsolutePercentageError: numbers,
  meanSquaredLogarithmicError: counts,
  squaredHinge: margins,
  hinge: margins,
  categoricalHinge: {...numbers, targets: UNIT},
  logcosh: numbers,
  categoricalCrossentropy: classes,
  sparseCategoricalCrossentropy: {...classes, targets: POSITIVE},
  binaryCrossentropy: binary,
  kullbackLeiblerDivergence: classes,
  poisson: counts,
  cosineProximity: numbers,
};

type LossFunction = (yTrue: tf.Tensor, yPred: tf.Tensor) => tf.Tensor;

/** The functions of `tf.losses` and `tf.metrics` that may be given instead of a name. */
const BY_FUNCTION: readonly (readonly [LossFunction, string, Entry])[] = [
  [
    tf.losses.softmaxCrossEntropy,
    'tf.losses.softmaxCrossEntropy',
    {...logits, reads: 'class logits'},
  ],
  [tf.losses.sigmoidCrossEntropy, 'tf.losses.sigmoidCrossEntropy', logits],
  [tf.losses.logLoss, 'tf.losses.logLoss', binary],
  [tf.losses.hingeLoss, 'tf.losses.hingeLoss', {...margins, targets: UNIT}],
  [tf.losses.meanSquaredError, 'tf.losses.meanSquaredError', numbers],
  [tf.losses.absoluteDifference, 'tf.losses.absoluteDifference', numbers],
  [tf.losses.huberLoss, 'tf.losses.huberLoss', numbers],
  [tf.metrics.meanSquaredError, 'tf.metrics.meanSquaredError', numbers],
  [tf.metrics.meanAbsoluteError, 'tf.metrics.meanAbsoluteError', numbers],
  [tf.metrics.categoricalCrossentropy, 'tf.metrics.categoricalCrossentropy', classes],
  [tf.metrics.binaryCrossentropy, 'tf.metrics.binaryCrossentropy', binary],
];

/**
 * What is known of a loss; null of a function that computes none of those that are known.
 * @throws if it is no function, and no name of a loss.
 */
export function lossTraits(loss: unknown): LossTraits | null {
  if (typeof loss === 'string' && Object.hasOwn(BY_NAME, loss)) {
    const isSparse = BY_NAME[loss].targets === POSITIVE && BY_NAME[loss].outputs === UNIT;
    return {name: loss, code: `'${loss}'`, isSparse, ...BY_NAME[loss]};
  }
  if (typeof loss === 'function') {
    const found = BY_FUNCTION.find(([each]) => each === loss) ?? likeness(loss as LossFunction);
    return found ? {name: found[1], code: found[1], isSparse: false, ...found[2]} : null;
  }
  throw new Error(
    `lintModel: loss must be a function or one of ${Object.keys(BY_NAME).join(', ')}, ` +
      `got ${describe(loss)}`,
  );
}

/** Targets and outputs, both probabilities, on which every known loss gives something else. */
const TRIED = [
  [
    [1, 0, 0],
    [0, 1, 0],
  ],
  [
    [0.25, 0.3, 0.45],
    [0.6, 0.1, 0.3],
  ],
];

/** The known loss that a function of one's own gives the same as; it may well be made for other shapes. */
function likeness(loss: LossFunction): (typeof BY_FUNCTION)[number] | undefined {
  // It cannot read results at once.
  if (tf.getBackend() === 'webgpu') return undefined;
  const valueOf = (each: LossFunction): number =>
    tf.tidy(() => {
      const [truth, outputs] = TRIED.map(rows => tf.tensor2d(rows));
      return tf.mean(each(truth, outputs)).dataSync()[0];
    });
  try {
    const value = valueOf(loss);
    return BY_FUNCTION.find(([each]) => Math.abs(valueOf(each) - value) < 1e-5);
  } catch {
    return undefined;
  }
}
