import {relu} from '../../activations/index.js';
import {GatedLinearUnit, gatedBy} from './gated-linear-unit.js';

const PROGRAM = gatedBy(relu);

/**
 * Gated linear unit with a ReLU for the gate.
 *
 *     a · max(b, 0)
 *
 * a and b are the first and the second half of `axis`, by default −1, the channels: inputs of any
 * rank, [batch, …, 2n] become [batch, …, n]. The second half gates the first.
 * @throws if the axis is out of range or the batch's, or its size is odd.
 */
export class ReGLU extends GatedLinearUnit {
  /** @nocollapse */
  static readonly className = 'ReGLU';
  static readonly activationName = 'reglu';
  static readonly formulaText = 'a * relu(b)';
  static readonly paper = 'Shazeer, 2020, https://arxiv.org/abs/2002.05202';
  static readonly note =
    'The paper reports lower perplexity than with ReLU or GELU in the feed-forward layers of ' +
    'transformers, without an explanation. Halves the channels: make the layer before twice ' +
    'as wide.';

  protected readonly program = PROGRAM;
}
