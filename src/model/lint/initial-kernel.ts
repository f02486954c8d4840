import type * as tf from '@tensorflow/tfjs';
import type {Initializer} from '../../tfjs-classes.js';
import type {LintedKernel} from './types.js';

/** Truncated at two standard deviations, a normal distribution keeps this share of its variance. */
const TRUNCATED = 0.7737;

type Config = Readonly<Record<string, unknown>>;

/** E[w²] of what an initializer gives, for a kernel with these fans; null where not known. */
type SecondMoment = (config: Config, fanIn: number, fanOut: number) => number | null;

const SECOND_MOMENTS: Readonly<Record<string, SecondMoment>> = {
  VarianceScaling: ({scale, mode, distribution}, fanIn, fanOut) => {
    const fans: Readonly<Record<string, number>> = {fanIn, fanOut, fanAvg: (fanIn + fanOut) / 2};
    const variance = (scale as number) / Math.max(1, fans[mode as string]);
    return distribution === 'normal' ? TRUNCATED * variance : variance;
  },
  RandomNormal: ({mean, stddev}) => (mean as number) ** 2 + (stddev as number) ** 2,
  TruncatedNormal: ({mean, stddev}) => (mean as number) ** 2 + TRUNCATED * (stddev as number) ** 2,
  RandomUniform: ({minval, maxval}) => {
    const [low, high] = [minval as number, maxval as number];
    return (low ** 2 + low * high + high ** 2) / 3;
  },
  Orthogonal: ({gain}, fanIn, fanOut) => (gain as number) ** 2 / Math.max(fanIn, fanOut),
};

/** What initializers give that make all numbers alike. */
const CONSTANTS: Readonly<Record<string, (config: Config) => number>> = {
  Zeros: () => 0,
  Ones: () => 1,
  Constant: ({value}) => value as number,
};

/** The fields of a layer that multiplies its inputs by a kernel. */
interface Owner {
  readonly kernel?: tf.LayerVariable | null;
  readonly kernelInitializer?: Initializer;
  readonly depthwiseKernel?: tf.LayerVariable | null;
  readonly depthwiseInitializer?: Initializer;
  readonly pointwiseKernel?: tf.LayerVariable | null;
  readonly strides?: readonly number[];
}

/** How the kernel of a layer starts; null where it has none, or several. */
export function kernelOf(layer: tf.layers.Layer): LintedKernel | null {
  const owner = layer as unknown as Owner;
  const isDepthwise = Boolean(owner.depthwiseKernel);
  const kernel = owner.kernel ?? owner.depthwiseKernel;
  const initializer = isDepthwise ? owner.depthwiseInitializer : owner.kernelInitializer;
  if (!kernel || !initializer || owner.pointwiseKernel) return null;
  const shape = kernel.shape as number[];
  const field = shape.slice(0, -2).reduce((product, size) => product * size, 1);
  const fanIn = field * shape[shape.length - 2];
  const fanOut = field * shape[shape.length - 1];
  const className = initializer.getClassName();
  const config = initializer.getConfig() as Config;
  const momentOf = Object.hasOwn(SECOND_MOMENTS, className)
    ? SECOND_MOMENTS[className]
    : () => null;
  const moment = momentOf(config, fanIn, fanOut);
  const isTransposed = layer.getClassName().endsWith('Transpose');
  const steps = isTransposed
    ? (owner.strides ?? []).reduce((product, each) => product * each, 1)
    : 1;
  const added = isDepthwise ? field : isTransposed ? fanOut / steps : fanIn;
  const {scale, mode} = config;
  return {
    shape,
    initializer: textOf(className, config),
    scale: moment === null ? null : moment * added,
    uniformValue: uniformValueOf(initializer),
    isLecun:
      className === 'VarianceScaling' && mode === 'fanIn' && Math.abs((scale as number) - 1) < 0.05,
  };
}

/** What an initializer gives for every number; null where they differ. */
export function uniformValueOf(initializer: Initializer): number | null {
  const className = initializer.getClassName();
  if (!Object.hasOwn(CONSTANTS, className)) return null;
  return CONSTANTS[className](initializer.getConfig() as Config);
}

function textOf(className: string, config: Config): string {
  const parts = Object.entries(config)
    .filter(([name, value]) => name !== 'seed' && value !== undefined && value !== null)
    .map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  return parts.length === 0 ? className : `${className} {${parts.join(', ')}}`;
}
