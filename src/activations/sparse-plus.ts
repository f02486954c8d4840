import {createActivation} from '../definition.js';
import {where} from '../formula/index.js';

/**
 * A ReLU whose corner is a parabola: sparse and differentiable everywhere.
 *
 *     0 for x ≤ −1, (x + 1)²/4 between, x for x ≥ 1
 */
export const sparsePlus = createActivation({
  name: 'sparsePlus',
  className: 'SparsePlus',
  formula: ({x}) => where(x.lessEqual(-1), 0, where(x.less(1), x.add(1).square().mul(0.25), x)),
  paper: 'Blondel et al., 2019, https://arxiv.org/abs/1901.02324',
  note: 'A softplus that is exactly 0 below −1: smooth and sparse.',
});

export const SparsePlus = sparsePlus.layerClass;
