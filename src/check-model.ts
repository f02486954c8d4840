import * as tf from '@tensorflow/tfjs';
import {describe} from './errors.js';

/**
 * `owner` names who asks in errors.
 * @throws if it is no model of this copy of tfjs, is not built, or has been disposed.
 */
export function checkModel(owner: string, model: unknown): asserts model is tf.LayersModel {
  if (!(model instanceof tf.LayersModel)) {
    throw new Error(
      `${owner}: the model must be a model of tfjs layers, got ${describe(model)}; a model of ` +
        `another copy of @tensorflow/tfjs will not do`,
    );
  }
  if (model.layers.length === 0 || !(model.inputs?.length > 0)) {
    throw new Error(
      `${owner}: the model '${model.name}' is not built; add its layers, the first with an inputShape`,
    );
  }
  const {_refCount: uses} = model as unknown as {_refCount: number};
  const variables = model.weights as unknown as readonly {val: tf.Variable}[];
  if (uses === 0 || variables.some(({val}) => val.isDisposed)) {
    throw new Error(`${owner}: the model '${model.name}' has been disposed`);
  }
}
