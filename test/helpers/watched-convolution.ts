import * as tf from '@tensorflow/tfjs';
import {ActivationMonitor} from '../../src/index.js';

/**
 * Trains a convolution alike with a monitor and without one, on any backend. Returns its weights after
 * both, and the means that the monitor saw.
 */
export async function watchedConvolution(): Promise<{
  readonly weights: readonly number[][];
  readonly means: readonly number[];
}> {
  const x = tf.randomNormal([16, 6, 6, 2], 0, 1, 'float32', 1);
  const y = tf.ones([16, 1]);
  const initializer = (seed: number) => tf.initializers.glorotNormal({seed});
  const train = async (monitor?: ActivationMonitor): Promise<number[]> => {
    const model = tf.sequential({
      layers: [
        tf.layers.conv2d({
          ...{inputShape: [6, 6, 2], filters: 4, kernelSize: 3, activation: 'relu'},
          ...{kernelInitializer: initializer(1), biasInitializer: 'ones'},
        }),
        tf.layers.flatten(),
        tf.layers.dense({units: 1, kernelInitializer: initializer(2)}),
      ],
    });
    model.compile({optimizer: tf.train.sgd(0.01), loss: 'meanSquaredError'});
    const callbacks = monitor ? [monitor] : [];
    await model.fit(x, y, {epochs: 3, batchSize: 8, verbose: 0, shuffle: false, callbacks});
    const weights = await Promise.all(model.getWeights().map(each => each.data()));
    return weights.flatMap(each => [...each]);
  };
  const monitor = new ActivationMonitor({reporters: [], every: 1});
  const weights = [await train(monitor), await train()];
  return {weights, means: monitor.report().layers[0].mean};
}
