import {lastStep, rangeText} from '../chains.js';
import type {LastStep} from '../chains.js';
import {useActivation, useLoss} from '../fixes.js';
import type {Fix} from '../fixes.js';
import type {LossTraits} from '../losses.js';
import type {LintProblem, LintRule, LintedModel, LintedOutput} from '../types.js';

/** Below this a lower bound keeps logits from being what they must. */
const LOW_ENOUGH = -5;

/**
 * The activation of an output against the loss that reads it, by its range and by whether its outputs
 * add up to 1.
 */
export const outputActivationRule: LintRule = {
  id: 'output-activation',
  description: 'An activation of the outputs that does not suit the loss',
  why:
    'A loss reads outputs as probabilities, as logits or as plain numbers; given the wrong kind, it is ' +
    'clipped, is NaN, or its gradient vanishes. The losses that tfjs knows by name read probabilities.',
  reference:
    'Goodfellow, Bengio & Courville, 2016, Deep Learning, section 6.2.2, https://www.deeplearningbook.org/contents/mlp.html',
  check: model => model.outputs.flatMap(output => checkOutput(output, model)),
};

type Verdict = Pick<LintProblem, 'severity' | 'message'> & Partial<LintProblem>;

/** Makes a fix of a loss, by its code. */
type UseLoss = (loss: string) => Fix;

function checkOutput(output: LintedOutput, model: LintedModel): LintProblem[] {
  const {loss, units, name} = output;
  const last = lastStep(output);
  const use: UseLoss = code => useLoss(model, output, code);
  const verdict = last && judge(last, output, use);
  if (!verdict) return [];
  const {layer, range, activation} = last;
  return [
    {
      layer: layer.name,
      evidence: {
        output: name,
        loss: loss?.name ?? null,
        activation: activation?.name ?? null,
        range: activation?.gives ? null : range,
        units,
      },
      fixes: loss ? fixesOf(last, loss, units, use) : [],
      ...verdict,
    },
  ];
}

function fixesOf(last: LastStep, loss: LossTraits, units: number | null, use: UseLoss): Fix[] {
  const activation = suited(loss, units);
  // A softmax is over the last axis: behind a layer that changes that, it goes last.
  const isInPlace = activation !== 'softmax' || last.layer.units === units;
  const first =
    last.activation && isInPlace
      ? useActivation(last.layer, activation)
      : {
          title: `Put ${activation} behind it`,
          code: `model.add(tf.layers.activation({activation: '${activation}'}));`,
        };
  return [first, ...otherLosses(last, loss, units, use)];
}

/** With one unit there is nothing to share out. */
function suited({activation, reads}: LossTraits, units: number | null): string {
  return units === 1 && reads === 'class probabilities' ? 'sigmoid' : activation;
}

/** Losses that read what the output gives. */
function otherLosses(
  {activation, range: [low, high]}: LastStep,
  {reads, isSparse}: LossTraits,
  units: number | null,
  use: UseLoss,
): Fix[] {
  // Other losses do not take indices of classes.
  if (isSparse) return [];
  if (activation?.gives === 'probabilities') return [use("'categoricalCrossentropy'")];
  if (low === 0 && high === 1) return [use("'binaryCrossentropy'")];
  const areLogits = low === null && high === null && reads !== 'numbers';
  if (!areLogits) return [];
  const isBinary = units === 1 || reads === 'probabilities';
  return [use(`tf.losses.${isBinary ? 'sigmoid' : 'softmax'}CrossEntropy`)];
}

function judge(last: LastStep, output: LintedOutput, use: UseLoss): Verdict | null {
  const {loss, units, classes} = output;
  const gives = last.activation?.gives;
  if (gives === 'probabilities' && units === 1) return alwaysOne(last, loss, use);
  if (!loss) return null;
  if (gives === 'probabilities') return judgeProbabilities(last, loss, units, use);
  if (gives === 'log-probabilities') return judgeLogarithms(last, loss);
  if (loss.reads === 'class probabilities' || loss.reads === 'probabilities') {
    return judgeForProbabilities(last, loss, units, use);
  }
  if (loss.reads === 'logits' || loss.reads === 'class logits') return judgeLogits(last, loss);
  const isProbability = last.range[0] === 0 && last.range[1] === 1;
  if (classes !== null && isProbability) return squaresOf(loss, units === 1, use);
  const takesAny = loss.targets[0] === null && loss.targets[1] === null;
  if (classes !== null && takesAny) return classesAsNumbers(last, loss, units, use);
  return judgeNumbers(last, loss);
}

const nameOf = ({activation}: LastStep): string => activation?.name ?? 'its normalization';

function alwaysOne(last: LastStep, loss: LossTraits | null, use: UseLoss): Verdict {
  const isOfNumbers = loss?.reads === 'numbers';
  const activation = loss && !isOfNumbers ? suited(loss, 1) : 'sigmoid';
  const isBinary = loss?.reads === 'probabilities' || loss?.reads === 'logits';
  return {
    severity: 'error',
    message: `${nameOf(last)} over one unit is always 1, whatever the inputs`,
    why:
      'Outputs that add up to 1 leave one unit alone no choice; its gradient is 0. One unit gives a ' +
      'probability by sigmoid.',
    fixes: [
      useActivation(last.layer, activation),
      ...(isOfNumbers ? [useActivation(last.layer, 'linear')] : []),
      ...(isBinary ? [] : [use("'binaryCrossentropy'")]),
    ],
  };
}

