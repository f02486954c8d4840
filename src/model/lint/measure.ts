import * as tf from '@tensorflow/tfjs';
import type {Tensor} from '@tensorflow/tfjs';
import {graphOf, nodesOf} from '../../monitor/flow.js';
import type {Layer} from '../../monitor/flow.js';
import type {LossTraits} from './losses.js';
import type {OutputSample, Spread} from './types.js';

/** Inputs and targets to try a model on: a tensor, or one for each input and output. */
export interface Sample {
  readonly x: Tensor | readonly Tensor[];
  readonly y: Tensor | readonly Tensor[];
}

export interface Measured {
  /** The standard deviation of each input. */
  readonly inputs: readonly number[];
  readonly layers: readonly Spread[];
  readonly outputs: readonly OutputSample[];
}

/** What a forward pass on a sample gives. Nothing is left behind, in the model or in memory. */
export function measure(
  model: tf.LayersModel,
  {x, y}: Sample,
  losses: readonly (LossTraits | null)[],
): Measured {
  const inputs = [x].flat() as Tensor[];
  const targets = [y].flat() as Tensor[];
  const layers: Spread[] = [];
  const results: OutputSample[] = [];
  tf.tidy(() => {
    const outputs = [watched(model, inputs, layers)].flat();
    for (const [index, output] of outputs.entries()) {
      const [low, high] = [tf.min(targets[index]), tf.max(targets[index])];
      results.push({
        loss: meanLoss(losses[index], targets[index], output),
        targets: [low.dataSync()[0], high.dataSync()[0]],
      });
    }
  });
  return {inputs: inputs.map(deviationOf), layers, outputs: results};
}

/** The outputs of a model; each layer is listened to by its own `call`, which is given back after. */
function watched(model: tf.LayersModel, inputs: Tensor[], found: Spread[]): Tensor | Tensor[] {
  const undo: (() => void)[] = [];
  try {
    for (const [layer, name] of namedLayers(model, '')) undo.push(listen(layer, name, found));
    return model.apply(inputs.length === 1 ? inputs[0] : inputs) as Tensor | Tensor[];
  } finally {
    for (const each of undo) each();
  }
}

function namedLayers(model: tf.LayersModel, prefix: string): Map<Layer, string> {
  const named = new Map<Layer, string>();
  for (const {outboundLayer: layer} of nodesOf(graphOf(model))) {
    const name = prefix + layer.name;
    if (layer instanceof tf.LayersModel) {
      for (const [inner, innerName] of namedLayers(layer, `${name}/`)) named.set(inner, innerName);
    } else if (layer.getClassName() !== 'InputLayer') named.set(layer, name);
  }
  return named;
}

function listen(layer: Layer, name: string, found: Spread[]): () => void {
  const own = Object.getOwnPropertyDescriptor(layer, 'call');
  const call = callOf(layer);
  layer.call = (inputs, kwargs) => {
    const outputs = call(inputs, kwargs);
    const [output] = [outputs].flat();
    found.push({name, std: deviationOf(output)});
    return outputs;
  };
  return () => {
    if (own) Object.defineProperty(layer, 'call', own);
    else delete (layer as Partial<Layer>).call;
  };
}

/** A layer's `call` as it is in training, without what that changes or draws at random. */
function callOf(layer: Layer): Layer['call'] {
  const call = layer.call.bind(layer);
  if (layer.getClassName() !== 'BatchNormalization') return call;
  return (inputs, kwargs) => {
    const [x] = [inputs].flat();
    const {axis} = layer as Layer & {readonly axis: number};
    const channels = x.shape[(axis + x.rank) % x.rank];
    return x.size === channels ? call(inputs, kwargs) : normalizedByBatch(layer, x, axis);
  };
}

/** Before training, moving averages tell nothing of what comes. */
function normalizedByBatch(layer: Layer, x: Tensor, axis: number): Tensor {
  const {gamma, beta, epsilon} = layer as unknown as {
    readonly gamma: tf.LayerVariable | null;
    readonly beta: tf.LayerVariable | null;
    readonly epsilon: number;
  };
  return tf.tidy(() => {
    const channelAxis = (axis + x.rank) % x.rank;
    const others = x.shape.map((_, index) => index).filter(index => index !== channelAxis);
    const {mean, variance} = tf.moments(x, others, true);
    const shaped = (weight: tf.LayerVariable): Tensor => tf.reshape(weight.read(), mean.shape);
    const normalized = tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, epsilon)));
    const scaled = gamma ? tf.mul(normalized, shaped(gamma)) : normalized;
    return beta ? tf.add(scaled, shaped(beta)) : scaled;
  });
}

function deviationOf(tensor: Tensor): number {
  return tf.tidy(() => tf.sqrt(tf.moments(tf.cast(tensor, 'float32')).variance).dataSync()[0]);
}

function meanLoss(loss: LossTraits | null, target: Tensor, output: Tensor): number | null {
  if (!loss) return null;
  const classes = output.shape[output.rank - 1];
  const oneHot = (): Tensor =>
    tf.reshape(tf.oneHot(tf.cast(tf.reshape(target, [-1]), 'int32'), classes), output.shape);
  const truth = loss.isSparse ? oneHot() : tf.cast(target, 'float32');
  const each: Readonly<Partial<Record<LossTraits['reads'], () => Tensor>>> = {
    'class probabilities': () => tf.metrics.categoricalCrossentropy(truth, output),
    probabilities: () => tf.metrics.binaryCrossentropy(truth, output),
    'class logits': () => tf.losses.softmaxCrossEntropy(truth, output),
    logits: () => tf.losses.sigmoidCrossEntropy(truth, output),
  };
  const compute = each[loss.reads];
  return compute ? tf.mean(compute()).dataSync()[0] : null;
}
