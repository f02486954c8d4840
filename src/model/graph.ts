import * as tf from '@tensorflow/tfjs';
import {describe} from '../errors.js';
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
 * @throws if it is no model of this copy of tfjs, has no layers, or is disposed.
 */
export function checkModel(owner: string, model: unknown): Graph {
  if (!(model instanceof tf.LayersModel)) {
    throw new Error(
      `${owner}: the model must be a model of tfjs layers, got ${describe(model)}; a model of ` +
        'another copy of @tensorflow/tfjs will not do',
    );
  }
  if (model.layers.length === 0) {
    throw new Error(`${owner}: the model '${model.name}' is not built: it has no layers`);
  }
  const isDisposed = (model as unknown as {_refCount: number})._refCount === 0;
  if (isDisposed || variablesOf(model).some(({val}) => val.isDisposed)) {
    throw new Error(`${owner}: the model '${model.name}' is disposed`);
  }
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
