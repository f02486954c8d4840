import {isMultiplied, lastStep} from '../chains.js';
import {useInitializer} from '../fixes.js';
import {scaleInputs} from '../../../monitor/fixes.js';
import type {Fix} from '../fixes.js';
import type {LintProblem, LintRule, LintedInput, LintedLayer, LintedOutput} from '../types.js';

/**
 * A first loss may be twice that of a guess, or this much above it: over classes, as much as logits of
 * a standard deviation of 2.4 give, which deep residual networks start with.
 */
const MARGIN = 1.5;
const MARGIN_OVER_CLASSES = 3;

/** The scale of a kernel, variance × fan-in, is below this by Glorot's initializers. */
const LARGEST_SCALE = 2;

/** The loss before training against that of a model that knows nothing. */
export const initialLossRule: LintRule = {
  id: 'initial-loss',
  description: 'A first loss far above that of a guess (with a sample)',
  why:
    'A model that knows nothing should give each of K classes 1/K, a loss of ln K. Far above it, the ' +
    'model starts sure of what is wrong, or loss, outputs and targets do not belong together.',
  reference:
    'Karpathy, 2019, A recipe for training neural networks, https://karpathy.github.io/2019/04/25/recipe/',
  check: ({inputs, outputs}) => outputs.flatMap(output => checkOutput(output, inputs)),
};

function checkOutput(output: LintedOutput, inputs: readonly LintedInput[]): LintProblem[] {
  const {layer, loss, units, sample, name} = output;
  const value = sample?.loss;
  if (!layer || !loss || units === null || value === null || value === undefined) return [];
  const isOverClasses = loss.reads === 'class probabilities' || loss.reads === 'class logits';
  const classes = isOverClasses ? units : 2;
  const expected = Math.log(classes);
  const isFinite = Number.isFinite(value);
  const margin = Math.max(expected, isOverClasses ? MARGIN_OVER_CLASSES : MARGIN);
  if (isFinite && value <= expected + margin) return [];
  const owner = lastStep(output)?.layer ?? layer;
  const last = owner.role === 'kernel' ? owner : (owner.before[0] ?? owner);
  return [
    {
      severity: isFinite ? 'warning' : 'error',
      layer: owner.name,
      message: `before training the ${loss.name} is ${isFinite ? value.toPrecision(3) : value}; a guess among ${classes} classes has ${expected.toPrecision(3)}`,
      evidence: {output: name, loss: isFinite ? value : String(value), expected, classes},
      fixes: fixesOf(last, inputs),
    },
  ];
}

/** Inputs that are looked up, such as words, have no scale; a kernel that starts as usual is not made smaller. */
function fixesOf(last: LintedLayer, inputs: readonly LintedInput[]): Fix[] {
  const scale = last.kernel?.scale;
  const isUsual = scale != null && scale <= LARGEST_SCALE;
  const fixes = [
    ...(inputs.some(isMultiplied) ? [scaleInputs] : []),
    ...(isUsual ? [] : [useInitializer(last, "'glorotNormal'", 'Start the last kernel smaller')]),
  ];
  if (fixes.length > 0) return fixes;
  return [{title: 'See whether the loss, the outputs and the targets belong together'}];
}
