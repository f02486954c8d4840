import type {AnyActivation} from '../activation-types.js';
import * as family from '../activations/index.js';
import * as mixing from './mixing/index.js';
import type {KANArgs, MaxoutArgs, MixingLayer, MixingLayerClass} from './mixing/index.js';

type Family = typeof family;

type Activations = {
  readonly [K in keyof Family as Family[K] extends AnyActivation ? K : never]: Family[K];
};

type Layers = {
  readonly [K in keyof Activations]: Activations[K] extends {layer: infer F} ? F : never;
};

const members = Object.values(family).filter(
  (member): member is AnyActivation & (typeof family)[keyof Family] => 'formula' in member,
);

/** Every activation as an op on tensors, by its name: `activations.mish(x)`. */
export const activations = Object.fromEntries(
  members.map(activation => [activation.name, activation]),
) as unknown as Activations;

const byName = Object.fromEntries(
  members.map(activation => [activation.name, activation.layer]),
) as unknown as Layers;

/** The classes of the layers that mix units, or are random. */
export const mixingLayers = Object.values(mixing) as unknown as readonly MixingLayerClass[];

type Maker<C extends abstract new (args?: never) => MixingLayer> = (
  args?: ConstructorParameters<C>[0],
) => InstanceType<C>;

/** The layers that mix units, or are random, by their names. */
interface MixingLayers {
  readonly softmax: Maker<typeof mixing.Softmax>;
  readonly logSoftmax: Maker<typeof mixing.LogSoftmax>;
  readonly sparsemax: Maker<typeof mixing.Sparsemax>;
  readonly glu: Maker<typeof mixing.GLU>;
  readonly reglu: Maker<typeof mixing.ReGLU>;
  readonly geglu: Maker<typeof mixing.GEGLU>;
  readonly swiglu: Maker<typeof mixing.SwiGLU>;
  readonly maxout: (args: MaxoutArgs) => mixing.Maxout;
  readonly crelu: Maker<typeof mixing.CReLU>;
  readonly rrelu: Maker<typeof mixing.RReLU>;
  readonly probAct: Maker<typeof mixing.ProbAct>;
  readonly eelu: Maker<typeof mixing.EELU>;
  readonly metaAcon: Maker<typeof mixing.MetaACON>;
  readonly dynamicRelu: Maker<typeof mixing.DynamicReLU>;
  readonly frelu: Maker<typeof mixing.FReLU>;
  readonly kan: (args: KANArgs) => mixing.KAN;
}

const ofMixing = Object.fromEntries(
  mixingLayers.map(Class => [Class.activationName, (args?: never) => new Class(args)]),
) as unknown as MixingLayers;

/**
 * Every activation as a layer, as in `tf.layers`: `layers.prelu({sharedAxes: [1, 2]})`; and those that
 * mix units or are random: `layers.softmax()`, `layers.kan({units: 8})`.
 */
export const layers = {
  ...byName,
  ...ofMixing,
  /** `layers.relu`, as `tf.layers` spells it. */
  reLU: byName.relu,
  /** `layers.leakyRelu`, as `tf.layers` spells it. */
  leakyReLU: byName.leakyRelu,
  /** `layers.thresholdedRelu`, as `tf.layers` spells it. */
  thresholdedReLU: byName.thresholdedRelu,
};
