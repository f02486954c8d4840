import {activationLayerOf, followers, short} from '../chains.js';
import {layerCode} from '../../../monitor/layer-code.js';
import {percent} from '../../../monitor/text.js';
import type {LintProblem, LintRule, LintedLayer} from '../types.js';

/** The share of the gradient of units that start at 0, as a mean square, below which it is told. */
const LEAST = 1 / 3;

/** A bias from which units start dead or saturated. */
export const initialBiasRule: LintRule = {
  id: 'initial-bias',
  description: 'A bias that starts where the activation is nearly flat',
  why:
    'A ReLU whose bias starts below 0 rarely fires, and the layer behind it even less; a tanh or sigmoid ' +
    'far from 0 starts saturated. Biases start at 0, or a little above. Gates, which multiply what ' +
    'other layers give, may start closed.',
  reference: 'Lu et al., 2019, Dying ReLU and initialization, https://arxiv.org/abs/1903.06733',
  check: ({layers}) => layers.flatMap(checkLayer),
};

function checkLayer(layer: LintedLayer): LintProblem[] {
  const {initialBias, isOutput, hasBias} = layer;
  const acting = activationLayerOf(layer);
  const {activation} = acting;
  if (!activation?.traits || isOutput || !hasBias || initialBias === null || isGate(acting)) {
    return [];
  }
  const {slopeMomentAround} = activation.traits;
  const share = slopeMomentAround(initialBias) / slopeMomentAround(0);
  if (!(share < LEAST)) return [];
  return [
    {
      severity: 'warning',
      layer: layer.name,
      message:
        `its biases start at ${initialBias}, from where ${activation.name} passes on ` +
        `${percent(share)} of the mean squared gradient that it does from 0`,
      evidence: {bias: initialBias, activation: activation.name, share: Number(short(share))},
      fixes: [
        {
          title: 'Start the biases at 0',
          code: `${layerCode(layer, {...ownActivation(layer), biasInitializer: "'zeros'"})};`,
        },
      ],
    },
  ];
}

/** Whether what a layer gives is multiplied with what others give. */
function isGate(layer: LintedLayer): boolean {
  return followers(layer).some(({layerClass}) => layerClass === 'Multiply');
}

function ownActivation(layer: LintedLayer): Record<string, string> {
  return activationLayerOf(layer) === layer ? {activation: `'${layer.activation!.name}'`} : {};
}
