import {lastStep} from '../chains.js';
import {likeCode, useLoss} from '../fixes.js';
import type {LintProblem, LintRule, LintedOutput} from '../types.js';

/** The number of outputs against that of the classes. */
export const outputUnitsRule: LintRule = {
  id: 'output-units',
  description: 'More or fewer output units than classes',
  why:
    'A loss over classes needs one unit for each. A unit too few cannot be compared with the targets, ' +
    'one too many takes part of the probability; one sigmoid unit tells two classes apart, not more.',
  reference: 'Bishop, 2006, Pattern Recognition and Machine Learning, section 5.2',
  check: ({outputs}) => outputs.flatMap(checkOutput),
};

function checkOutput(output: LintedOutput): LintProblem[] {
  const {layer, loss, classes, units, name} = output;
  if (!layer || !loss || classes === null || units === null || loss.reads === 'numbers') return [];
  const isOverClasses = loss.reads === 'class probabilities' || loss.reads === 'class logits';
  const isBinary = !isOverClasses && classes === 2 && units <= 2;
  if (units === classes || isBinary) return [];
  const owner = lastStep(output)?.layer ?? layer;
  const maker = owner.role === 'kernel' ? owner : (owner.before[0] ?? owner);
  const size = Object.keys(maker.arguments)[0] ?? 'units';
  return [
    {
      severity: 'error',
      layer: owner.name,
      message: `the targets have ${classes} classes, but the output has ${units} unit${units === 1 ? '' : 's'}`,
      evidence: {output: name, units, classes, loss: loss.name},
      fixes: [
        {
          title: 'Give it one unit for each class',
          code: `${likeCode(maker, {[size]: String(classes), activation: `'${classes > 2 || isOverClasses ? 'softmax' : 'sigmoid'}'`})};`,
        },
        ...(isOverClasses ? [] : [useLoss("'categoricalCrossentropy'")]),
      ],
    },
  ];
}
