import type {Tensor, Variable} from '@tensorflow/tfjs';

/** New values of variables, which all take at once: where something fails before that, none does. */
export class Edits {
  private readonly values = new Map<Variable, Tensor>();

  /** What a variable is going to be. */
  valueOf(variable: Variable): Tensor {
    return this.values.get(variable) ?? variable;
  }

  set(variable: Variable, value: Tensor): void {
    this.values.set(variable, value);
  }

  apply(): void {
    for (const [variable, value] of this.values) variable.assign(value);
  }
}