function classesAsNumbers(
  last: LastStep,
  {name}: LossTraits,
  units: number | null,
  use: UseLoss,
): Verdict {
  const isBinary = units === 1;
  return {
    severity: 'info',
    message: `${name} compares classes as numbers, and ${nameOf(last)} gives ${rangeText(last.range)}`,
    why: 'Classes are told apart better and faster by probabilities and their cross-entropy.',
    fixes: [
      useActivation(last.layer, isBinary ? 'sigmoid' : 'softmax'),
      use(isBinary ? "'binaryCrossentropy'" : "'categoricalCrossentropy'"),
    ],
  };
}

function judgeProbabilities(
  last: LastStep,
  loss: LossTraits,
  units: number | null,
  use: UseLoss,
): Verdict | null {
  if (loss.reads === 'logits' || loss.reads === 'class logits') return twice(last, loss);
  if (loss.reads === 'probabilities' && units !== null && units > 2) {
    return {
      severity: 'warning',
      message: `${loss.name} takes each of ${units} outputs for a yes or no of its own, but ${nameOf(last)} makes them share 1`,
    };
  }
  if (loss.targets[0] === -1) {
    return {
      severity: 'warning',
      message: `${loss.name} compares with −1 and 1, but ${nameOf(last)} gives 0 … 1`,
    };
  }
  return loss.reads === 'numbers' ? squaresOf(loss, false, use) : null;
}

function squaresOf({name}: LossTraits, isBinary: boolean, use: UseLoss): Verdict {
  return {
    severity: 'info',
    message: `${name} learns probabilities slowly: where they are wrong and sure, its gradient vanishes`,
    why:
      'The slope of a sigmoid or softmax is nearly 0 where it is sure, right or wrong; cross-entropy ' +
      'makes up for that, other losses do not.',
    fixes: [use(isBinary ? "'binaryCrossentropy'" : "'categoricalCrossentropy'")],
  };
}

function twice(last: LastStep, loss: LossTraits): Verdict {
  return {
    severity: 'error',
    message: `${loss.name} applies its own softmax or sigmoid, on top of ${nameOf(last)}: it expects logits`,
    why: 'Squashed twice, outputs can never come near 0 or 1: the loss stays high and gradients are small.',
  };
}

function judgeLogarithms(last: LastStep, loss: LossTraits): Verdict | null {
  if (loss.reads !== 'class probabilities' && loss.reads !== 'probabilities') return null;
  return {
    severity: 'error',
    message: `${loss.name} takes the logarithm itself, but ${nameOf(last)} gives logarithms already`,
  };
}

function judgeForProbabilities(
  last: LastStep,
  {name, reads}: LossTraits,
  units: number | null,
  use: UseLoss,
): Verdict | null {
  const [low, high] = last.range;
  const isOutside = low === null || low < 0 || high === null || high > 1;
  if (isOutside) {
    return {
      severity: 'error',
      message: `${name} expects probabilities, but ${nameOf(last)} gives ${rangeText(last.range)}`,
    };
  }
  if (reads !== 'class probabilities') return null;
  if (units === 1) {
    return {
      severity: 'error',
      message: `${name} divides the outputs by their sum: of one unit it is always 1, and the loss 0`,
      fixes: [use("'binaryCrossentropy'")],
    };
  }
  return {
    severity: 'warning',
    message: `${name} expects the ${units ?? ''} outputs to add up to 1, but ${nameOf(last)} treats each alone`,
  };
}

function judgeLogits(last: LastStep, loss: LossTraits): Verdict | null {
  const [low, high] = last.range;
  if (low !== null && low >= 0 && high !== null && high <= 1) return twice(last, loss);
  const isNarrow = (low !== null && low > LOW_ENOUGH) || (high !== null && high < -LOW_ENOUGH);
  if (!isNarrow) return null;
  return {
    severity: low !== null && high !== null ? 'error' : 'warning',
    message: `${loss.name} expects logits of any size, but ${nameOf(last)} gives ${rangeText(last.range)}`,
    fixes: [useActivation(last.layer, 'linear', 'Leave the logits as they are')],
  };
}

function judgeNumbers(last: LastStep, {name, outputs, targets}: LossTraits): Verdict | null {
  const [low, high] = last.range;
  if (outputs[0] === 0 && (low === null || low < 0)) {
    return {
      severity: name === 'poisson' ? 'error' : 'warning',
      message: `${name} takes the logarithm of outputs that must not be negative, but ${nameOf(last)} gives ${rangeText(last.range)}`,
    };
  }
  if (targets[0] === -1 && low !== null && low >= 0) {
    return {
      severity: 'warning',
      message: `${name} compares with −1 and 1, but ${nameOf(last)} gives ${rangeText([low, high])}`,
    };
  }
  if (outputs[0] === null && low === 0 && high === null && last.activation?.traits?.isFlatBelow) {
    return {
      severity: 'info',
      message: `an output that is 0 for every negative input stops learning there`,
      why: 'Where a ReLU or its like gives 0, so is its gradient: an output unit that starts negative for every sample never recovers.',
      fixes: [
        useActivation(last.layer, 'linear'),
        useActivation(last.layer, 'softplus', 'Or, where targets are positive, softplus'),
      ],
    };
  }
  return null;
}
