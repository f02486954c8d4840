import * as tf from '@tensorflow/tfjs';
import type {Tensor} from '@tensorflow/tfjs';
import {subjects} from './subjects.js';
import type {Subject, Weights} from './subjects.js';
import type {Contestant} from './timing.js';

export const BACKENDS = ['wasm', 'cpu'] as const;
export type Backend = (typeof BACKENDS)[number];

export const SHAPES = {dense: [128, 1024], conv: [32, 28, 28, 64]} as const;
export type ShapeName = keyof typeof SHAPES;
export const SHAPE_NAMES = Object.keys(SHAPES) as ShapeName[];

export const DIRECTIONS = ['forward', 'step'] as const;
/** A step is forward and backward. */
export type Direction = (typeof DIRECTIONS)[number];

export type Side = 'ours' | 'stock';

/** The contestant that is no subject. */
export const COPY = 'copy';

export function keyOf(name: string, side: Side, direction: Direction): string {
  return `${name}, ${side}, ${direction}`;
}

/** The tensors that all contestants of one shape are run on. */
export class Workload {
  private readonly x: Tensor;
  private readonly dy: Tensor;
  private readonly others: Tensor[] = [];

  constructor(private readonly shape: readonly number[]) {
    const [x, dy] = [1, 2].map(seed => tf.randomNormal([...shape], 0, 1, 'float32', seed));
    [this.x, this.dy] = [x, dy];
  }

  get bytes(): number {
    return this.x.size * Float32Array.BYTES_PER_ELEMENT;
  }

  /** Each unit's own weights, or coefficients that all units share. */
  private weightsOf({weights}: Subject): Weights {
    const units = this.shape[this.shape.length - 1];
    const tensors = Object.entries(weights).map(([name, start]): [string, Tensor] => [
      name,
      typeof start === 'number' ? tf.fill([units], start) : tf.tensor1d([...start]),
    ]);
    this.others.push(...tensors.map(([, tensor]) => tensor));
    return Object.fromEntries(tensors);
  }

  contestantsOf(subject: Subject, side: Side): Record<Direction, Contestant> {
    const weights = this.weightsOf(subject);
    const apply = subject[side];
    const forward = (x: Tensor): Tensor => apply(x, weights);
    const gradient = tf.grads(forward as (...tensors: Tensor[]) => Tensor);
    const inputs = [this.x, ...Object.values(weights)];
    return {
      forward: {
        key: keyOf(subject.name, side, 'forward'),
        run: () => tf.tidy(() => forward(this.x)).dispose(),
      },
      step: {
        key: keyOf(subject.name, side, 'step'),
        run: () => tf.dispose(gradient(inputs, this.dy)),
      },
    };
  }

  /** All that is compared, each forward and as a step. */
  contestants(names?: readonly string[]): Contestant[] {
    const chosen = subjects.filter(({name}) => !names || names.includes(name) || name === 'relu');
    const sides = ['ours', 'stock'] as const;
    return [
      ...chosen.flatMap(subject =>
        sides.flatMap(side => Object.values(this.contestantsOf(subject, side))),
      ),
      this.copy(),
    ];
  }

  /** A copy of the bytes of x: no op that reads and writes as much can be much faster. */
  private copy(): Contestant {
    if (tf.getBackend() === 'wasm') return {key: COPY, run: () => tf.clone(this.x).dispose()};
    const values = this.x.dataSync<'float32'>();
    return {key: COPY, run: () => values.slice()};
  }

  dispose(): void {
    tf.dispose([this.x, this.dy, ...this.others]);
  }
}

/** On cpu all of them share one closure with relu, which is slower the more of them have been run. */
const UNARY_OPS = [tf.exp, tf.sigmoid, tf.sin, tf.cos, tf.atan, tf.sign, tf.ceil, tf.tan];

/** Runs eight unary ops, as a program would have done that does more than relu. */
export function runOtherUnaryOps(shape: readonly number[]): void {
  tf.tidy(() => {
    const x = tf.randomNormal([...shape]);
    for (let time = 0; time < 5; time++) for (const op of UNARY_OPS) op(x as Tensor);
  });
}
