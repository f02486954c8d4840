import {addActivation} from '../fixes.js';
import type {LintRule, LintedLayer} from '../types.js';

const sizeOf = ({weights}: LintedLayer): number =>
  weights.filter(each => each.isPerPosition).reduce((sum, {size}) => sum + size, 0);

/** Weights of an activation for each pixel or time step. */
export const weightsPerPositionRule: LintRule = {
  id: 'weights-per-position',
  description: 'An activation that learns weights for each position of a picture or a sequence',
  why:
    'Convolutions share their kernels over all positions; an activation that does not has weights for ' +
    'each pixel, learns each from few examples, and is tied to one input size. It is the default of PReLU.',
  reference: 'He et al., 2015, section 2.1, https://arxiv.org/abs/1502.01852',
  check: ({layers, weightCount}) =>
    layers
      .filter(layer => sizeOf(layer) > 0)
      .map(layer => ({
        severity: 'warning',
        layer: layer.name,
        message: `its activation learns ${sizeOf(layer)} weights, one for each position and channel; ${layer.units} would do`,
        evidence: {
          shapes: Object.fromEntries(layer.weights.map(({name, shape}) => [name, shape])),
          weights: sizeOf(layer),
          ofModel: sizeOf(layer) / weightCount,
        },
        fixes: [
          addActivation(layer, 'Share the weights over all positions', {sharedAxes: "'spatial'"}),
        ],
      })),
};
