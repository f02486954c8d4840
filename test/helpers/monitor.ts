import * as tf from '@tensorflow/tfjs';

export const silent = {reporters: []};

/** Whether anything is left in a model, or in those within it, of a look at its layers. */
export function isHooked(model: tf.LayersModel): boolean {
  return model.layers.some(
    layer => Object.hasOwn(layer, 'call') || (layer instanceof tf.LayersModel && isHooked(layer)),
  );
}

/** Samples of mean 0 and variance 1, the same at every call. */
export function normal(samples: number, ...shape: number[]): tf.Tensor {
  return tf.randomNormal([samples, ...shape], 0, 1, 'float32', 1);
}

/** A sequential model that does not learn: with sgd(0), what it shows is as it was made. */
export function fixed(...layers: tf.layers.Layer[]): tf.Sequential {
  const model = tf.sequential({layers});
  model.compile({loss: 'meanSquaredError', optimizer: tf.train.sgd(0)});
  return model;
}

/** Dense layers of fixed seeds: the same weights at every call. */
export function dense(
  units: number,
  args: Partial<Parameters<typeof tf.layers.dense>[0]> = {},
): tf.layers.Layer {
  const kernelInitializer = tf.initializers.glorotUniform({seed: units});
  return tf.layers.dense({units, kernelInitializer, ...args});
}

/** A bias that starts at `value`. */
export function bias(value: number): {biasInitializer: ReturnType<typeof tf.initializers.zeros>} {
  return {biasInitializer: tf.initializers.constant({value})};
}

export function valuesOf(model: tf.LayersModel): number[] {
  return model.getWeights().flatMap(weight => [...weight.dataSync()]);
}
