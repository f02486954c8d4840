import type {Attribute, NativeBackend} from './backend.js';

/** Runs `work`, and then deletes all tensors of TensorFlow that it made and did not keep. */
export function withScope<T>({binding}: NativeBackend, work: (scope: Scope) => T): T {
  const scope = new Scope(binding);
  try {
    return work(scope);
  } finally {
    scope.deleteAll();
  }
}

/** Tensors of TensorFlow, by their numbers, that are deleted together, even where an op fails. */
export class Scope {
  private readonly ids = new Set<number>();

  constructor(private readonly binding: NativeBackend['binding']) {}

  create(shape: number[], values: Float32Array | Int32Array): number {
    const {TF_FLOAT, TF_INT32} = this.binding;
    const type = values instanceof Int32Array ? TF_INT32 : TF_FLOAT;
    const id = this.binding.createTensor(shape, type, values);
    this.ids.add(id);
    return id;
  }

  /** Runs an op of so many outputs. */
  executeAll(
    name: string,
    inputs: readonly number[],
    attributes: readonly Attribute[],
    outputs: number,
  ): number[] {
    const made = this.binding.executeOp(name, attributes, inputs, outputs).map(({id}) => id);
    for (const id of made) this.ids.add(id);
    return made;
  }

  execute(name: string, inputs: readonly number[], attributes: readonly Attribute[] = []): number {
    return this.executeAll(name, inputs, attributes, 1)[0];
  }

  /** A tensor of the same numbers, or of them repeated, in another shape. */
  inShape(shape: readonly number[], op: 'Reshape' | 'BroadcastTo', id: number): number {
    const sizes = this.create([shape.length], Int32Array.from(shape));
    const made = this.execute(op, [id, sizes]);
    this.delete(sizes);
    return made;
  }

  /** Deletes a tensor if it is of this scope. */
  delete(id: number): void {
    if (this.ids.delete(id)) this.binding.deleteTensor(id);
  }

  deleteAll(): void {
    for (const id of this.ids) this.delete(id);
  }

  /** Takes a tensor out of this scope. */
  keep(id: number): number {
    this.ids.delete(id);
    return id;
  }
}
