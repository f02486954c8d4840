import {sigmoid} from '../../activations/index.js';
import {GatedLinearUnit, gatedBy} from './gated-linear-unit.js';

const PROGRAM = gatedBy(sigmoid);

/**
 * Gated linear unit: half of the channels says how much of the other half passes.
 *
 *     a · sigmoid(b)
 *
 * a and b are the first and the second half of `axis`, by default −1, the channels: inputs of any
 * rank, [batch, …, 2n] become [batch, …, n]. As in PyTorch, Keras 3 and JAX, the second
 * half gates the first.
 * @throws if the axis is out of range or the batch's, or its size is odd.
 */
export class GLU extends GatedLinearUnit {
  /** @nocollapse */
  static readonly className = 'GLU';
  static readonly activationName = 'glu';
  static readonly formulaText = 'a * sigmoid(b)';
  static readonly paper = 'Dauphin et al., 2017, https://arxiv.org/abs/1612.08083';
  static readonly note =
    'The paper builds language models of convolutions with it, and claims that its linear ' +
    'path lets gradients through. Halves the channels: make the layer before twice as wide.';

  protected readonly program = PROGRAM;
}
