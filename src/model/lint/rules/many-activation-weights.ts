import {percent} from '../../../monitor/text.js';
import {addActivation} from '../fixes.js';
import type {LintRule, LintedLayer} from '../types.js';

/** The share of a model's weights that one activation may have. */
const MOST = 0.1;

const isFree = ({l1, l2}: {l1: number; l2: number}): boolean => l1 === 0 && l2 === 0;

const sizeOf = ({weights}: LintedLayer): number =>
  weights.filter(isFree).reduce((sum, {size}) => sum + size, 0);

/** Whether all units have the same already. */
const isShared = ({weights}: LintedLayer): boolean => weights.every(each => each.copies === 1);

/** Activations that have much to learn where little else has. */
export const manyActivationWeightsRule: LintRule = {
  id: 'many-activation-weights',
  description: 'A learned activation with a large share of the weights, and no regularizer',
  why:
    'Coefficients for each unit make the shape of every activation free; in a small model they are much ' +
    'of what there is to learn, and follow the noise of the data.',
  reference: 'Agostinelli et al., 2015, https://arxiv.org/abs/1412.6830',
  check: ({layers, weightCount}) =>
    layers
      .filter(layer => !layer.weights.some(each => each.isPerPosition))
      .filter(layer => sizeOf(layer) > MOST * weightCount)
      .map(layer => ({
        severity: 'info',
        layer: layer.name,
        message: `its activation has ${sizeOf(layer)} weights, ${percent(sizeOf(layer) / weightCount)} of the model's`,
        evidence: {weights: sizeOf(layer), ofModel: sizeOf(layer) / weightCount},
        fixes: [
          ...(isShared(layer)
            ? []
            : [addActivation(layer, 'Let all units share them', {sharedAxes: "'all'"})]),
          {
            title: 'Or take an activation that learns nothing',
            code: "model.add(tf.layers.activation({activation: 'swish'}));",
          },
        ],
      })),
};
