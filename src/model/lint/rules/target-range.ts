import {lastStep, rangeText, short} from '../chains.js';
import {useActivation} from '../fixes.js';
import type {Fix} from '../fixes.js';
import type {Range} from '../../../range.js';
import type {LintProblem, LintRule, LintedLayer, LintedOutput} from '../types.js';

/** How far targets may be out of reach, of rounding. */
const TOLERANCE = 1e-6;

/** Outputs start with a spread of about 1; targets this far from them take long to reach, or diverge. */
const FAR = 100;

/** Targets that the loss does not take, or that the outputs cannot reach, or start far from. */
export const targetRangeRule: LintRule = {
  id: 'target-range',
  description:
    'Targets that the loss does not take, or the outputs cannot reach or start far from (with a sample)',
  why:
    'A sigmoid never gives 5, and the logarithm of a loss makes no sense of a target of −1: the loss ' +
    'cannot come near its minimum, and drives the outputs into saturation. Targets of thousands are ' +
    'reached by a small rate after very long, and a large one diverges.',
  reference:
    'LeCun et al., 1998, Efficient BackProp, section 4.5, https://link.springer.com/chapter/10.1007/3-540-49430-8_2',
  check: ({outputs}) => outputs.flatMap(checkOutput),
};

function isWithin([least, greatest]: readonly [number, number], range: Range): boolean {
  const [low, high] = range;
  return (
    (low === null || least >= low - TOLERANCE) && (high === null || greatest <= high + TOLERANCE)
  );
}

function checkOutput(output: LintedOutput): LintProblem[] {
  const {layer, loss, sample, name, units} = output;
  if (!layer || !loss || !sample) return [];
  const {targets} = sample;
  const last = lastStep(output);
  const owner = last?.layer ?? layer;
  const shown = `${short(targets[0])} … ${short(targets[1])}`;
  const accepted: Range = loss.isSparse && units !== null ? [0, units - 1] : loss.targets;
  // Margins are between −1 and 1: labels of 0 and 1 are within that, but not meant.
  const areLabels = accepted[0] === -1 && targets[0] === 0;
  if (areLabels || !isWithin(targets, accepted)) {
    return [
      {
        severity: areLabels ? 'warning' : 'error',
        layer: owner.name,
        message: `the targets are ${shown}, but ${loss.name} is made for ${rangeText(accepted)}`,
        evidence: {output: name, targets, accepted},
        fixes: [
          areLabels
            ? {title: 'Make them −1 and 1', code: 'const signs = y.mul(2).sub(1);'}
            : {title: `Bring the targets to ${rangeText(accepted)}, or use another loss`},
        ],
      },
    ];
  }
  if (loss.reads !== 'numbers' || !last?.activation?.traits) return [];
  const {range, activation} = last;
  if (isWithin(targets, range)) {
    const [low, high] = range;
    if (distance(targets, owner) > FAR) return [farTargets(output, owner, shown)];
    const isHalfUsed = low !== null && high !== null && low < 0 && targets[0] >= 0;
    if (!isHalfUsed || targets[0] === targets[1]) return [];
    return [
      {
        severity: 'info',
        layer: owner.name,
        message: `the targets are ${shown}: what ${activation.name} gives below 0, down to ${short(low)}, is never used`,
        evidence: {output: name, targets, range},
        fixes: [scaleTargets(range)],
      },
    ];
  }
  return [
    {
      severity: 'error',
      layer: owner.name,
      message: `the targets are ${shown}, but ${activation.name} gives ${rangeText(range)}`,
      evidence: {output: name, targets, range},
      fixes: [useActivation(owner, 'linear', 'Let the outputs be any number'), scaleTargets(range)],
    },
  ];
}

/** How far targets are from where the outputs start. */
function distance([least, greatest]: readonly [number, number], owner: LintedLayer): number {
  const kernelLayer = owner.role === 'kernel' ? owner : owner.before[0];
  const start = kernelLayer?.initialBias ?? 0;
  return Math.max(Math.abs(least - start), Math.abs(greatest - start));
}

function farTargets({name, sample}: LintedOutput, owner: LintedLayer, shown: string): LintProblem {
  return {
    severity: 'warning',
    layer: owner.name,
    message: `the targets are ${shown}; the outputs start with a standard deviation of about 1`,
    evidence: {output: name, targets: sample!.targets},
    fixes: [
      {
        title: 'Scale the targets to mean 0 and variance 1, and the predictions back',
        code:
          'const {mean, variance} = tf.moments(y, 0);\n' +
          'const deviation = variance.sqrt().add(1e-6);\n' +
          'const scaled = y.sub(mean).div(deviation);\n' +
          'const predicted = model.predict(x).mul(deviation).add(mean);',
      },
    ],
  };
}

/** Brings targets to what an activation gives; to a part of size 1 where that has no bound. */
function scaleTargets([low, high]: Range): Fix {
  const least = low ?? high! - 1;
  const size = (high ?? least + 1) - least;
  const stretched = (size === 1 ? '' : `.mul(${size})`) + (least === 0 ? '' : `.add(${least})`);
  return {
    title: 'Scale the targets to the range of the outputs',
    code: `const low = y.min();\nconst scaled = y.sub(low).div(y.max().sub(low))${stretched};`,
  };
}
