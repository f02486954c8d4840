import type {AnyActivation} from '../activation-types.js';
import * as family from '../activations/index.js';

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

/** Every activation as a layer, as in `tf.layers`: `layers.prelu({sharedAxes: [1, 2]})`. */
export const layers = {
  ...byName,
  /** `layers.relu`, as `tf.layers` spells it. */
  reLU: byName.relu,
  /** `layers.leakyRelu`, as `tf.layers` spells it. */
  leakyReLU: byName.leakyRelu,
  /** `layers.thresholdedRelu`, as `tf.layers` spells it. */
  thresholdedReLU: byName.thresholdedRelu,
};
