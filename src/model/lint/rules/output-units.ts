import {lastStep} from '../chains.js';
import {useLoss} from '../fixes.js';
import {layerCode} from '../../../monitor/layer-code.js';
import type {LintProblem, LintRule, LintedModel, LintedOutput} from '../types.js';

/** The number of outputs against that of the classes. */
export const outputUnitsRule: LintRule = {
  id: 'output-units',
  description: 'More or fewer output units than classes',
  why:
    'A loss over classes needs one unit for each. A unit too few cannot be compared with the targets, ' +
    'one too many takes part of the probability; one sigmoid unit tells two classes apart, not more.',
  reference: 'Bishop, 2006, Pattern Recognition and Machine Learning, section 5.2',
  check: model => model.outputs.flatMap(output => checkOutput(output, model)),
};

function checkOutput(output: LintedOutput, model: LintedModel): LintProblem[] {
  const {layer, loss, classes, units, name} = output;
  if (!layer || !loss || classes === null || units === null || loss.reads === 'numbers') return [];
  const isOverClasses = loss.reads === 'class probabilities' || loss.reads === 'class logits';
  // Each unit may be a yes or no of its own, such as one for each pixel.
  const isBinary = !isOverClasses && classes === 2;
  if (units === classes || isBinary) return [];
  const owner = lastStep(output)?.layer ?? layer;
  const [size = 'units'] = Object.keys(owner.arguments);
  const activation = classes > 2 || isOverClasses ? 'softmax' : 'sigmoid';
  return [
    {
      severity: 'error',
      layer: owner.name,
      message: `the targets have ${classes} classes, but the output has ${units} unit${units === 1 ? '' : 's'}`,
      evidence: {output: name, units, classes, loss: loss.name},
      fixes: [
        {
          title: 'Give it one unit for each class',
          code: `${layerCode(owner, {
            [size]: String(classes),
            ...(owner.role === 'kernel' && {activation: `'${activation}'`}),
          })};`,
        },
        ...(isOverClasses ? [] : [useLoss(model, output, "'categoricalCrossentropy'")]),
      ],
    },
  ];
}
