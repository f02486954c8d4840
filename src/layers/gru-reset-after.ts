import * as tf from '@tensorflow/tfjs';
import type {LayerVariable, Tensor, serialization} from '@tensorflow/tfjs';

type GRU = ReturnType<typeof tf.layers.gru>;
type GRUArgs = Parameters<typeof tf.layers.gru>[0];
type GRUCell = ReturnType<typeof tf.layers.gruCell>;
type GRUCellArgs = Parameters<typeof tf.layers.gruCell>[0];

/** Classes that TensorFlow.js does not export. */
const StockGRU = tf.layers.gru({units: 1, name: 'gru'}).constructor as new (args: GRUArgs) => GRU;
const StockGRUCell = tf.layers.gruCell({units: 1, name: 'gru'}).constructor as new (
  args: GRUCellArgs,
) => GRUCell;

/**
 * The GRU cell that Keras makes by default (`reset_after=True`), and TensorFlow.js lacks: it resets what the
 * recurrent kernel R has made of the state h, and adds a bias to that, too. With the gates z and r:
 *
 *     candidate = tanh(x·K + b + r·(h·R + c))
 *     new state = z·h + (1 − z)·candidate
 *
 * Its arguments are those of `tf.layers.gruCell`.
 */
export class GRUResetAfterCell extends StockGRUCell {
  /** @nocollapse */
  static readonly className: string = 'GRUResetAfterCell';

  constructor(args: GRUCellArgs) {
    super({...args, resetAfter: false});
  }

  override call(inputs: Tensor | Tensor[], kwargs: {training?: boolean}): Tensor[] {
    return tf.tidy(() => {
      const [input, before] = inputs as tf.Tensor2D[];
      const isTraining = kwargs.training === true;
      const x = isTraining ? this.dropped(input, 'dropoutMask', this.dropout) : input;
      const h = isTraining
        ? this.dropped(before, 'recurrentDropoutMask', this.recurrentDropout)
        : before;
      const [inputBias, stateBias] = this.useBias ? tf.unstack(this.bias.read()) : [0, 0];
      const ofInput = x.matMul(this.kernel.read()).add(inputBias);
      const ofState = h.matMul(this.recurrentKernel.read()).add(stateBias);
      const [xUpdate, xReset, xCandidate] = tf.split(ofInput, 3, 1);
      const [hUpdate, hReset, hCandidate] = tf.split(ofState, 3, 1);
      const update = this.recurrentActivation.apply(xUpdate.add(hUpdate));
      const reset = this.recurrentActivation.apply(xReset.add(hReset));
      const candidate = this.activation.apply(xCandidate.add(reset.mul(hCandidate)));
      const state = update.mul(h).add(tf.sub(1, update).mul(candidate));
      return [state, state];
    });
  }

  override getConfig(): serialization.ConfigDict {
    return {...super.getConfig(), resetAfter: true};
  }

  /** The mask is kept for all time steps; the layer disposes it when it is called again. */
  private dropped(
    x: tf.Tensor2D,
    mask: 'dropoutMask' | 'recurrentDropoutMask',
    rate: number,
  ): tf.Tensor2D {
    if (rate === 0) return x;
    this[mask] ??= tf.keep(tf.dropout(tf.onesLike(x), rate));
    return x.mul(this[mask] as Tensor);
  }

  /** As in every layer, but there are two biases: of the input, and of the state. */
  protected override addWeight(
    ...[name, shape, ...others]: Parameters<tf.layers.Layer['addWeight']>
  ): LayerVariable {
    return super.addWeight(name, name === 'bias' ? [2, ...shape] : shape, ...others);
  }
}

/** A layer of {@link GRUResetAfterCell}; its arguments are those of `tf.layers.gru`. */
export class GRUResetAfter extends StockGRU {
  /** @nocollapse */
  static readonly className: string = 'GRUResetAfter';

  constructor(args: GRUArgs) {
    super({...args, resetAfter: false} as GRUArgs);
    Object.assign(this, {cell: new GRUResetAfterCell(args)});
  }
}
