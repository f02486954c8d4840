import * as tf from '@tensorflow/tfjs';
import {checkModel} from '../check-model.js';
import {graphOf} from '../monitor/flow.js';
import type {Graph, GraphNode, Layer} from '../monitor/flow.js';

export {flowsOf, nodesOf} from '../monitor/flow.js';
export type {Graph, GraphNode, Layer} from '../monitor/flow.js';

/** A node with what tfjs passed besides tensors. */
export interface CalledNode extends GraphNode {
  readonly callArgs?: Readonly<Record<string, unknown>> | null;
}

/**
 * The graph of a model that is whole; `owner` names who asks in errors.
 * @throws if it is no model of this copy of tfjs, is not built, or has been disposed.
 */
export function checkedGraph(owner: string, model: unknown): Graph {
  checkModel(owner, model);
  return graphOf(model);
}

/** A weight of a layer, as tfjs keeps it. */
export interface WeightVariable {
  readonly originalName: string;
  readonly shape: number[];
  readonly val: tf.Variable;
  trainable: boolean;
}

export function variablesOf(layer: Layer): readonly WeightVariable[] {
  return layer.weights as unknown as readonly WeightVariable[];
}

/** The trainable weights of a model, in the order in which it was compiled with them. */
export function compiledWeights(model: tf.LayersModel): readonly WeightVariable[] {
  const {model: inner, collectedTrainableWeights = []} = model as unknown as {
    /** What a Sequential trains in its place. */
    readonly model?: tf.LayersModel;
    readonly collectedTrainableWeights?: readonly WeightVariable[];
  };
  return inner ? compiledWeights(inner) : collectedTrainableWeights;
}

/** The layer that another applies at each time step. */
export function innerLayerOf(layer: Layer): Layer | undefined {
  const {layer: inner} = layer as Layer & {readonly layer?: unknown};
  return inner instanceof tf.layers.Layer ? inner : undefined;
}

/** A name for a further layer, which is then taken. */
export function freeName(wanted: string, taken: Set<string>): string {
  for (let count = 1; ; count++) {
    const name = count === 1 ? wanted : `${wanted}_${count}`;
    if (taken.has(name)) continue;
    taken.add(name);
    return name;
  }
}
