import * as tf from '@tensorflow/tfjs';
import {labelOf} from './layer-config.js';

/**
 * Checks what only shows once TensorFlow.js has built a model: how many axes inputs have, where masks go,
 * which weights there are. `saved` has the names of those in the file; it is undefined for a topology alone.
 * @throws if a layer would compute something else than in Keras, or the converter has lost its weights.
 */
export function checkBuilt(model: tf.LayersModel, saved: ReadonlySet<string> | undefined): void {
  for (const layer of model.layers) {
    if (layer instanceof tf.LayersModel) checkBuilt(layer, saved);
    else CHECKS[layer.getClassName()]?.(layer, labelOf(layer));
    if (saved) checkConverted(layer, saved);
  }
}

/** The converter skips the groups within groups that Keras 2 makes of such names in a .h5 file. */
function checkConverted(layer: tf.layers.Layer, saved: ReadonlySet<string>): void {
  const names = layer.weights.map(({originalName}) => originalName);
  if (!layer.name.includes('/') || names.length === 0 || names.some(name => saved.has(name)))
    return;
  throw new Error(
    `${labelOf(layer)}: the file has none of its weights; the converter loses them in a .h5 file, for ` +
      "the '/' in the name: save the model as .keras, and convert that",
  );
}

const CHECKS: Readonly<Record<string, (layer: tf.layers.Layer, owner: string) => void>> = {
  // Its kernel for other axes repeats the weights along the last.
  BatchNormalization(layer, owner) {
    const {axis, inputSpec} = layer as unknown as {axis: number; inputSpec: [{ndim: number}]};
    const last = inputSpec[0].ndim - 1;
    if (axis === -1 || axis === last) return;
    throw new Error(
      `${owner}: axis is ${axis}, which TensorFlow.js computes otherwise; accepted: the last, ` +
        `-1 or ${last}`,
    );
  },
  // It takes every negative axis for the last.
  Concatenate(layer, owner) {
    const {axis} = layer as unknown as {axis: number};
    if (axis >= -1) return;
    throw new Error(
      `${owner}: axis is ${axis}, which TensorFlow.js computes otherwise; accepted: -1, or an axis ` +
        'counted from 0',
    );
  },
  GlobalAveragePooling1D(layer, owner) {
    const isMasked = maskFinder();
    if (!layer.inboundNodes.some(({inputTensors}) => inputTensors.some(isMasked))) return;
    throw new Error(
      `${owner}: its input has a mask, which TensorFlow.js ignores; accepted: inputs without a mask`,
    );
  },
};

/** Whether a tensor of a built model has a mask, within that model. */
function maskFinder(): (tensor: tf.SymbolicTensor) => boolean {
  const known = new Map<tf.SymbolicTensor, boolean>();
  const isMasked = (tensor: tf.SymbolicTensor): boolean => {
    if (!known.has(tensor)) known.set(tensor, givesMask(tensor, isMasked));
    return known.get(tensor)!;
  };
  return isMasked;
}

interface Masking extends tf.layers.Layer {
  readonly returnSequences?: boolean;
}

function givesMask(
  {sourceLayer, nodeIndex}: tf.SymbolicTensor,
  isMasked: (tensor: tf.SymbolicTensor) => boolean,
): boolean {
  const layer: Masking = sourceLayer;
  if (!layer.supportsMasking || layer.returnSequences === false) return false;
  // An Embedding supports masks where it makes one.
  if (['Embedding', 'Masking'].includes(layer.getClassName())) return true;
  return layer.inboundNodes[nodeIndex].inputTensors.some(isMasked);
}
