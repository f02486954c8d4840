/** Passes through a model made of stock ops, layer by layer: nothing here knows the monitor. */
import * as tf from '@tensorflow/tfjs';
import type {Case} from './case.js';

/** Where an activation is applied. */
export interface Site {
  /** The layer that applies it. */
  readonly layer: tf.layers.Layer;
  readonly activation: string;
  activate(z: tf.Tensor): tf.Tensor;
}

/** What may look at, or change, what flows through a site. */
export interface Taps {
  z?(site: number, z: tf.Tensor): tf.Tensor;
  y?(site: number, y: tf.Tensor): tf.Tensor;
}

interface Stage {
  /** What comes before the activation, or all that the layer does. */
  transform(x: tf.Tensor): tf.Tensor;
  readonly site?: Site;
}

interface Inner {
  apply(z: tf.Tensor): tf.Tensor;
  getClassName(): string;
}

const identity = (x: tf.Tensor): tf.Tensor => x;

function innerActivation(layer: tf.layers.Layer): Inner {
  return (layer as unknown as {activation: Inner}).activation;
}

/** A layer's weighted sum: its kernel and bias are its first weights. */
function weightedSum(layer: tf.layers.Layer): ((x: tf.Tensor) => tf.Tensor) | undefined {
  const weights = (): tf.Tensor[] => layer.getWeights();
  if (layer.getClassName() === 'Dense') {
    return x => {
      const [kernel, bias] = weights();
      return tf.dot(x, kernel).add(bias);
    };
  }
  if (layer.getClassName() === 'Conv2D') {
    const {strides} = layer.getConfig() as {strides: [number, number]};
    return x => {
      const [kernel, bias] = weights();
      return tf.conv2d(x as tf.Tensor4D, kernel as tf.Tensor4D, strides, 'same').add(bias);
    };
  }
  return undefined;
}

/** Batch normalization as in training, by the moments of what is given; moves no average. */
function normalize(layer: tf.layers.Layer): (x: tf.Tensor) => tf.Tensor {
  const {epsilon} = layer.getConfig() as {epsilon: number};
  return x => {
    const [gamma, beta] = layer.getWeights();
    const axes = x.shape.slice(0, -1).map((_, axis) => axis);
    const {mean, variance} = tf.moments(x, axes);
    return x.sub(mean).div(variance.add(epsilon).sqrt()).mul(gamma).add(beta);
  };
}

function stageOf(layer: tf.layers.Layer): Stage {
  const className = layer.getClassName();
  const sum = weightedSum(layer);
  if (sum) {
    const inner = innerActivation(layer);
    const activation = inner.getClassName();
    if (activation === 'linear') return {transform: sum};
    return {transform: sum, site: {layer, activation, activate: z => inner.apply(z)}};
  }
  const run = (x: tf.Tensor): tf.Tensor => layer.apply(x, {training: false}) as tf.Tensor;
  if (layer.name.endsWith('_activation')) {
    const activation =
      className === 'Activation' ? innerActivation(layer).getClassName() : className.toLowerCase();
    return {transform: identity, site: {layer, activation, activate: run}};
  }
  if (className === 'BatchNormalization') return {transform: normalize(layer)};
  return {transform: className === 'Dropout' ? identity : run};
}

/** A model as stages; dropout drops nothing. */
export class Passes {
  private readonly stages: readonly Stage[];
  readonly sites: readonly Site[];

  constructor(private readonly run: Case) {
    this.stages = run.model.layers.map(stageOf);
    this.sites = this.stages.flatMap(({site}) => site ?? []);
  }

  predict(x: tf.Tensor, taps: Taps = {}): tf.Tensor {
    let site = -1;
    return this.stages.reduce((input, {transform, site: its}) => {
      const output = transform(input);
      if (!its) return output;
      site++;
      const z = taps.z?.(site, output) ?? output;
      const y = its.activate(z);
      return taps.y?.(site, y) ?? y;
    }, x);
  }

  /** The loss over the whole training set, with what regularizers add. */
  loss(taps?: Taps): tf.Scalar {
    const {x, y, loss, model} = this.run;
    const data = loss(y, this.predict(x, taps)).mean();
    const added = model.layers.flatMap(layer => layer.calculateLosses());
    return added.reduce((sum: tf.Tensor, each) => sum.add(each), data) as tf.Scalar;
  }
}

export interface TrainableWeight {
  readonly layer: string;
  readonly name: string;
  readonly variable: tf.Variable;
}

export function trainableWeights(model: tf.Sequential): TrainableWeight[] {
  return model.layers.flatMap(layer =>
    layer.trainableWeights.map(weight => ({
      layer: layer.name,
      name: weight.originalName.split('/').pop()!,
      variable: weight.read() as tf.Variable,
    })),
  );
}
