import * as tf from '@tensorflow/tfjs';
import {InitializerBase} from '../../src/tfjs-classes.js';
import type {Initializer, Regularizer} from '../../src/tfjs-classes.js';
import type {Kind} from './case.js';

/** A layer of weights, and what follows it up to the next one. */
export interface Block {
  /** A name that tfjs knows, or a layer of the given name. */
  readonly activation: string | ((name: string) => tf.layers.Layer);
  /** Default: heNormal. */
  readonly kernel?: (seed: number) => Initializer;
  readonly bias?: Initializer;
  /** Whether the kernel and the bias stay as they are. */
  readonly isFrozen?: boolean;
  readonly regularizer?: Regularizer;
  readonly hasBatchNorm?: boolean;
  readonly dropout?: number;
}

export interface Network {
  readonly kind: Kind;
  readonly seed: number;
  /** The shape of a sample, where the kind does not tell it. */
  readonly inputShape?: number[];
  readonly hidden: readonly Block[];
  /** Default: `UNITS` of the kind. */
  readonly units?: number;
  readonly output: Block & {readonly units: number};
  /** What halves the image after the first convolution. Default: its stride. */
  readonly halving?: 'stride' | 'max pooling';
  /** Between the convolutions and the output. Default: 'flatten'. */
  readonly head?: 'flatten' | 'average';
}

/** The width of hidden layers. */
export const UNITS: Readonly<Record<Kind, number>> = {dense: 24, conv: 4};

/** From so many layers on a stack of convolutions halves the image twice, lest it take too long. */
const DEEP = 4;

export const heNormal = (seed: number): Initializer => tf.initializers.heNormal({seed});
export const glorotNormal = (seed: number): Initializer => tf.initializers.glorotNormal({seed});
export const lecunNormal = (seed: number): Initializer => tf.initializers.leCunNormal({seed});
/** He's initialization, times a factor. */
export const scaledHe =
  (factor: number) =>
  (seed: number): Initializer =>
    tf.initializers.varianceScaling({
      scale: 2 * factor * factor,
      mode: 'fanIn',
      distribution: 'normal',
      seed,
    });

/** Starts a bias at values of its own for each unit. */
class PerUnit extends InitializerBase {
  /** @nocollapse */
  static readonly className = 'PerUnit';

  constructor(private readonly values: (unit: number) => number) {
    super();
  }

  override apply([units]: number[]): tf.Tensor {
    return tf.tensor1d(Array.from({length: units}, (_, unit) => this.values(unit)));
  }
}

export const perUnit = (values: (unit: number) => number): Initializer => new PerUnit(values);

/** Starts some weights at a factor of what another initializer gives. */
class Scaled extends InitializerBase {
  /** @nocollapse */
  static readonly className = 'Scaled';

  constructor(
    private readonly inner: Initializer,
    private readonly factor: (unit: number) => number,
    /** Of the kernel, from the end: 1 for the units that it gives, 2 for those that it takes. */
    private readonly axis: 1 | 2,
  ) {
    super();
  }

  override apply(shape: number[]): tf.Tensor {
    return tf.tidy(() => {
      const units = shape[shape.length - this.axis];
      const factors = tf.tensor(Array.from({length: units}, (_, unit) => this.factor(unit)));
      return this.inner.apply(shape).mul(this.axis === 1 ? factors : factors.expandDims(-1));
    });
  }
}

/** He's initialization, in which the weights into some units are smaller. */
export const withIncoming = (factor: (unit: number) => number) => (seed: number) =>
  new Scaled(heNormal(seed), factor, 1);
/** He's initialization, in which the weights out of some units of the layer before are smaller. */
export const withOutgoing = (factor: (unit: number) => number) => (seed: number) =>
  new Scaled(heNormal(seed), factor, 2);

/** A value for every third unit, another for the rest. */
export const everyThird =
  (value: number, rest: number) =>
  (unit: number): number =>
    unit % 3 === 0 ? value : rest;

function blockLayers(
  block: Block,
  name: string,
  seed: number,
  make: (args: object) => tf.layers.Layer,
): tf.layers.Layer[] {
  const {activation, kernel = heNormal, bias, regularizer, hasBatchNorm, dropout} = block;
  const isInner = typeof activation === 'string' && !hasBatchNorm;
  const weights = make({
    name,
    kernelInitializer: kernel(seed),
    ...(bias ? {biasInitializer: bias} : {}),
    ...(block.isFrozen ? {trainable: false} : {}),
    ...(regularizer ? {kernelRegularizer: regularizer} : {}),
    ...(isInner ? {activation} : {}),
  });
  const itsName = `${name}_activation`;
  const activate = (): tf.layers.Layer =>
    typeof activation === 'string'
      ? tf.layers.activation({activation: activation as 'relu', name: itsName})
      : activation(itsName);
  return [
    weights,
    ...(hasBatchNorm ? [tf.layers.batchNormalization({name: `${name}_norm`})] : []),
    ...(isInner ? [] : [activate()]),
    ...(dropout ? [tf.layers.dropout({rate: dropout, seed, name: `${name}_dropout`})] : []),
  ];
}

/** Layers `hidden1`, `hidden2`, … and `output`. */
export function network({
  kind,
  seed,
  inputShape = kind === 'dense' ? [64] : [8, 8, 1],
  hidden,
  units = UNITS[kind],
  output,
  halving = 'stride',
  head = 'flatten',
}: Network): tf.Sequential {
  const seedOf = (index: number): number => 100 * seed + index + 1;
  const isStrided = (index: number): boolean =>
    (index === 0 && halving === 'stride') || (index === 1 && hidden.length >= DEEP);
  const layers = hidden.flatMap((block, index) => {
    const first = index === 0 ? {inputShape} : {};
    const make = (args: object): tf.layers.Layer =>
      kind === 'dense'
        ? tf.layers.dense({units, ...first, ...args})
        : tf.layers.conv2d({
            filters: units,
            kernelSize: 3,
            padding: 'same',
            strides: isStrided(index) ? 2 : 1,
            ...first,
            ...args,
          });
    const name = `hidden${index + 1}`;
    const made = blockLayers(block, name, seedOf(index), make);
    const hasPooling = kind === 'conv' && index === 0 && halving === 'max pooling';
    return hasPooling
      ? [...made, tf.layers.maxPooling2d({poolSize: 2, name: `${name}_pooling`})]
      : made;
  });
  const between =
    kind === 'dense'
      ? []
      : head === 'flatten'
        ? [tf.layers.flatten({name: 'flatten'})]
        : [tf.layers.globalAveragePooling2d({name: 'average'})];
  const last = blockLayers(output, 'output', seedOf(hidden.length), args =>
    tf.layers.dense({units: output.units, ...args}),
  );
  return tf.sequential({layers: [...layers, ...between, ...last]});
}

const SOFTMAX: Block = {activation: 'softmax', kernel: glorotNormal};
export const classes = (units: number): Network['output'] => ({...SOFTMAX, units});
