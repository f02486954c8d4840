import {swish} from '../../activations/index.js';
import {GatedLinearUnit, gatedBy} from './gated-linear-unit.js';

const PROGRAM = gatedBy(swish);

/**
 * Gated linear unit with a Swish for the gate.
 *
 *     a · b · sigmoid(b)
 *
 * a and b are the first and the second half of `axis`, by default −1, the channels: inputs of any
 * rank, [batch, …, 2n] become [batch, …, n]. The second half gates the first.
 * @throws if the axis is out of range or the batch's, or its size is odd.
 */
export class SwiGLU extends GatedLinearUnit {
  /** @nocollapse */
  static readonly className = 'SwiGLU';
  static readonly activationName = 'swiglu';
  static readonly formulaText = 'a * swish(b)';
  static readonly paper = 'Shazeer, 2020, https://arxiv.org/abs/2002.05202';
  static readonly note =
    'With GEGLU the best of its paper in the feed-forward layers of transformers, which ' +
    'offers no explanation. Halves the channels: make the layer before twice as wide.';

  protected readonly program = PROGRAM;
}
