import {createActivation} from '../definition.js';
import {where} from '../formula/index.js';

/**
 * Parametric tanh linear unit: slope at zero and saturation are learned.
 *
 *     x for x > 0, alpha · tanh(beta · x) below
 */
export const ptelu = createActivation({
  name: 'ptelu',
  className: 'PTELU',
  weights: {alpha: {initializer: 'ones'}, beta: {initializer: 'ones'}},
  formula: ({x, alpha, beta}) => where(x.greater(0), x, alpha.mul(x.mul(beta).tanh())),
  paper: 'Duggal & Gupta, 2017, ICCV workshops',
  note:
    'The paper reports gains over ReLU, PReLU and ELU on CIFAR; the exponential of tanh costs ' +
    'more than theirs.',
});

export const PTELU = ptelu.layerClass;
