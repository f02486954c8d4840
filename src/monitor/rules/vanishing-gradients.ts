import {normalizeBeforeActivation, startAtScale} from '../fixes.js';
import type {Fix} from '../fixes.js';
import {gradientNorm, kernelsOf, ownerOf} from '../kernels.js';
import {initializedCode, isConvolution, isRecurrent, layerCode} from '../layer-code.js';
import type {LayerClass, Snapshot} from '../types.js';
import {defineRule} from './define-rule.js';

/** A standing finding goes only once the gradients are clearly larger again. */
const SLACK = 2;

/** How much less of a fall is asked of the first window. */
const EARLY = 10;

/**
 * Vanishing: on its way from the last kernel to the first the gradient shrinks 1000 times, and little
 * is left of it (as AUTOTRAINER says). The ratio of the norms is judged, never the size alone, and it
 * must have been small from the first window on: in a model that has converged all gradients are.
 */
export const vanishingGradientsRule = defineRule({
  id: 'vanishing-gradients',
  description: 'Gradients that shrink on their way to the first layer',
  link: 'https://proceedings.mlr.press/v9/glorot10a.html',
  options: {
    ratio: {default: 1e-3, description: 'Gradient norm of the first kernel ÷ the last, below'},
    norm: {default: 1e-3, description: 'Gradient norm of the first kernel, below'},
    patience: 2,
  },
  check({snapshot, history, options, isStanding}) {
    const kernels = kernelsOf(snapshot);
    if (kernels.length < 2) return [];
    const norms = kernels.map(gradientNorm);
    const [first, last] = [norms[0], norms[norms.length - 1]];
    const {layer} = kernels[0];
    const owner = ownerOf(kernels[0], snapshot);
    const slack = isStanding(layer) ? SLACK : 1;
    const ratio = first / last;
    // False where a norm is NaN, or where no gradient came to the last kernel either.
    const isVanishing = ratio < options.ratio * slack && first < options.norm * slack;
    const wasVanishing = history.length === 0 || ratioOf(history[0]) < options.ratio * EARLY;
    if (!isVanishing || !wasVanishing) return [];
    return [
      {
        severity: 'warning',
        layer,
        message:
          `the gradient's norm falls from ${last.toExponential(1)} in ${kernels[kernels.length - 1].layer} ` +
          `to ${first.toExponential(1)} here: the first layers hardly learn`,
        evidence: {
          ratio,
          norms: Object.fromEntries(kernels.map(({layer}, i) => [layer, norms[i]])),
        },
        fixes: [
          startAtScale(owner),
          ...slopeOfOne(owner),
          normalizeBeforeActivation(owner),
          ...signalAround(owner),
        ],
      },
    ];
  },
});

/** The gradient norm of the first kernel over that of the last. */
function ratioOf(snapshot: Snapshot): number {
  const norms = kernelsOf(snapshot).map(gradientNorm);
  return norms[0] / norms[norms.length - 1];
}

/** Nothing for recurrent layers, whose activations keep the state within bounds. */
function slopeOfOne(layer: LayerClass): Fix[] {
  if (isRecurrent(layer)) return [];
  const title = 'Use an activation whose slope does not fall below 1 on one side';
  return [{title, code: `${initializedCode(layer, 'heNormal', {activation: "'relu'"})};`}];
}

/** Nothing for recurrent layers, which lead it from step to step. */
function signalAround(layer: LayerClass): Fix[] {
  if (isRecurrent(layer)) return [];
  const code = layerCode(layer, isConvolution(layer) ? {padding: "'same'"} : {});
  return [
    {
      title: 'Lead the signal around the layers',
      code: `const inner = ${code}.apply(input);\nconst output = tf.layers.add().apply([input, inner]);`,
    },
  ];
}
