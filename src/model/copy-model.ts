import * as tf from '@tensorflow/tfjs';
import {disposingOnError} from '../disposing.js';
import {messageOf} from '../errors.js';
import {copyLayer} from './copy-layer.js';
import {copyTraining} from './copy-training.js';
import {checkedGraph, nodesOf, variablesOf} from './graph.js';
import type {CalledNode, Layer, WeightVariable} from './graph.js';

/** What stands for a layer in a copy of its model: layers that are applied one after the other. */
export interface Replacement {
  readonly layers: readonly Layer[];
  /** The one that takes over the weights. */
  readonly heir?: Layer;
}

/**
 * A copy of a model: the same graph, names, weights and training, with `replacements` for some of its
 * layers, in nested models, too. `finish` may change the copy before its training is set up. Where
 * anything fails, nothing of it is left.
 * @throws if a layer or the optimizer cannot be copied.
 */
export function copyModel<M extends tf.LayersModel>(
  owner: string,
  model: M,
  replacements: ReadonlyMap<Layer, Replacement>,
  finish: () => void,
): M {
  return disposingOnError(() => {
    const copier = new Copier(owner, replacements);
    const copy = copier.copyOf(model) as M;
    finish();
    copyTraining(owner, model, copy, copier.variables);
    return copy;
  });
}

class Copier {
  /** For each weight that is taken over, the new one. */
  readonly variables = new Map<WeightVariable, WeightVariable>();
  private readonly copies = new Map<Layer, Replacement>();
  private readonly tensors = new Map<tf.SymbolicTensor, tf.SymbolicTensor>();

  constructor(
    private readonly owner: string,
    private readonly replacements: ReadonlyMap<Layer, Replacement>,
  ) {}

  copyOf(model: tf.LayersModel): tf.LayersModel {
    const graph = checkedGraph(this.owner, model);
    const copy = model instanceof tf.Sequential ? this.sequential(model) : this.functional(model);
    for (const layer of graph.layers) this.hand(layer);
    copy.trainable = model.trainable;
    for (const layer of graph.layers) this.keepTrainable(layer);
    return copy;
  }

  private sequential(model: tf.Sequential): tf.Sequential {
    const copy = tf.sequential({name: model.name});
    for (const layer of model.layers) {
      const {layers} = this.standIn(layer);
      this.applying(layer, () => layers.forEach(each => copy.add(each)));
    }
    return copy;
  }

  private functional(model: tf.LayersModel): tf.LayersModel {
    const graph = checkedGraph(this.owner, model);
    const taken = (tensor: tf.SymbolicTensor): tf.SymbolicTensor => this.tensors.get(tensor)!;
    for (const input of graph.inputs) {
      if (this.tensors.has(input)) continue;
      const {shape, dtype, sourceLayer} = input;
      const copy = tf.input({batchShape: shape, dtype, name: sourceLayer.name});
      this.tensors.set(input, copy);
    }
    for (const node of nodesOf(graph) as CalledNode[]) {
      if (node.outputTensors.every(tensor => this.tensors.has(tensor))) continue;
      const inputs = node.inputTensors.map(taken);
      const outputs = this.applied(node, inputs.length === 1 ? inputs[0] : inputs);
      node.outputTensors.forEach((tensor, index) => this.tensors.set(tensor, outputs[index]));
    }
    const {inputs, outputs} = graph;
    return tf.model({inputs: inputs.map(taken), outputs: outputs.map(taken), name: model.name});
  }

  private applied(
    {outboundLayer, callArgs}: CalledNode,
    inputs: tf.SymbolicTensor | tf.SymbolicTensor[],
  ): tf.SymbolicTensor[] {
    const [first, ...others] = this.standIn(outboundLayer).layers;
    // The states that a recurrent layer starts from are among its inputs, too.
    const {initialState, constants, ...rest} = {...callArgs};
    const kwargs = Array.isArray(inputs) ? rest : {initialState, constants, ...rest};
    return this.applying(outboundLayer, () => {
      const result = first.apply(inputs, callArgs ? kwargs : undefined) as typeof inputs;
      const last = others.reduce((tensor, layer) => layer.apply(tensor) as typeof inputs, result);
      return [last].flat();
    });
  }

  private applying<T>({name}: Layer, apply: () => T): T {
    try {
      return apply();
    } catch (error) {
      throw new Error(
        `${this.owner}: what stands for the layer '${name}' cannot be applied as that is: ` +
          messageOf(error),
        {cause: error},
      );
    }
  }

  /** What stands for a layer: once, however often that is called. */
  private standIn(layer: Layer): Replacement {
    const known = this.copies.get(layer);
    if (known) return known;
    const standIn = this.replacements.get(layer) ?? this.copied(layer);
    const [first] = standIn.layers;
    // A layer that starts a sequential model says what goes into it.
    const {batchInputShape} = layer;
    if (batchInputShape && !first.batchInputShape) first.batchInputShape = [...batchInputShape];
    this.copies.set(layer, standIn);
    return standIn;
  }

  private copied(layer: Layer): Replacement {
    if (layer instanceof tf.LayersModel) return {layers: [this.copyOf(layer)]};
    const copy = copyLayer(this.owner, layer);
    copy.setFastWeightInitDuringBuild(true);
    return {layers: [copy], heir: copy};
  }

  /** Gives the weights of a layer to what stands for it. */
  private hand(layer: Layer): void {
    const heir = this.copies.get(layer)?.heir;
    if (!heir) return;
    const own = new Map(variablesOf(heir).map(variable => [variable.originalName, variable]));
    for (const variable of variablesOf(layer)) {
      const copy = own.get(variable.originalName);
      if (!copy || !tf.util.arraysEqual(copy.shape, variable.shape)) {
        throw new Error(
          `${this.owner}: the layer '${layer.name}' cannot be copied: of its configuration comes ` +
            `no weight '${variable.originalName}' of shape [${variable.shape}]`,
        );
      }
      copy.val.assign(variable.val);
      this.variables.set(variable, copy);
    }
  }

  private keepTrainable(layer: Layer): void {
    for (const variable of variablesOf(layer)) {
      const copy = this.variables.get(variable);
      if (copy) copy.trainable = variable.trainable;
    }
  }
}
