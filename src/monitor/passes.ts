import * as tf from '@tensorflow/tfjs';

/** The tape of the gradient that is being recorded, if any: one for a scope and those within it. */
function currentTape(): object | undefined {
  const {gradientDepth, activeTape} = tf.engine().state;
  return gradientDepth > 0 ? activeTape : undefined;
}

/** Whether a gradient is being recorded. */
export function isRecording(): boolean {
  return currentTape() !== undefined;
}

/**
 * Tells training passes apart in loops of one's own: one gradient scope is one pass. A discriminator
 * that judges real and fake samples for one step is called twice in it.
 */
export class GradientScope {
  private tape: WeakRef<object> | undefined;

  /** Whether the current scope, or there being none, is new since the last question. */
  hasChanged(): boolean {
    const tape = currentTape();
    if (tape === this.tape?.deref()) return false;
    this.tape = tape && new WeakRef(tape);
    return true;
  }
}

/**
 * Runs `work` as the forward part of a gradient of its own: nothing in it is recorded, so that no
 * tape keeps tensors of it, whatever becomes of the pass. `work` returns a tensor that it keeps.
 */
export function untaped(work: () => tf.Tensor): tf.Tensor {
  return tf.customGrad(() => ({value: work(), gradFunc: () => [] as tf.Tensor[]}))();
}
