import * as tf from '@tensorflow/tfjs';

type Tape = ReturnType<typeof tf.engine>['state']['activeTape'];

/** The tape of the gradient that is being recorded, if any: one for a scope and those within it. */
function currentTape(): Tape | undefined {
  const {gradientDepth, activeTape} = tf.engine().state;
  return gradientDepth > 0 ? (activeTape ?? undefined) : undefined;
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
  private first: number | undefined;

  /** Whether the current scope, or there being none, is new since the last question. */
  hasChanged(): boolean {
    const first = firstOnTape();
    if (first === this.first) return false;
    this.first = first;
    return true;
  }
}

/**
 * The number of the first operation on the tape, or the one that it is going to have. (A reference to
 * the tape, weak ones too, would keep all that a pass made until the event loop turns, which makes every
 * collection of garbage slower.)
 */
function firstOnTape(): number | undefined {
  const tape = currentTape();
  return tape && (tape[0]?.id ?? tf.engine().state.nextTapeNodeId);
}

/** A number that all calls of one pass share: that of the outermost scope of tensors; none outside of any. */
export function outermostScope(): number | undefined {
  return tf.engine().state.scopeStack[0]?.id;
}

/**
 * Runs `work` as the forward part of a gradient of its own: nothing in it is recorded, so that no
 * tape keeps tensors of it, whatever becomes of the pass. `work` returns a tensor that it keeps.
 */
export function untaped(work: () => tf.Tensor): tf.Tensor {
  return tf.customGrad(() => ({value: work(), gradFunc: () => [] as tf.Tensor[]}))();
}

/**
 * Asks for the gradient of a tensor that was just computed, when it is known: all of it, from whatever
 * uses the tensor. No operation is added. Returns whether it can come at all.
 */
export function tapGradient(tensor: tf.Tensor, tell: (gradient: tf.Tensor) => void): boolean {
  const tape = currentTape() ?? [];
  for (let index = tape.length - 1; index >= 0; index--) {
    const node = tape[index];
    const output = node.outputs.findIndex(({id}) => id === tensor.id);
    if (output < 0) continue;
    const {gradient} = node;
    if (!gradient) return false;
    node.gradient = dys => {
      if (dys[output]) tell(dys[output]);
      return gradient(dys);
    };
    return true;
  }
  return false;
}

/** What tfjs kept of the input of the operation that just gave a tensor, where it is of one. */
export function savedInputOf(tensor: tf.Tensor, kernelName: string): tf.Tensor | null {
  const tape = currentTape() ?? [];
  const node = tape[tape.length - 1];
  const isIt = node?.kernelName === kernelName && node.outputs[0]?.id === tensor.id;
  const saved = isIt ? node.saved?.[0] : undefined;
  return saved && saved.size === tensor.size ? saved : null;
}

/** A further tensor of the same data, which stays until it is disposed; no data is copied. */
export function keepFurther(tensor: tf.Tensor): tf.Tensor {
  const engine = tf.engine();
  const {backend} = engine.state.tensorInfo.get(tensor.dataId)!;
  (backend as unknown as {incRef(dataId: object): void}).incRef(tensor.dataId);
  return tf.keep(engine.makeTensorFromTensorInfo(tensor, backend) as tf.Tensor);
}
