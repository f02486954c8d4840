import {activationLayerOf} from '../chains.js';
import {layerCode} from '../../../monitor/layer-code.js';
import type {LintRule, LintedLayer} from '../types.js';

/** Inputs of an activation are spread by about 1: a bias beyond this leaves few on the other side of 0. */
const FAR = 2;

/** A bias from which units start dead or saturated. */
export const initialBiasRule: LintRule = {
  id: 'initial-bias',
  description: 'A bias that starts far from 0',
  why:
    'A ReLU whose bias starts far below 0 never fires and never learns; a tanh or sigmoid far from 0 ' +
    'starts saturated. Biases start at 0, or a little above.',
  reference: 'Lu et al., 2019, Dying ReLU and initialization, https://arxiv.org/abs/1903.06733',
  check: ({layers}) =>
    layers.filter(isFarOff).map(layer => ({
      severity: 'warning',
      layer: layer.name,
      message: `its biases start at ${layer.initialBias}, where ${activationLayerOf(layer).activation!.name} is flat`,
      evidence: {bias: layer.initialBias, activation: activationLayerOf(layer).activation!.name},
      fixes: [
        {
          title: 'Start the biases at 0',
          code: `${layerCode(layer, {...ownActivation(layer), biasInitializer: "'zeros'"})};`,
        },
      ],
    })),
};

function isFarOff(layer: LintedLayer): boolean {
  const {initialBias, isOutput, hasBias} = layer;
  const traits = activationLayerOf(layer).activation?.traits;
  if (!traits || isOutput || !hasBias || initialBias === null) return false;
  return (
    (traits.isFlatBelow && initialBias <= -FAR) ||
    (traits.isSaturating && Math.abs(initialBias) >= FAR)
  );
}

function ownActivation(layer: LintedLayer): Record<string, string> {
  return activationLayerOf(layer) === layer ? {activation: `'${layer.activation!.name}'`} : {};
}
