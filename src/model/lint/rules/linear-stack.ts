import {isStraight} from '../chains.js';
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
  const kernels = nextKernels(layer);
  if (!kernels || kernels.some(({layerClass}) => FORMS.test(layerClass))) return [];
  const next = kernels.map(({name}) => name).join(', ');
  const [inputs, units] = [fanIn(layer), layer.units];
  const outputs = kernels.reduce<number | null>(
    (sum, each) => (sum === null || each.units === null ? null : sum + each.units),
    0,
  );
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
      message: `nothing but linear steps lead from here to ${next}: the two are one linear layer`,
      evidence: {next, inputs, units, outputs},
      fixes: [
        useActivation(layer, 'relu', 'Give it an activation'),
        {title: `Or leave the layer out, and let ${next} do its work`},
      ],
    },
  ];
}

/** How many numbers each of its outputs is made of. */
function fanIn({kernel, inputs}: LintedLayer): number | null {
  if (!kernel) return inputs;
  return kernel.shape.slice(0, -1).reduce((product, size) => product * size, 1);
}

/** The kernels that all outputs of a layer go into, past all that is linear; null where not all do. */
function nextKernels({after, isOutput}: LintedLayer): LintedLayer[] | null {
  if (isOutput || after.length === 0) return null;
  const found: LintedLayer[] = [];
  for (const next of after) {
    if (next.isJoining) return null;
    const isLinear =
      ['moving', 'dropout', 'averaging', 'batch normalization'].includes(next.role) ||
      (next.role === 'activation' && isStraight(next));
    const kernels = next.role === 'kernel' ? [next] : isLinear ? nextKernels(next) : null;
    if (!kernels) return null;
    found.push(...kernels);
  }
  return found;
}
