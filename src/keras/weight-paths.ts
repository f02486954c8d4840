import * as tf from '@tensorflow/tfjs';
import type {LayerVariable} from '@tensorflow/tfjs';
import {kerasSnakeCase} from './python-names.js';

/** The values of one weight. */
export interface WeightValues {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

type Layer = tf.layers.Layer;

/** A layer that applies another. */
interface Wrapper {
  readonly layer?: Layer;
  readonly forwardLayer?: Layer;
  readonly backwardLayer?: Layer;
  readonly cell?: Layer & {readonly cells?: readonly Layer[]};
}

/**
 * Every weight of a model by its path in the weights of Keras: `layers/dense/vars/0`.
 *
 * Keras calls layers there by their class, counted, and those within others as its attributes are called.
 * `classOf` tells the class that a layer has in Keras.
 */
export function weightPaths(
  model: tf.LayersModel,
  classOf: (layer: Layer) => string,
): Map<string, LayerVariable> {
  const paths = new Map<string, LayerVariable>();
  const addAll = (layers: readonly Layer[], folder: string): void => {
    const counts = new Map<string, number>();
    for (const layer of layers) {
      const name = kerasSnakeCase(classOf(layer));
      const count = counts.get(name) ?? 0;
      counts.set(name, count + 1);
      add(layer, `${folder}/${count === 0 ? name : `${name}_${count}`}`);
    }
  };
  const add = (layer: Layer, path: string): void => {
    if (layer instanceof tf.LayersModel) {
      addAll(layer.layers, `${path}/layers`);
      return;
    }
    const {forwardLayer, backwardLayer, layer: inner, cell} = layer as unknown as Wrapper;
    if (forwardLayer && backwardLayer) {
      add(forwardLayer, `${path}/forward_layer`);
      add(backwardLayer, `${path}/backward_layer`);
    } else if (inner) {
      add(inner, `${path}/layer`);
    } else if (cell?.cells) {
      addAll(cell.cells, `${path}/cell/cells`);
    } else {
      const own = cell ? `${path}/cell/vars` : `${path}/vars`;
      variablesOf(layer).forEach((variable, index) => paths.set(`${own}/${index}`, variable));
    }
  };
  addAll(model.layers, 'layers');
  return paths;
}

/**
 * Every weight by the name of its layer, after those of the models and wrappers of models around it, and its
 * place in it: `outer/dense/0`.
 */
export function weightsByLayer(model: tf.LayersModel): Map<string, LayerVariable> {
  const weights = new Map<string, LayerVariable>();
  const addAll = (layers: readonly Layer[], outer: string): void => {
    for (const layer of layers) {
      const inner = modelWithin(layer);
      if (inner) {
        addAll(inner.layers, `${outer}${layer.name}/`);
      } else {
        variablesOf(layer).forEach((variable, index) =>
          weights.set(`${outer}${layer.name}/${index}`, variable),
        );
      }
    }
  };
  addAll(model.layers, '');
  return weights;
}

/** The model that a layer is, or that a TimeDistributed applies. */
function modelWithin(layer: Layer): tf.LayersModel | undefined {
  if (layer instanceof tf.LayersModel) return layer;
  const {layer: inner, forwardLayer} = layer as unknown as Wrapper;
  return inner && !forwardLayer ? modelWithin(inner) : undefined;
}

/** The weights of a layer: those that train, then the others, whether the layer is frozen or not. */
function variablesOf(layer: Layer): readonly LayerVariable[] {
  return layer.weights as unknown as readonly LayerVariable[];
}
