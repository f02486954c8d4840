import {lowerLearningRate, normalizeBeforeActivation, scaleInputs, startAtScale} from '../fixes.js';
import {gradientNorm, kernelsOf, ownerOf} from '../kernels.js';
import type {Subject} from '../layer-code.js';
import type {Snapshot} from '../types.js';
import {meanOf} from '../mean.js';
import {isOutput} from '../units.js';
import {defineRule} from './define-rule.js';
import type {Problem} from './rule.js';

/** A standing finding goes only once the gradients are clearly smaller again. */
const SLACK = 0.5;

/** Gradients that double, but are this small, are those of a model that begins to learn. */
const SMALL = 1;

type Options = Record<'ratio' | 'mean' | 'doublings', number>;

/**
 * Exploding: the gradient of a layer's outputs grows 70 times on its way from the last hidden layer to
 * the first (AUTOTRAINER's figure, which it applies to kernels, whose gradients unscaled inputs raise
 * too); or a kernel's mean |gradient| is above 10⁶, or doubles in each of 5 windows (TheDeepChecker).
 */
export const explodingGradientsRule = defineRule({
  id: 'exploding-gradients',
  description: 'Gradients that grow on their way to the first layer, or from window to window',
  link: 'https://arxiv.org/abs/1211.5063',
  options: {
    ratio: {
      default: 70,
      description: 'Mean |∂loss/∂y| of the first hidden layer ÷ the last, above',
    },
    mean: {default: 1e6, description: 'Mean |gradient| of a kernel, above'},
    doublings: {default: 5, description: 'Windows in a row in which a kernel’s gradient doubles'},
    patience: 2,
  },
  check: ({snapshot, history, options, isStanding}) => {
    const problem =
      growsBackward(snapshot, options, isStanding) ??
      isHuge(snapshot, options, isStanding) ??
      keepsDoubling(snapshot, history, options);
    return problem ? [problem] : [];
  },
});

function growsBackward(
  snapshot: Snapshot,
  options: Options,
  isStanding: (layer: string) => boolean,
): Problem | undefined {
  const hidden = snapshot.layers.filter(
    layer => layer.gradient !== null && !isOutput(layer, snapshot),
  );
  if (hidden.length < 2) return undefined;
  const sizes = hidden.map(layer => meanOf(layer.gradient!));
  const [first, last] = [sizes[0], sizes[sizes.length - 1]];
  const slack = isStanding(hidden[0].name) ? SLACK : 1;
  const ratio = first / last;
  if (!(ratio > options.ratio * slack) || last === 0) return undefined;
  const gradients = Object.fromEntries(hidden.map(({name}, i) => [name, sizes[i]]));
  return {
    layer: hidden[0].name,
    message: `the mean gradient grows ${ratio.toPrecision(2)} times from ${hidden[hidden.length - 1].name} to here`,
    evidence: {ratio, gradients},
    ...remedy(hidden[0], snapshot),
  };
}

function isHuge(
  snapshot: Snapshot,
  options: Options,
  isStanding: (layer: string) => boolean,
): Problem | undefined {
  const kernel = kernelsOf(snapshot).find(
    ({layer, gradient}) => gradient > options.mean * (isStanding(layer) ? SLACK : 1),
  );
  if (!kernel) return undefined;
  const {layer, name, gradient} = kernel;
  return {
    layer,
    message: `the mean gradient of its ${name} is ${gradient.toExponential(1)}`,
    evidence: {gradient},
    ...remedy(ownerOf(kernel, snapshot), snapshot),
  };
}

function keepsDoubling(
  snapshot: Snapshot,
  history: readonly Snapshot[],
  {doublings}: Options,
): Problem | undefined {
  const recent = [...history.filter(({step}) => step < snapshot.step), snapshot];
  const windows = recent.slice(-doublings - 1);
  if (windows.length <= doublings) return undefined;
  for (const latest of kernelsOf(snapshot)) {
    const {layer, name} = latest;
    const norms = windows.map(window => {
      const kernel = kernelsOf(window).find(each => each.layer === layer && each.name === name);
      return kernel ? gradientNorm(kernel) : NaN;
    });
    const isDoubling = norms.every((norm, index) => index === 0 || norm >= 2 * norms[index - 1]);
    if (!isDoubling || !(norms[norms.length - 1] > SMALL)) continue;
    return {
      layer,
      message: `the gradient of its ${name} doubled in each of ${doublings} windows`,
      evidence: {norms},
      ...remedy(ownerOf(latest, snapshot), snapshot),
    };
  }
  return undefined;
}

function remedy(layer: Subject, snapshot: Snapshot): Pick<Problem, 'severity' | 'fixes'> {
  return {
    severity: 'warning',
    fixes: [
      lowerLearningRate(snapshot),
      scaleInputs,
      startAtScale(layer),
      normalizeBeforeActivation(layer),
    ],
  };
}
