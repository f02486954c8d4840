import * as tf from '@tensorflow/tfjs';
import type {Tensor} from '@tensorflow/tfjs';
import {keepFurther, tapGradient, untaped} from './passes.js';

/** What a call gave, in one tensor each. */
export interface WholeCall {
  readonly y: Tensor;
  readonly z: Tensor | null;
  /** ∂loss/∂y, where it came. */
  readonly gradient: Tensor | null;
  readonly mask: Tensor | null;
}

interface Part {
  readonly y: Tensor;
  readonly z: Tensor | null;
  gradient?: Tensor;
  /** Whether the gradient is kept here, since others have yet to come. */
  isKept?: boolean;
}

/**
 * One call of an activation, kept until its gradient has come or cannot come any more: as a whole, or
 * in parts, one for each time step.
 */
export class RecordedCall {
  private readonly parts: Part[] = [];
  private mask: Tensor | null = null;
  private missing = 0;
  private isTapped = true;
  private onComplete: (() => void) | undefined;

  /** What is done to record is done by `time`, which tells what it costs. */
  constructor(
    private readonly steps: 'none' | 'forwards' | 'backwards',
    private readonly time: (work: () => void) => void,
  ) {}

  /** `z` is null where it cannot be known. */
  add(y: Tensor, z: Tensor | null): void {
    this.time(() => this.record(y, z));
  }

  private record(y: Tensor, z: Tensor | null): void {
    const part: Part = {y: keepFurther(y), z: z && keepFurther(z)};
    this.parts.push(part);
    this.missing++;
    const isTapped = tapGradient(y, gradient => {
      if (part.gradient || part.y.isDisposed) return;
      this.missing--;
      part.isKept = this.missing > 0 || !this.onComplete;
      part.gradient = part.isKept ? keepFurther(gradient) : gradient;
      if (this.missing === 0) this.onComplete?.();
    });
    this.isTapped &&= isTapped;
  }

  /** Told when the call is over. The mask that tfjs passed may have been meant for another layer. */
  end(mask: Tensor | null): void {
    this.mask = mask && keepFurther(mask);
  }

  /** Whether there was no call, or one of no samples. */
  get isEmpty(): boolean {
    return this.parts.every(({y}) => y.size === 0);
  }

  /** Calls back when all gradients have come; returns whether they may come at all. */
  whenComplete(callBack: () => void): boolean {
    this.onComplete = callBack;
    return this.isTapped;
  }

  /** Runs `work` on the whole call, with the gradients that have come, and lets everything go. */
  finish<T>(work: (call: WholeCall) => T): T {
    this.onComplete = undefined;
    const {parts, mask} = this;
    const made: Tensor[] = [];
    const make = (compute: () => Tensor): Tensor => {
      const tensor = untaped(() => tf.tidy(() => tf.keep(compute())));
      made.push(tensor);
      return tensor;
    };
    const join = (tensors: Tensor[]): Tensor => {
      if (this.steps === 'none') return tensors[0];
      const inOrder = this.steps === 'backwards' ? tensors.reverse() : tensors;
      return make(() => tf.stack(inOrder, 1));
    };
    try {
      const isKnown = parts.every(({z}) => z !== null);
      const hasGradient = parts.some(({gradient}) => gradient !== undefined);
      // No gradient comes to steps that the loss does not depend on.
      const gradientOf = ({gradient, y}: Part): Tensor => gradient ?? make(() => tf.zerosLike(y));
      return work({
        y: join(parts.map(({y}) => y)),
        z: isKnown ? join(parts.map(({z}) => z!)) : null,
        gradient: hasGradient ? join(parts.map(gradientOf)) : null,
        mask,
      });
    } finally {
      for (const tensor of made) tensor.dispose();
      this.dispose();
    }
  }

  dispose(): void {
    for (const {y, z, gradient, isKept} of this.parts.splice(0)) {
      y.dispose();
      z?.dispose();
      if (isKept) gradient?.dispose();
    }
    this.mask?.dispose();
    this.mask = null;
  }
}
