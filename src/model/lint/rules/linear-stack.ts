import {onlyFollower, isStraight} from '../chains.js';
import {useActivation} from '../fixes.js';
import type {LintProblem, LintRule, LintedLayer} from '../types.js';

/** Layers whose kernels have a form of their own, which no single layer replaces. */
const FORMS = /Depthwise|Separable|Transpose/;

/** Two layers with kernels one after the other, and nothing that bends the numbers between. */
export const linearStackRule: LintRule = {
  id: 'linear-stack',
  description: 'Two linear layers one after the other',
  why:
    'A linear function of a linear function is linear: together the two can do no more than one layer. ' +
    'A bottleneck, narrower than what is on both sides of it, is a low-rank layer and is not told.',
  reference:
    'Goodfellow, Bengio & Courville, 2016, Deep Learning, section 6.1, https://www.deeplearningbook.org/contents/mlp.html',
  check: ({layers}) => layers.flatMap(checkLayer),
};

function checkLayer(layer: LintedLayer): LintProblem[] {
  if (layer.role !== 'kernel' || !isStraight(layer) || FORMS.test(layer.layerClass)) return [];
  const next = nextKernel(layer);
  if (!next || FORMS.test(next.layerClass)) return [];
  const [inputs, units, outputs] = [fanIn(layer), layer.units, next.units];
  if (
    units === null ||
    (inputs !== null && outputs !== null && units < Math.min(inputs, outputs))
  ) {
    return [];
  }
  return [
    {
      severity: 'warning',
      layer: layer.name,
      message: `nothing but linear steps lead from here to ${next.name}: the two are one linear layer`,
      evidence: {next: next.name, inputs, units, outputs},
      fixes: [
        useActivation(layer, 'relu', 'Give it an activation'),
        {title: `Or leave the layer out, and let ${next.name} do its work`},
      ],
    },
  ];
}

/** How many numbers each of its outputs is made of. */
function fanIn({kernel, inputs}: LintedLayer): number | null {
  if (!kernel) return inputs;
  return kernel.shape.slice(0, -1).reduce((product, size) => product * size, 1);
}

/** The kernel that the outputs of a layer go into, past all that is linear. */
function nextKernel(layer: LintedLayer): LintedLayer | null {
  const next = onlyFollower(layer);
  if (!next) return null;
  if (next.role === 'kernel') return next;
  const isLinear =
    ['batch normalization', 'averaging'].includes(next.role) ||
    (next.role === 'activation' && isStraight(next));
  return isLinear ? nextKernel(next) : null;
}
