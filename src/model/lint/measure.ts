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
  readonly inputs: readonly Spread[];
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
  const spreads = inputs.map((tensor, index) => spreadOf(model.inputNames[index], tensor));
  return {inputs: spreads, layers, outputs: results};
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
  const call = layer.call.bind(layer);
  layer.call = (inputs, kwargs) => {
    const outputs = call(inputs, kwargs);
    const [output] = [outputs].flat();
    found.push(spreadOf(name, output));
    return outputs;
  };
  return () => {
    if (own) Object.defineProperty(layer, 'call', own);
    else delete (layer as Partial<Layer>).call;
  };
}

function spreadOf(name: string, tensor: Tensor): Spread {
  return {
    name,
    std: tf.tidy(() => tf.sqrt(tf.moments(tf.cast(tensor, 'float32')).variance).dataSync()[0]),
  };
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
