import {lowerLearningRate, raiseLearningRate} from '../fixes.js';
import {kernelScales, kernelsOf} from '../kernels.js';
import type {Snapshot, WeightSnapshot} from '../types.js';
import {defineRule} from './define-rule.js';
import type {Problem} from './rule.js';

type Options = Record<'smallest' | 'largest' | 'warning' | 'growth' | 'steps', number>;

/** A standing finding goes only once the ratio is this far, in log10, on the right side. */
const SLACK = 0.2;

function fixesOfLarge(snapshot: Snapshot): Problem['fixes'] {
  return [
    lowerLearningRate(snapshot),
    {
      title: 'Train with larger batches',
      code: 'await model.fit(x, y, {batchSize: 4 * batchSize});',
    },
  ];
}

/**
 * The size of an optimizer step against the size of what it changes: log10(mean |Δw| ÷ mean |w|) of a
 * kernel should be about −3, and is judged outside of −4 … −1 (TheDeepChecker). Small updates are told
 * only of kernels that have learned slowly from the first window on, since in a model that has
 * converged they are small too; of none that stand still, which somebody wanted. Steps that were too
 * large at once are told by what they made of the kernels in the first window.
 */
export const updateRatioRule = defineRule({
  id: 'update-ratio',
  description: 'Optimizer steps that are too large or too small for the kernels they change',
  link: 'https://cs231n.github.io/neural-networks-3/#ratio',
  options: {
    smallest: {default: -4, description: 'log10 of the ratio, below'},
    largest: {default: -1, description: 'log10 of the ratio, above'},
    warning: {default: 0, description: 'log10 of the ratio from which it is a warning'},
    growth: {default: 5, description: 'Kernel ÷ its usual scale after the first window, above'},
    steps: {default: 1000, description: 'Training steps after which a window is not the first'},
    patience: 2,
  },
  check({snapshot, history, options, isStanding}) {
    const blown = blownUp(history[0] ?? snapshot, options);
    if (blown.length > 0) return [hasGrown(blown, snapshot)];
    const kernels = kernelsOf(snapshot).filter(
      ({magnitude, update}) => magnitude > 0 && update > 0,
    );
    const slackOf = ({layer}: WeightSnapshot): number => (isStanding(layer) ? SLACK : 0);
    const large = kernels.filter(each => logRatio(each) > options.largest - slackOf(each));
    const small = kernels.filter(
      each => each.gradient > 0 && mostEver(each, history) < options.smallest + slackOf(each),
    );
    return [
      ...gather(large, kernels.length).map(each => tooLarge(each, large, snapshot, options)),
      ...gather(small, kernels.length).map(each => tooSmall(each, small, snapshot)),
    ];
  },
});

function logRatio({update, magnitude}: WeightSnapshot): number {
  return Math.log10(update / magnitude);
}

/** The largest ratio that a kernel had in any window. */
function mostEver(kernel: WeightSnapshot, history: readonly Snapshot[]): number {
  const earlier = history
    .flatMap(kernelsOf)
    .filter(({layer, name}) => layer === kernel.layer && name === kernel.name);
  return Math.max(logRatio(kernel), ...earlier.map(logRatio));
}

/**
 * The kernels that the steps of the first window have enlarged far beyond the usual scale. An
 * optimizer that divides by the size of gradients enlarges them until its steps seem small.
 */
function blownUp(first: Snapshot, {growth, steps}: Options): WeightSnapshot[] {
  if (first.step >= steps) return [];
  return kernelScales(first)
    .filter(({kernel, low}) => low > growth && kernel.steps * kernel.update > kernel.magnitude / 2)
    .map(({kernel}) => kernel);
}

/** Where all kernels are concerned the optimizer is, and one finding says so. */
function gather(found: readonly WeightSnapshot[], all: number): readonly WeightSnapshot[] {
  return found.length === all ? found.slice(0, 1) : found;
}

function hasGrown(found: readonly WeightSnapshot[], snapshot: Snapshot): Problem {
  const [kernel] = found;
  const {layer, name, steps, magnitude} = kernel;
  return {
    ...describeStep(kernel, found),
    severity: 'warning',
    layer,
    message: `the first ${steps} steps enlarged its ${name} far beyond the usual, to a mean size of ${magnitude.toPrecision(2)}`,
    fixes: fixesOfLarge(snapshot),
  };
}

function tooLarge(
  kernel: WeightSnapshot,
  found: readonly WeightSnapshot[],
  snapshot: Snapshot,
  {warning}: Options,
): Problem {
  return {
    severity: logRatio(kernel) >= warning ? 'warning' : 'info',
    ...describeStep(kernel, found),
    fixes: fixesOfLarge(snapshot),
  };
}

function tooSmall(
  kernel: WeightSnapshot,
  found: readonly WeightSnapshot[],
  snapshot: Snapshot,
): Problem {
  const fixes = [raiseLearningRate(snapshot)];
  return {severity: 'info', ...describeStep(kernel, found), fixes};
}

function describeStep(
  kernel: WeightSnapshot,
  found: readonly WeightSnapshot[],
): Pick<Problem, 'layer' | 'message' | 'evidence'> {
  const {layer, name, update, magnitude, steps} = kernel;
  const ratio = update / magnitude;
  return {
    layer,
    message: `a step changes its ${name} by ${ratio.toPrecision(2)} of its size; about 0.001 is usual`,
    evidence: {ratio, log10: logRatio(kernel), steps, alsoIn: found.map(each => each.layer)},
  };
}
